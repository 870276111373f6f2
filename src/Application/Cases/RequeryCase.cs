using FluentValidation;
using MediatR;
using Payments.Application.Access;
using Payments.Application.C2b;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Reconciliation;
using Payments.Application.Transfers;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;

namespace Payments.Application.Cases;

/// <summary>An operator has Safaricom asked again about what a case is about; the answer is in the case's payment within seconds.</summary>
/// <param name="Receipt">The receipt number, where the case is about a confirmation of which it could not be made out; else null.</param>
public sealed record RequeryCase(Caller Caller, CaseId Id, string? Receipt = null) : IRequest<Result<CaseView>>;

/// <summary>What a question may be.</summary>
public sealed class RequeryCaseValidator : AbstractValidator<RequeryCase>
{
    public RequeryCaseValidator() => RuleFor(c => c.Receipt)
        .Must(receipt => receipt is null || (receipt.Trim() is { Length: >= 1 and <= 20 } number && number.All(char.IsAsciiLetterOrDigit)))
        .WithMessage("Give the receipt number as M-PESA writes it, such as UGA7RT61SV.");
}

/// <summary>Brings the next question forward to now; the reconciler, within 5 s, asks it as it asks every other.</summary>
public sealed class RequeryCaseHandler(
    ICases cases, ICheckouts checkouts, ITransfers transfers, IAudit audit, ITransactions transactions, ReconciliationOptions options, VerifyConfirmation confirmations)
    : IRequestHandler<RequeryCase, Result<CaseView>>
{
    public async Task<Result<CaseView>> Handle(RequeryCase request, CancellationToken cancellationToken) =>
        await confirmations.Ask(request.Caller, request.Id, request.Receipt is { } typed ? ReceiptNumber.Typed(typed) : null, cancellationToken)
        ?? await transactions.Run(request.Caller, now => Ask(request.Caller, request.Id, now), cancellationToken);

    private async Task<Result<CaseView>> Ask(Caller caller, CaseId id, DateTimeOffset now)
    {
        if (await cases.Find(id) is not { } found)
        {
            return Refusal.NotFound("case");
        }

        if (!found.IsOpen)
        {
            return new Refusal("case_settled", "This case is settled.");
        }

        var asks = found.Subject switch
        {
            CaseSubject.Payout or CaseSubject.Refund => await AskTransfer(new(found.SubjectId), now),
            CaseSubject.Attempt => await AskAttempt(new(found.SubjectId), now),
            _ => false,
        };
        if (!asks)
        {
            return new Refusal("nothing_to_ask", "It is settled already, or Safaricom gave no id to ask by: look it up in the M-PESA portal.");
        }

        await CaseNotes.Asked(audit, caller, found);
        return CaseView.Of(found);
    }

    private async Task<bool> AskTransfer(TransferId id, DateTimeOffset now)
    {
        var loaded = await transfers.LoadForChange([id]);
        if (!loaded[0].ScheduleManualQuery(ReconciliationOptions.Read(options.DoubtSchedule).Count - 1, now))
        {
            return false;
        }

        await transfers.Save(loaded);
        return true;
    }

    private async Task<bool> AskAttempt(AttemptId id, DateTimeOffset now)
    {
        var loaded = await checkouts.LoadForChange(new(AttemptIds: [id]));
        var attempt = loaded.Checkouts.SelectMany(c => c.Attempts).FirstOrDefault(a => a.Id == id);
        if (attempt is not { RequestId: not null, HasErasedId: false } || (attempt.IsSettled && attempt is not { Status: AttemptStatus.Failed, HasConflictingResult: true }))
        {
            return false;
        }

        attempt.ScheduleQuery(now);
        await checkouts.Save(loaded.Checkouts);
        return true;
    }
}

/// <summary>What operators do about cases, for the audit log; the story itself may name people and stays with the case.</summary>
internal static class CaseNotes
{
    /// <summary>Somebody had it asked about; nothing of it changes by that.</summary>
    public static Task Asked(IAudit audit, Caller caller, StoredCase about) =>
        audit.Write(caller.Actor, "case.ask", about.Id.ToString(), Standing(about, null), Standing(about, null));

    /// <summary>Somebody settled it, and with it what it is about.</summary>
    public static Task Settled(IAudit audit, Caller caller, (StoredCase Case, string? Status) before, (StoredCase Case, string? Status) after) => audit.Write(
        caller.Actor, "case.settle", before.Case.Id.ToString(), Standing(before.Case, before.Status), Standing(after.Case, after.Status));

    private static object Standing(StoredCase about, string? subjectStatus) =>
        new { about.Kind, subject = CaseView.Of(about).SubjectId, subjectStatus, about.Status, about.Outcome, about.SettledBy };
}
