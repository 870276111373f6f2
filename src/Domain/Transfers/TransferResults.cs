using Payments.Domain.Cases;
using Payments.Domain.Common;

namespace Payments.Domain.Transfers;

/// <summary>The part of <see cref="Transfer"/> that is told by callbacks what became of the money (R4, R5, R9, R10).</summary>
public abstract partial class Transfer
{
    /// <summary>A trusted result. Twice, late or out of order: what is settled stays, but success outranks failure.</summary>
    /// <param name="isFinal">False for ResultType 1: more is to come, so this settles nothing.</param>
    /// <param name="parties">The other side as the result names it; empty when it does not.</param>
    public SettlementResult ApplyResult(PaymentResult outcome, bool isFinal, IReadOnlyList<string> parties, DateTimeOffset now)
    {
        callbackReceived = true;
        WasSent(now);
        MarkModified(now);
        return outcome switch
        {
            _ when !isFinal => AwaitNextQuery("Safaricom said that more is to come.", now),
            PaymentResult.Succeeded paid => ApplySuccess(paid, parties, now),
            PaymentResult.Failed failed => ApplyFailure(failed, now),
            _ => QueryInstead("The result said nothing.", now),
        };
    }

    /// <summary>A trusted success that names another original than was asked for (R9): it proves nothing about this one.</summary>
    public SettlementResult RejectMismatchedOriginal(string story, DateTimeOffset now)
    {
        callbackReceived = true;
        WasSent(now);
        return Differs((CaseKind.PartyDiffers, story), "a result", askAt: now, now);
    }

    /// <summary>A trusted result that cannot be read: it settles nothing. After a failure it may be a success, which a person looks up (R4).</summary>
    public void MarkUnreadableResult(DateTimeOffset now)
    {
        callbackReceived = true;
        MarkConflictingResult();
        WasSent(now);
        MarkModified(now);
        if (Status == TransferStatus.Failed && !HasComeBack)
        {
            cases.Add(new UnreadableAfterFailure(Facts, Failure));
        }

        QueryInstead("A result came that could not be read.", now);
    }

    /// <summary>A trusted queue timeout: no failure (R10), and nothing at all once it is settled.</summary>
    public SettlementResult ApplyQueueTimeout(DateTimeOffset now)
    {
        callbackReceived = true;
        WasSent(now);
        MarkModified(now);
        if (IsSettled)
        {
            return Status == TransferStatus.Completed ? SettlementResult.Contradiction : SettlementResult.Duplicate;
        }

        var first = Status != TransferStatus.InDoubt;
        Answered("Safaricom's queue timed out.");
        EnterDoubt(now);
        ScheduleQuery(now);
        return first ? SettlementResult.Applied : SettlementResult.Duplicate;
    }

    private SettlementResult ApplySuccess(PaymentResult.Succeeded paid, IReadOnlyList<string> parties, DateTimeOffset now)
    {
        if (paid.Amount is { } amount && ConflictWith(amount, parties) is { } problem)
        {
            // R9. A question may still show that the result, not the money, was wrong.
            MarkConflictingResult();
            return Differs(problem, $"a result with receipt {paid.Receipt?.Value ?? "unknown"}", askAt: now, now);
        }

        if (Status == TransferStatus.Completed)
        {
            return RecordReceiptNumber(paid.Receipt, now);
        }

        if (IsRepeated(paid.Receipt))
        {
            return SettlementResult.Duplicate;
        }

        if (paid.Amount is null || paid.Receipt is null)
        {
            // A success that names no money is no proof of money: ask, or let a person look when it was called failed before.
            MarkConflictingResult();
            if (Status == TransferStatus.Failed)
            {
                cases.Add(new UnprovenSuccessAfterFailure(Facts, Failure));
            }

            return QueryInstead("The result said success but named no amount or no receipt.", now);
        }

        Complete(paid.Receipt, Checkouts.SettledBy.Callback, now);
        return SettlementResult.Applied;
    }

    private SettlementResult ApplyFailure(PaymentResult.Failed failed, DateTimeOffset now)
    {
        if (IsSettled)
        {
            return Status == TransferStatus.Completed ? SettlementResult.Contradiction : SettlementResult.Duplicate;
        }

        var code = failed.Failure.ResultCode;
        if (MayHaveHappened(failed.Failure))
        {
            var told = RefusedWith == code;
            HoldRefusedReversal(failed.Failure, now);
            return told ? SettlementResult.Duplicate : SettlementResult.Applied;
        }

        if (RefusedWith is not null)
        {
            return SettlementResult.Contradiction;
        }

        if (failed.Certainty == Certainty.Final && !HasConflictingResult)
        {
            Fail(failed.Failure, Checkouts.SettledBy.Callback, now);
            return SettlementResult.Applied;
        }

        if (failed.Certainty == Certainty.Final)
        {
            return QueryInstead($"One result said {code}, another that could not be read may say success.", now);
        }

        // R5: a code nobody listed, or one that says "query first" (15, a duplicate id, above all).
        return QueryInstead($"The result said {code}, which settles nothing by itself.", now);
    }

    /// <summary>What a callback said settles nothing: in doubt, and Safaricom is asked now.</summary>
    private SettlementResult QueryInstead(string why, DateTimeOffset now)
    {
        if (IsSettled)
        {
            return SettlementResult.Unsettled;
        }

        Answered(why);
        EnterDoubt(now);
        ScheduleQuery(now);
        return SettlementResult.Unsettled;
    }

    private void MarkConflictingResult() => request = request with { HasConflictingResult = true };
}
