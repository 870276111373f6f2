using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Requests;

namespace Payments.Domain.Transfers;

/// <summary>The part of <see cref="Transfer"/> that comes to its end, or is told what contradicts it (R4, R9, R12, R14).</summary>
public abstract partial class Transfer
{
    /// <summary>
    /// A person found out. What waits to be sent, and a case says so, is sent no more: it was paid another way, or it is cancelled. Everything else
    /// follows <see cref="ProviderRequest.MayBeSettledByOperator"/>.
    /// </summary>
    /// <returns>False when its state does not allow that outcome.</returns>
    public bool SettleByOperator(bool paid, string reason, DateTimeOffset now)
    {
        if (Status == TransferStatus.Queued)
        {
            if (!wait.IsAnnounced)
            {
                return false;
            }

            if (!paid)
            {
                request = request with { SettledBy = Checkouts.SettledBy.Operator };
                return Cancel(now);
            }
        }
        else if (!request.MayBeSettledByOperator(paid, HasConflictingResult))
        {
            return false;
        }

        if (paid)
        {
            Answered(reason);
            Succeed(Checkouts.SettledBy.Operator, now);
        }
        else if (Status != TransferStatus.Failed)
        {
            Answered(reason);
            Fail(new(FailureCode.Rejected, null, "An operator found that no money moved.", Retryable: false), Checkouts.SettledBy.Operator, now);
        }

        return true;
    }

    private void HoldRefusedReversal(Failure failure, DateTimeOffset now)
    {
        refusedWith = failure.ResultCode;
        Answered($"Refused with {failure.ResultCode}.");
        EndQueries();
        EnterDoubt(now);
        cases.Add(new ReversalRefused(Facts, failure));
    }

    private void Complete(ReceiptNumber? number, SettledBy by, DateTimeOffset now)
    {
        var before = Status == TransferStatus.Failed ? Failure : null;
        receipt ??= number;
        Succeed(by, now);
        if (before is not null)
        {
            cases.Add(new SucceededAfterFailure(Facts, before, number));
        }
    }

    private SettlementResult RecordReceiptNumber(ReceiptNumber? number, DateTimeOffset now)
    {
        if (number is not { } told || told == receipt)
        {
            return SettlementResult.Duplicate;
        }

        if (receipt is not { } known)
        {
            receipt = told;
            MarkModified(now);
            return SettlementResult.Applied;
        }

        cases.Add(new SecondReceipt(Facts, known, told));
        MarkModified(now);
        return SettlementResult.Contradiction;
    }

    private (string Kind, string Difference)? ConflictWith(Money amount, IReadOnlyList<string> parties) =>
        amount != Amount ? (CaseKind.AmountDiffers, $"{Amount} were sent, but {amount} are named")
        : CounterpartyMismatch(parties) is { } party ? (CaseKind.PartyDiffers, party)
        : null;

    private SettlementResult Differs((string Kind, string Difference) problem, string by, DateTimeOffset? askAt, DateTimeOffset now)
    {
        cases.Add(new TransferDiffers(problem.Kind, Facts, problem.Difference, by, IsSettled));
        if (!IsSettled)
        {
            Answered(problem.Difference + ".");
            EndQueries();
            EnterDoubt(now);
            if (askAt is { } at)
            {
                ScheduleQuery(at);
            }
        }

        MarkModified(now);
        return SettlementResult.Contradiction;
    }
}
