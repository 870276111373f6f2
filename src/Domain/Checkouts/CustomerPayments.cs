using Payments.Domain.C2b;
using Payments.Domain.Cases;
using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Domain.Checkouts;

/// <summary>What customers pay themselves for a checkout, as confirmations, Pull and operators tell it (R7, R8).</summary>
internal sealed class CustomerPayments(Checkout checkout, DateTimeOffset now)
{
    private readonly ReceiptAllocation allocation = new(checkout, now);
    private readonly ReceiptLinking linking = new(checkout, now);

    public void Apply(Confirmation confirmation, ReceiptId receiptId) => Add(confirmation.ToReceipt(receiptId, now), isNew: true);

    public SettlementResult ApplyRepeated(Receipt known, Confirmation confirmation)
    {
        if (known.Amount != confirmation.Amount)
        {
            checkout.AddCase(confirmation.Contradicts(known));
            checkout.Changed(now);
            return SettlementResult.Contradiction;
        }

        known.FillIn(confirmation);
        return SettlementResult.Duplicate;
    }

    public SettlementResult ApplyAccount(Receipt receipt)
    {
        if (receipt.IsRefundedOrReserved)
        {
            checkout.AddCase(new RefundedBeforeAccountKnown(ReceiptFacts.Of(receipt), checkout.Id));
            checkout.Changed(now);
            return SettlementResult.Contradiction;
        }

        Add(receipt, isNew: false);
        return SettlementResult.Applied;
    }

    public MatchRefusal? Match(Receipt receipt)
    {
        switch (receipt)
        {
            case { IsOnHold: false } when receipt.CheckoutId == checkout.Id:
                return null;
            case { IsRefundedOrReserved: true }:
                return MatchRefusal.GivenBack;
            case { CheckoutId: not null } when receipt.CheckoutId != checkout.Id:
                return MatchRefusal.Elsewhere;
            case { CheckoutId: not null }:
                // Decided: it is money of its own.
                allocation.Apply(receipt);
                return null;
        }

        // On a paid order it can only be what a query already counted there; anything else would be surplus by mistake.
        switch (checkout.Status)
        {
            case CheckoutStatus.Cancelled:
                return MatchRefusal.Cancelled;
            case CheckoutStatus.Paid when !checkout.Matcher.IsOfUnnumbered(receipt):
                return MatchRefusal.AlreadyPaid;
        }

        Add(receipt, isNew: false);
        return null;
    }

    /// <param name="isNew">False for money that is in the books, perhaps since a moment ago.</param>
    private void Add(Receipt receipt, bool isNew)
    {
        switch (checkout.Matcher.ByConfirmation(receipt, isNew: receipt.State == EntityState.Added))
        {
            case ReceiptMatch.Same { Receipt: var unnumbered }:
                // In the books already, by query: it only gets its number.
                linking.AssignNumber(unnumbered, receipt.Number!.Value, receipt.Payer, receipt.At, receipt.Amount, isNew ? null : receipt, default);
                var kept = isNew ? unnumbered : receipt;
                kept.MarkInferred();
                kept.DescribeAs(receipt);
                break;

            case ReceiptMatch.Ambiguous several:
                allocation.PutOnHold(receipt);
                checkout.AddCase(new AmbiguousConfirmation(ReceiptFacts.Of(receipt), checkout.Id, several.Candidates.Count, several.IsAtAnotherTime));
                break;

            default:
                allocation.Apply(receipt);
                linking.SettleAttemptsWithoutQueryId();
                break;
        }
    }
}
