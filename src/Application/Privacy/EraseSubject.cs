using MediatR;
using Payments.Application.Access;
using Payments.Application.Common;

namespace Payments.Application.Privacy;

/// <summary>A person wants his data erased (section 40).</summary>
public sealed record EraseSubject(Caller Caller, string? Phone) : IRequest<Result<SubjectView>>;

/// <summary>Erases what is decided; the rest keeps what is needed to decide it, and is told.</summary>
public sealed class EraseSubjectHandler(IErasure erasure, IAudit audit, ITransactions transactions) : IRequestHandler<EraseSubject, Result<SubjectView>>
{
    public async Task<Result<SubjectView>> Handle(EraseSubject request, CancellationToken cancellationToken)
    {
        if (!ValidationRules.TryReadPhone(request.Phone, out var phone))
        {
            return DataSubjectRequest.NoPhone;
        }

        var rows = await erasure.Find(phone.Value, cancellationToken);

        // Noted first: a line too many is better than an erasure nobody can account for.
        await DataSubjectRequest.Note(audit, transactions, request.Caller, "subject.erase", phone, new { rows = rows.Count }, null);
        var erased = await erasure.Erase(phone.Value, rows, cancellationToken);
        await DataSubjectRequest.Note(audit, transactions, request.Caller, "subject.erased", phone, new { rows = rows.Count }, new { rows = rows.Count - erased });
        return new SubjectView(phone.Masked, rows.Count, erased, null);
    }
}
