using Payments.Domain.Cases;
using Payments.Domain.Common;

namespace Payments.Domain.Checkouts;

/// <summary>What is asked about an attempt, and what becomes of it when nobody can tell (R4, R5, R9, R11).</summary>
internal sealed class AttemptQueries(Checkout checkout, DateTimeOffset now)
{
    /// <summary>
    /// A trusted callback that cannot be read: it settles nothing, and Safaricom is asked, also about a failed attempt, for it may have been its
    /// success (R4).
    /// </summary>
    public void MarkUnreadableResult(Attempt attempt)
    {
        attempt.MarkConflictingResult();
        QueryInstead(attempt, now);
    }

    /// <summary>The queries are exhausted: a person has to find out (R5, R11).</summary>
    public void Exhaust(Attempt attempt)
    {
        if (attempt.Status == AttemptStatus.Succeeded)
        {
            return;
        }

        attempt.StopQueries();
        checkout.Changed(now);
        new ReceiptLinking(checkout, now).SettleAttemptsWithoutQueryId();
        OpenUnconfirmedPaymentCase(attempt, null);
        var isContested = attempt is { HasConflictingResult: true, UnconfirmedReceipt: null };
        if (!attempt.IsSettled || isContested)
        {
            checkout.AddCase(new OutcomeUnknown(PromptFacts.Of(attempt), attempt.LastAnswer) { IsDisputed = attempt.IsSettled, Failure = attempt.Failure });
        }
    }

    /// <summary>A trusted callback named money that was not counted, and whoever was asked does not know it: a person compares (R4, R9).</summary>
    public void OpenUnconfirmedPaymentCase(Attempt attempt, Failure? denied)
    {
        if (attempt is { UnconfirmedReceipt: { } number, UnconfirmedAmount: { } amount })
        {
            checkout.AddCase(new UnconfirmedPayment(PromptFacts.Of(attempt), amount, number, attempt.ReceiptBelongsToOther, denied));
            checkout.Changed(now);
        }
    }

    /// <summary>What came settles nothing: Safaricom is asked no later than <paramref name="at"/>.</summary>
    public SettlementResult QueryInstead(Attempt attempt, DateTimeOffset at)
    {
        // A failed one is asked about too: what came may be a success that outranks the failure (R4).
        if (attempt.Status == AttemptStatus.Succeeded)
        {
            return SettlementResult.Unsettled;
        }

        var wasErased = attempt.HasErasedId;
        if (attempt.RestoreId())
        {
            attempt.ScheduleQuery(at);
        }
        else
        {
            checkout.AddCase(new QueryImpossible(PromptFacts.Of(attempt), attempt.Failure));
        }

        if (wasErased)
        {
            checkout.Changed(now);
        }

        return SettlementResult.Unsettled;
    }
}
