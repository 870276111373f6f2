using Payments.Domain.Cases;
using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Domain.Checkouts;

/// <summary>A success that names no number: its money is looked for among the confirmations, or recorded (R7).</summary>
internal sealed class UnnumberedSuccess(Checkout checkout, DateTimeOffset now)
{
    private readonly ReceiptAllocation allocation = new(checkout, now);

    /// <param name="by">Who said that it was paid.</param>
    /// <param name="receiptId">The id a new receipt would get.</param>
    /// <param name="loose">Till payments that stand nowhere and may be this attempt's.</param>
    public void Record(Attempt attempt, SettledBy by, ReceiptId receiptId, IReadOnlyList<Receipt> loose)
    {
        if (attempt.ReceiptBelongsToOther)
        {
            // R7: it was matched elsewhere meanwhile. Counted here too, one payment would pay two orders.
            allocation.PutOnHold(allocation.Record(receiptId, attempt, by));
            checkout.OpenConflict(attempt, new Conflict.NumberPaysElsewhere(attempt.UnconfirmedReceipt), now);
            return;
        }

        switch (checkout.Matcher.ByAttempt(attempt, checkout.Due, loose))
        {
            case ReceiptMatch.Same { Receipt: var same }:
                Attach(same, attempt);
                break;

            case ReceiptMatch.Ambiguous several:
                // One of them is this very payment: counting it here as well would count it twice.
                allocation.PutOnHold(allocation.Record(receiptId, attempt, by));
                checkout.AddCase(new AmbiguousReceipts(PromptFacts.Of(attempt), [.. several.Candidates.Select(c => c.Number)], by));
                break;

            default:
                allocation.Apply(allocation.Record(receiptId, attempt, by));
                OpenUnmatchedCases(attempt, by, loose);
                break;
        }
    }

    private void Attach(Receipt same, Attempt attempt)
    {
        var countsAlready = same is { CheckoutId: not null, IsOnHold: false };
        new ReceiptLinking(checkout, now).Attach(same, attempt, inferred: true);
        if (countsAlready && same.IsRefundedOrReserved && same.Applied == Money.Zero)
        {
            allocation.MergeRefunded(same);
        }
    }

    /// <summary>
    /// What at the till may be this success and was not taken for it, which counts already. Of the same payer, but for the time: it stands here and
    /// counts as nothing until a person decides, for left where it was somebody would give back what paid this order. What may be another
    /// order's as well, or shows nothing of its payer: a person is told.
    /// </summary>
    private void OpenUnmatchedCases(Attempt attempt, SettledBy by, IReadOnlyList<Receipt> loose)
    {
        var (astray, others) = (checkout.Matcher.AtAnotherTime(loose, attempt), checkout.Matcher.PossiblyPaidAtTill(loose, attempt));
        foreach (var receipt in astray)
        {
            allocation.PutOnHold(receipt);
            checkout.AddCase(new PaidAtAnotherTime(ReceiptFacts.Of(receipt), checkout.Id, attempt.StartedAt, by));
        }

        if (others.Count > 0)
        {
            checkout.AddCase(new PossibleTillPayments(PromptFacts.Of(attempt), [.. others.Select(r => r.Number)], by));
        }
    }
}
