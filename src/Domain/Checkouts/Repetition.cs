using Payments.Domain.C2b;
using Payments.Domain.Cases;
using Payments.Domain.Common;

namespace Payments.Domain.Checkouts;

/// <summary>The part of <see cref="Receipt"/> that hears of itself again while it belongs to no order.</summary>
public sealed partial class Receipt
{
    /// <summary>What a person must decide about money that belongs to no order.</summary>
    public List<Case> Cases { get; } = [];

    /// <summary>Its number again. What the first to tell it did not know is filled in; another amount is nobody's word against the first's, but a case.</summary>
    public SettlementResult ApplyRepeatedConfirmation(Confirmation confirmation)
    {
        if (Amount != confirmation.Amount)
        {
            Cases.Add(confirmation.Contradicts(this));
            return SettlementResult.Contradiction;
        }

        confirmation.FillIn(this);
        return SettlementResult.Duplicate;
    }
}

/// <summary>The part of <see cref="Checkout"/> that learns late that money is its.</summary>
public sealed partial class Checkout
{
    /// <summary>
    /// Money that stood nowhere, because whoever told it first did not tell its account (Pull lists some without), or its payer at a till, and
    /// is now told to be this order's: as if it had been told so at once. What was given back meanwhile pays for nothing; the shop is to know.
    /// </summary>
    public SettlementResult ApplyConfirmedAccount(Receipt receipt, DateTimeOffset now)
    {
        if (receipt.IsRefundedOrReserved)
        {
            cases.Add(new RefundedBeforeAccountKnown(ReceiptFacts.Of(receipt), Id));
            Changed(now);
            return SettlementResult.Contradiction;
        }

        AddConfirmedReceipt(receipt, isNew: false, now);
        return SettlementResult.Applied;
    }
}
