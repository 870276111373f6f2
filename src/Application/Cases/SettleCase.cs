using FluentValidation;
using MediatR;
using Payments.Application.Access;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Idempotency;
using Payments.Application.Transfers;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Domain.Transfers;

namespace Payments.Application.Cases;

/// <summary>A person has found out.</summary>
/// <param name="Outcome"><c>paid</c>: the money moved; <c>not_paid</c>: it did not; <c>noted</c>: nothing is left to decide.</param>
/// <param name="Reason">How they know; kept with the case.</param>
public sealed record SettleCase(Caller Caller, CaseId Id, string? Outcome, string? Reason) : IRequest<Result<CaseView>>;

/// <summary>What a settlement must say.</summary>
public sealed class SettleCaseValidator : AbstractValidator<SettleCase>
{
    public SettleCaseValidator()
    {
        RuleFor(c => c.Outcome)
            .Must(outcome => outcome is CaseOutcome.Paid or CaseOutcome.NotPaid or CaseOutcome.Noted)
            .WithMessage("Give one of paid, not_paid, noted.");
        RuleFor(c => c.Reason)
            .Must(reason => !string.IsNullOrWhiteSpace(reason) && reason.Length <= 500 && !reason.Any(char.IsControl))
            .WithMessage("Say how you know, in 1 to 500 characters.");
    }
}

/// <summary>
/// Settles the attempt, payout or refund as the operator says, and the case, in one commit under the payment's lock. Twice, or two
/// operators at once: the second finds the case settled. A callback at the same instant: whoever is second finds the first's state.
/// </summary>
public sealed class SettleCaseHandler(ICases cases, ICheckouts checkouts, ITransfers transfers, IAudit audit, ITransactions transactions)
    : IRequestHandler<SettleCase, Result<CaseView>>
{
    public Task<Result<CaseView>> Handle(SettleCase request, CancellationToken cancellationToken) =>
        transactions.Run(request.Caller, now => Settle(request, now), cancellationToken);

    private async Task<Result<CaseView>> Settle(SettleCase request, DateTimeOffset now)
    {
        if (await cases.Find(request.Id) is not { } found)
        {
            return Refusal.NotFound("case");
        }

        // Whoever settles holds the lock of what the case is about: only under it does "still open" mean anything.
        var subject = await Lock(found);
        var before = subject.Status();
        found = (await cases.Find(request.Id))!;
        if (!found.IsOpen)
        {
            return new Refusal("case_settled", "This case is settled.");
        }

        if (request.Outcome == CaseOutcome.Noted ? subject.IsUndecided : !subject.Settle(request.Outcome == CaseOutcome.Paid, request.Reason!.Trim(), now))
        {
            return new Refusal("outcome_not_possible", subject.IsUndecided
                ? "Nobody knows yet what became of it: settle it as paid or not_paid, or have it asked."
                : "What it is about is in a state that this outcome cannot follow; close it as noted instead.");
        }

        await subject.Save();
        await cases.Settle(found.Id, request.Outcome!, request.Reason!.Trim(), request.Caller.Client);
        var settled = (await cases.Find(found.Id))!;
        await CaseNotes.Settled(audit, request.Caller, (found, before), (settled, subject.Status()));
        return Result.Created(CaseView.Of(settled), CreatedResourceKind.Case, found.Id);
    }

    private async Task<Locked> Lock(StoredCase found)
    {
        switch (found.Subject)
        {
            case CaseSubject.Payout or CaseSubject.Refund:
                var loaded = await transfers.LoadForChange([new(found.SubjectId)]);

                // Of what waits to be sent nothing is unknown: a person may take note of it and leave it in the queue.
                return new(
                    !loaded[0].IsSettled && loaded[0].Status != TransferStatus.Queued, loaded[0].SettleByOperator, () => transfers.Save(loaded),
                    () => TransferStates.Name(loaded[0]));

            case CaseSubject.Attempt:
                var id = new AttemptId(found.SubjectId);
                var books = await checkouts.LoadForChange(new(AttemptIds: [id], WithTillReceipts: true));
                var checkout = books.Checkouts[0];
                var attempt = checkout.Attempts.Single(a => a.Id == id);
                return new(
                    !attempt.IsSettled,
                    (paid, _, now) => checkout.Settle(attempt, new PaymentEvidence.Operator(paid, books.Unmatched), NewId.Next<ReceiptId>(), now) != SettlementResult.Contradiction,
                    () => checkouts.Save(books.Checkouts),
                    () => EnumNames.Name(attempt.Status));

            default:
                return new(false, (_, _, _) => false, () => Task.CompletedTask, () => null);
        }
    }

    /// <summary>What a case is about, locked.</summary>
    /// <param name="IsUndecided">True while nobody knows its outcome, so that closing the case would forget it.</param>
    /// <param name="Settle">Settles it; false when its state does not allow that.</param>
    /// <param name="Status">How it stands at this moment; null for what has no status.</param>
    private sealed record Locked(bool IsUndecided, Func<bool, string, DateTimeOffset, bool> Settle, Func<Task> Save, Func<string?> Status);
}
