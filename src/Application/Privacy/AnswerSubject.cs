using MediatR;
using Payments.Application.Access;
using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Application.Privacy;

/// <summary>A person asks what is kept of him (Data Protection Act 2019, section 26).</summary>
/// <param name="Phone">His number, in any form people write it.</param>
public sealed record ShowSubject(Caller Caller, string? Phone) : IRequest<Result<SubjectView>>;

/// <summary>A person wants his data erased (section 40).</summary>
public sealed record EraseSubject(Caller Caller, string? Phone) : IRequest<Result<SubjectView>>;

/// <summary>What was found, or erased.</summary>
/// <param name="Rows">How many rows held the number.</param>
/// <param name="Erased">How many of them no longer do.</param>
/// <param name="Data">Everything in them, as JSON; null when it was erased.</param>
public sealed record SubjectView(string Phone, int Rows, int Erased, string? Data);

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

/// <summary>What both share.</summary>
internal static class DataSubjectRequest
{
    public static readonly Refusal NoPhone = new("validation_failed", "Give a Kenyan mobile number such as 0708 374 149.");

    /// <summary>The number itself is not kept for good in a log that nobody can change.</summary>
    public static Task Note(IAudit audit, ITransactions transactions, Caller caller, string action, Msisdn phone, object before, object? after) =>
        transactions.Run(
            async _ =>
            {
                await audit.Write(caller.Actor, action, "phone/" + phone.Masked, before, after);
                return true;
            },
            CancellationToken.None);
}
