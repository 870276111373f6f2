using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;

namespace Payments.Domain.Transfers;

/// <summary>The half of <see cref="Transfer"/> that hears what became of the money (R4, R5, R9–R12).</summary>
public abstract partial class Transfer
{
    /// <summary>A trusted result. Twice, late or out of order: what is settled stays, but success outranks failure.</summary>
    /// <param name="isFinal">False for ResultType 1: more is to come, so this settles nothing.</param>
    /// <param name="parties">The other side as the result names it; empty when it does not.</param>
    public SettlementResult ApplyResult(PaymentResult outcome, bool isFinal, IReadOnlyList<string> parties, DateTimeOffset now)
    {
        CallbackReceived = true;
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
        CallbackReceived = true;
        WasSent(now);
        return Differs((CaseKind.PartyDiffers, story), "a result", askAt: now, now);
    }

    /// <summary>A trusted result that cannot be read: it settles nothing. After a failure it may be a success, which a person looks up (R4).</summary>
    public void MarkUnreadableResult(DateTimeOffset now)
    {
        CallbackReceived = HasConflictingResult = true;
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
        CallbackReceived = true;
        WasSent(now);
        MarkModified(now);
        if (IsSettled)
        {
            return Status == TransferStatus.Completed ? SettlementResult.Contradiction : SettlementResult.Duplicate;
        }

        var first = Status != TransferStatus.InDoubt;
        LastAnswer = "Safaricom's queue timed out.";
        EnterDoubt(now);
        ScheduleQuery(now);
        return first ? SettlementResult.Applied : SettlementResult.Duplicate;
    }

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
            Complete(found.Receipt, Domain.Checkouts.SettledBy.StatusQuery, now);
            return SettlementResult.Applied;
        }

        if (Status == TransferStatus.Failed)
        {
            return SettlementResult.Duplicate;
        }

        if (RefusedWith is not null)
        {
            NextQueryAt = null;
            return AwaitNextQuery($"Refused with {RefusedWith}; M-PESA calls that request '{found.StateText}', which says nothing of an earlier one.", now);
        }

        LastAnswer = $"M-PESA calls it '{found.StateText}'.";
        End(TransferStatus.Failed, Domain.Checkouts.SettledBy.StatusQuery, new(
            FailureCode.Rejected, found.StateText, $"M-PESA says this transfer is {found.StateText.ToLowerInvariant()}: no money moved.", Retryable: true), now);
        return SettlementResult.Applied;
    }

    /// <summary>A question brought no answer; its schedule is the caller's. "Not found" never fails anything by itself (R10).</summary>
    public void RecordQueryFailure(string why, DateTimeOffset now)
    {
        if (!IsSettled && Status != TransferStatus.Queued)
        {
            LastAnswer = why;
            MarkModified(now);
        }
    }

    /// <summary>The question last taken never reached Safaricom: it does not count, and is tried again at <paramref name="retryAt"/>.</summary>
    public void DiscountQuery(DateTimeOffset retryAt, DateTimeOffset now)
    {
        if (!IsSettled && NextQueryAt is not null)
        {
            QueryCount = Math.Max(0, QueryCount - 1);
            NextQueryAt = retryAt;
            MarkModified(now);
        }
    }

    /// <summary>A person has it asked about again, now.</summary>
    /// <param name="asked">What counts as asked: so many that this question is the last before a case again.</param>
    /// <returns>False when it is settled, not sent, or has no id to ask by (R11).</returns>
    public bool ScheduleManualQuery(int asked, DateTimeOffset now)
    {
        if (IsSettled || Status == TransferStatus.Queued || OriginatorId is null)
        {
            return false;
        }

        QueryCount = Math.Min(QueryCount, asked);
        NextQueryAt = now;
        MarkModified(now);
        return true;
    }

    /// <summary>The questions ran out: a person has to find out (R11).</summary>
    public void ExhaustQueries(DateTimeOffset now)
    {
        if (IsSettled || Status == TransferStatus.Queued)
        {
            return;
        }

        NextQueryAt = null;
        EnterDoubt(now);
        cases.Add(new TransferOutcomeUnknown(Facts, SendingAt, OriginatorId is null ? null : QueryCount, LastAnswer));
    }

    /// <summary>
    /// A person found out. Money that moved can be recorded after a failure too; nothing undoes a completion. What waits to be sent, and a
    /// case says so, is sent no more: it was paid another way, or it is cancelled.
    /// </summary>
    /// <returns>False when its state does not allow that outcome.</returns>
    public bool SettleByOperator(bool paid, string reason, DateTimeOffset now)
    {
        switch (Status)
        {
            case TransferStatus.Sending or TransferStatus.Completed:
            case TransferStatus.Queued when !IsWaitAnnounced:
            case TransferStatus.Failed when !paid:
                return false;
            case TransferStatus.Queued when !paid:
                SettledBy = Domain.Checkouts.SettledBy.Operator;
                return Cancel(now);
        }

        LastAnswer = reason;
        End(paid ? TransferStatus.Completed : TransferStatus.Failed, Domain.Checkouts.SettledBy.Operator, paid ? null : new(
            FailureCode.Rejected, null, "An operator found that no money moved.", Retryable: false), now);
        return true;
    }

    private SettlementResult ApplySuccess(PaymentResult.Succeeded paid, IReadOnlyList<string> parties, DateTimeOffset now)
    {
        if (paid.Amount is { } amount && ConflictWith(amount, parties) is { } problem)
        {
            // R9. A question may still show that the result, not the money, was wrong.
            HasConflictingResult = true;
            return Differs(problem, $"a result with receipt {paid.Receipt ?? "unknown"}", askAt: now, now);
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
            HasConflictingResult = true;
            if (Status == TransferStatus.Failed)
            {
                cases.Add(new UnprovenSuccessAfterFailure(Facts, Failure));
            }

            return QueryInstead("The result said success but named no amount or no receipt.", now);
        }

        Complete(paid.Receipt, Domain.Checkouts.SettledBy.Callback, now);
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
            End(TransferStatus.Failed, Domain.Checkouts.SettledBy.Callback, failed.Failure, now);
            return SettlementResult.Applied;
        }

        if (failed.Certainty == Certainty.Final)
        {
            return QueryInstead($"One result said {code}, another that could not be read may say success.", now);
        }

        // R5: a code nobody listed, or one that says "query first" (15, a duplicate id, above all).
        return QueryInstead($"The result said {code}, which settles nothing by itself.", now);
    }

    private void HoldRefusedReversal(Failure failure, DateTimeOffset now)
    {
        RefusedWith = failure.ResultCode;
        LastAnswer = $"Refused with {failure.ResultCode}.";
        NextQueryAt = null;
        EnterDoubt(now);
        cases.Add(new ReversalRefused(Facts, failure));
    }

    private void Complete(string? receipt, SettledBy by, DateTimeOffset now)
    {
        var before = Status == TransferStatus.Failed ? Failure : null;
        Receipt ??= receipt;
        End(TransferStatus.Completed, by, null, now);
        if (before is not null)
        {
            cases.Add(new SucceededAfterFailure(Facts, before, receipt));
        }
    }

    private SettlementResult RecordReceiptNumber(string? receipt, DateTimeOffset now)
    {
        if (receipt is null || receipt == Receipt)
        {
            return SettlementResult.Duplicate;
        }

        if (Receipt is null)
        {
            Receipt = receipt;
            MarkModified(now);
            return SettlementResult.Applied;
        }

        cases.Add(new SecondReceipt(Facts, Receipt, receipt));
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
            LastAnswer = problem.Difference + ".";
            NextQueryAt = null;
            EnterDoubt(now);
            if (askAt is { } at)
            {
                ScheduleQuery(at);
            }
        }

        MarkModified(now);
        return SettlementResult.Contradiction;
    }

    /// <summary>What a callback said settles nothing: in doubt, and Safaricom is asked now.</summary>
    private SettlementResult QueryInstead(string why, DateTimeOffset now)
    {
        if (IsSettled)
        {
            return SettlementResult.Unsettled;
        }

        LastAnswer = why;
        EnterDoubt(now);
        ScheduleQuery(now);
        return SettlementResult.Unsettled;
    }

    /// <summary>An answer that settles nothing: the schedule goes on.</summary>
    private SettlementResult AwaitNextQuery(string why, DateTimeOffset now)
    {
        RecordQueryFailure(why, now);
        return SettlementResult.Unsettled;
    }
}
