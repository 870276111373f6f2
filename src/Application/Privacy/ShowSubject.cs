using MediatR;
using Payments.Application.Access;
using Payments.Application.Common;

namespace Payments.Application.Privacy;

/// <summary>A person asks what is kept of him (Data Protection Act 2019, section 26).</summary>
/// <param name="Phone">His number, in any form people write it.</param>
public sealed record ShowSubject(Caller Caller, string? Phone) : IRequest<Result<SubjectView>>;

/// <summary>Reads it out, and notes that somebody did.</summary>
public sealed class ShowSubjectHandler(IErasure erasure, IAudit audit, ITransactions transactions) : IRequestHandler<ShowSubject, Result<SubjectView>>
{
    public async Task<Result<SubjectView>> Handle(ShowSubject request, CancellationToken cancellationToken)
    {
        if (!ValidationRules.TryReadPhone(request.Phone, out var phone))
        {
            return DataSubjectRequest.NoPhone;
        }

        var rows = await erasure.Find(phone.Value, cancellationToken);
        await DataSubjectRequest.Note(audit, transactions, request.Caller, "subject.show", phone, new { rows = rows.Count }, null);
        return new SubjectView(phone.Masked, rows.Count, 0, await erasure.Export(phone.Value, rows, cancellationToken));
    }
}
