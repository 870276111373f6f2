using Payments.Domain.Cases;
using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Domain.Checkouts;

/// <summary>
/// Joins what STK, queries and confirmations each tell of one payment, as the <see cref="ReceiptMatcher"/> says (R6–R8 and 11). What was joined by
/// comparison stays <see cref="Receipt.IsInferred"/> until the prompt's own callback names a number. Where several are candidates the receipt is
/// put on hold: it stands on the checkout, counts as nothing and a person decides, so nothing is counted twice.
/// </summary>
internal sealed class ReceiptLinking(Checkout checkout, DateTimeOffset now)
{
    private readonly ReceiptAllocation allocation = new(checkout, now);

    private ReceiptMatcher Matcher => checkout.Matcher;

    /// <summary>A receipt is the payment of an attempt that was just found to be paid.</summary>
    public void Attach(Receipt receipt, Attempt attempt, bool inferred)
    {
        receipt.AttachTo(attempt, inferred);
        checkout.Changed(now);
        if (receipt.CheckoutId is null || receipt.IsOnHold)
        {
            allocation.Apply(receipt);
        }
    }

    /// <summary>
    /// Its prompt's callback named another number: this is a payment by hand after all. What it pays stays paid. Where it was taken for the
    /// prompt's though nothing was shown of its payer, a person is asked whether it is the customer's.
    /// </summary>
    public void Detach(Receipt receipt, Attempt attempt)
    {
        receipt.Detach(checkout.Ours.MethodOf(receipt.Shortcode, receipt.Account) ?? PaymentMethod.Paybill);
        if (receipt.Method == PaymentMethod.Till && OrderReference.KeyOf(receipt.Account) != checkout.Account.Key
            && Matcher.Shows(receipt, attempt) != PayerMatch.Same)
        {
            checkout.AddCase(new PossibleDuplicate(ReceiptFacts.Of(receipt), checkout.Id, attempt.StartedAt));
        }
    }

    /// <summary>The number of a payment that was known without one has turned up.</summary>
    /// <param name="known">The receipt that has the number already; null when none has.</param>
    /// <param name="spareId">The id a receipt would get that is needed for an attempt whose number this turns out not to be.</param>
    public SettlementResult AssignNumber(Receipt own, ReceiptNumber number, string? payer, DateTimeOffset? at, Money amount, Receipt? known, ReceiptId spareId)
    {
        var attempt = Matcher.AttemptOf(own);
        if (amount != own.Amount)
        {
            checkout.AddCase(new NumberedAmountDiffers(PromptFacts.Of(attempt), own.Amount, amount, number));
            checkout.Changed(now);
            return SettlementResult.Contradiction;
        }

        if (known is not null)
        {
            return Merge(own, known, attempt, number, spareId);
        }

        own.AssignNumber(number, payer, at);
        if (own.Unassigned > Money.Zero)
        {
            allocation.Apply(own);
        }

        checkout.Raise(CheckoutEvents.ReceiptKnown, now);
        ResolveAmbiguousMatches();
        return SettlementResult.Applied;
    }

    /// <summary>
    /// A receipt's number turned out to be another prompt's: <paramref name="other"/>, for whose payment it was taken, is as it was
    /// before, and its money is looked for again. Where somebody said of that very prompt that it was paid, it stays paid, without a number;
    /// where only this receipt said so, nobody knows what became of it.
    /// </summary>
    public void RematchAttempt(Attempt? other, ReceiptNumber number, ReceiptId spareId)
    {
        if (other is { SettledBy: (SettledBy.StkQuery or SettledBy.Callback or SettledBy.Operator) and var by })
        {
            new UnnumberedSuccess(checkout, now).Record(other, by, spareId, []);
        }
        else if (other is not null)
        {
            other.Reopen();
            checkout.Changed(now);
            SettleAttemptsWithoutQueryId();
            if (!other.IsSettled)
            {
                checkout.AddCase(new SuccessWithdrawn(PromptFacts.Of(other), number));
            }
        }

        ResolveAmbiguousMatches();
    }

    /// <summary>Attempts nobody can ask about (no id, or the queries are exhausted) are settled by a confirmation that can be no other's (R11).</summary>
    public void SettleAttemptsWithoutQueryId()
    {
        foreach (var attempt in checkout.Attempts.Where(a => a.IsBeyondQueries))
        {
            if (Matcher.OnlyReceiptOf(attempt) is { IsOnHold: false } only)
            {
                checkout.Succeed(attempt, only.SettledBy, now);
                only.AttachTo(attempt, inferred: true);
                checkout.Changed(now);
            }
        }
    }

    /// <summary>
    /// What several candidates left open is closed as soon as one is left on each side: a success without a number gets that number.
    /// </summary>
    public void ResolveAmbiguousMatches()
    {
        foreach (var unnumbered in Matcher.UnnumberedReceipts)
        {
            // One that got its number because of another before it is settled.
            if (Matcher.UnnumberedReceipts.Contains(unnumbered) && Matcher.OnlyReceiptOf(Matcher.AttemptOf(unnumbered)) is { } only
                && !(checkout.Status == CheckoutStatus.Paid && unnumbered.Applied > only.Spare))
            {
                AssignNumber(unnumbered, only.Number!.Value, only.Payer, only.At, only.Amount, only, default);
                only.MarkInferred();
            }
        }
    }

    /// <summary>The same money twice on this checkout, once by query and once by confirmation: the one with the number is kept.</summary>
    private SettlementResult Merge(Receipt own, Receipt known, Attempt attempt, ReceiptNumber number, ReceiptId spareId)
    {
        if (checkout.Status == CheckoutStatus.Paid && own.Applied > known.Spare)
        {
            // It went back, and nothing undoes paid; or both pay for this order, so they cannot be one: it was there before the prompt.
            return checkout.OpenConflict(attempt, known.IsRefundedOrReserved ? new Conflict.AlreadyRefunded(number) : new Conflict.PaidBeforePrompt(number), now);
        }

        var other = known.AttemptId is null ? null : Matcher.AttemptOf(known);
        var wasHeld = own.IsOnHold;
        checkout.RemoveMerged(own);
        known.AttachTo(attempt, inferred: false);
        if ((wasHeld || known.IsRefundedOrReserved) && (known.CheckoutId is null || known.IsOnHold))
        {
            // Neither counted until now, or what one of them had counted for has gone back.
            allocation.Apply(known);
            checkout.Raise(CheckoutEvents.ReceiptKnown, now);
        }
        else
        {
            allocation.Reallocate(known);
        }

        RematchAttempt(other, number, spareId);
        return SettlementResult.Applied;
    }
}
