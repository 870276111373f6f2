using Payments.Domain.Cases;
using Payments.Domain.Common;

namespace Payments.Domain.Transfers;

/// <summary>The part of <see cref="Transfer"/> that Safaricom is asked about (R10, R11).</summary>
public abstract partial class Transfer
{
    /// <summary>The answer to a transaction status query about it (R10). It never downgrades what is settled.</summary>
    public SettlementResult ApplyStatusResult(TransactionFound found, DateTimeOffset now)
    {
        // Asked by a name of ours it is that name that counts: where Safaricom took our request and then refused it as a duplicate, we have the
        // ConversationID of that one, and the answer has the first one's.
        var named = HasOwnName && found.OriginatorId is not null
            ? found.OriginatorId == OriginatorId
            : ((ConversationId is not null && found.ConversationId is not null) || (OriginatorId is not null && found.OriginatorId is not null))
                && HasProviderIds(found.ConversationId, found.OriginatorId);
        if (!named)
        {
            return AwaitNextQuery("The answer was about another transaction.", now);
        }

        WasSent(now);
        RecordProviderIds(found.ConversationId, found.OriginatorId);
        if (found.State == TransactionState.UnderWay || found.Amount is null)
        {
            return AwaitNextQuery($"M-PESA calls it '{found.StateText}'.", now);
        }

        if (Status == TransferStatus.Completed)
        {
            return found.State switch
            {
                TransactionState.NotCompleted => SettlementResult.Contradiction,
                TransactionState.Reversed when IsComingBackClear => ApplyReversalAfterCompletion(found, now),
                TransactionState.Reversed => SettlementResult.Duplicate,
                _ => RecordReceiptNumber(found.Receipt, now),
            };
        }

        if (ConflictWith(found.Amount.Value, found.Parties) is { } problem)
        {
            // Asking again would bring the same answer: a person looks at it.
            return Differs(problem, $"a status query, which calls it '{found.StateText}'", askAt: null, now);
        }

        if (found.State == TransactionState.Reversed)
        {
            return ApplyReversal(found, now);
        }

        if (IsRepeated(found.Receipt))
        {
            return SettlementResult.Duplicate;
        }

        if (found.State == TransactionState.Completed)
        {
            Complete(found.Receipt, Checkouts.SettledBy.StatusQuery, now);
            return SettlementResult.Applied;
        }

        if (Status == TransferStatus.Failed)
        {
            return SettlementResult.Duplicate;
        }

        if (RefusedWith is not null)
        {
            EndQueries();
            return AwaitNextQuery($"Refused with {RefusedWith}; M-PESA calls that request '{found.StateText}', which says nothing of an earlier one.", now);
        }

        Answered($"M-PESA calls it '{found.StateText}'.");
        Fail(new(FailureCode.Rejected, found.StateText, $"M-PESA says this transfer is {found.StateText.ToLowerInvariant()}: no money moved.", Retryable: true), Checkouts.SettledBy.StatusQuery, now);
        return SettlementResult.Applied;
    }

    /// <summary>A query brought no answer; its schedule is the caller's. "Not found" never fails anything by itself (R10).</summary>
    public void RecordQueryFailure(string why, DateTimeOffset now)
    {
        if (!IsSettled && Status != TransferStatus.Queued)
        {
            Answered(why);
            MarkModified(now);
        }
    }

    /// <summary>Asks no later than <paramref name="at"/>.</summary>
    public void ScheduleQuery(DateTimeOffset at) => request = request with { Queries = request.Queries.NoLaterThan(at) };

    /// <summary>Asks at <paramref name="at"/>, not before.</summary>
    public void PostponeQuery(DateTimeOffset at) => request = request with { Queries = request.Queries.Postpone(at) };

    /// <summary>The query last taken never reached Safaricom: it does not count, and is tried again at <paramref name="retryAt"/>.</summary>
    public void DiscountQuery(DateTimeOffset retryAt, DateTimeOffset now)
    {
        if (!IsSettled && NextQueryAt is not null)
        {
            request = request with { Queries = request.Queries.NotCounted(retryAt) };
            MarkModified(now);
        }
    }

    /// <summary>A person has it asked about again, now.</summary>
    /// <param name="asked">What counts as asked: so many that this query is the last before a case again.</param>
    /// <returns>False when it is settled, not sent, or has no id to ask by (R11).</returns>
    public bool ScheduleManualQuery(int asked, DateTimeOffset now)
    {
        if (IsSettled || Status == TransferStatus.Queued || OriginatorId is null)
        {
            return false;
        }

        request = request with { Queries = request.Queries.ByHand(asked, now) };
        MarkModified(now);
        return true;
    }

    /// <summary>The queries ran out: a person has to find out (R11).</summary>
    public void ExhaustQueries(DateTimeOffset now)
    {
        if (IsSettled || Status == TransferStatus.Queued)
        {
            return;
        }

        EnterDoubt(now);
        request = request.Exhaust();
        cases.Add(new TransferOutcomeUnknown(Facts, SendingAt, OriginatorId is null ? null : QueryCount, LastAnswer));
    }

    /// <summary>An answer that settles nothing: the schedule goes on.</summary>
    private SettlementResult AwaitNextQuery(string why, DateTimeOffset now)
    {
        RecordQueryFailure(why, now);
        return SettlementResult.Unsettled;
    }

    private void EndQueries() => request = request with { Queries = request.Queries.Ended };
}
