using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Payouts;
using Payments.Domain.Receipts;
using Payments.Domain.Transfers;

namespace Payments.Domain.Refunds;

/// <summary>A refund that may be made.</summary>
/// <param name="Payer">Who gets it; always set for B2C.</param>
public sealed record RefundPlan(Receipt Receipt, Money Amount, RefundMethod Method, Msisdn? Payer);

/// <summary>Why a refund cannot be made.</summary>
public enum RefundRefusal
{
    /// <summary>Nothing was received.</summary>
    NotPaid,

    /// <summary>That number is not known yet, or not one of this checkout's.</summary>
    ReceiptUnknown,

    /// <summary>Several receipts could be meant and none is named.</summary>
    ReceiptNotNamed,

    /// <summary>More than is left of what was paid.</summary>
    ExceedsPayment,

    /// <summary>It would go by B2C, and nobody knows to whom.</summary>
    PayerUnknown,

    /// <summary>It would go by B2C, which takes whole shillings from 10 only.</summary>
    NotByB2c,
}

/// <summary>
/// R12: what may go back and which way. Every refund that is not failed is reserved; together they never exceed a receipt's amount.
/// Call with what was loaded under the lock of the checkout, or of the receipt where it has none: two at once meet there.
/// </summary>
public static class RefundPolicy
{
    /// <summary>What of a receipt no refund has taken.</summary>
    public static Money Left(Receipt receipt, IEnumerable<Refund> refunds) =>
        Money.FromCents(Math.Max(0, receipt.Amount.Cents - refunds.Where(r => r.IsReserved && r.ReceiptId == receipt.Id).Sum(r => r.Amount.Cents)));

    /// <summary>What of a receipt's surplus has not gone back.</summary>
    public static Money SurplusLeft(Receipt receipt, IReadOnlyCollection<Refund> refunds) => LeftOf(receipt, receipt.Surplus, refunds, ofSurplus: true);

    /// <summary>What of a receipt's applied part no shop has given back.</summary>
    public static Money AppliedLeft(Receipt receipt, IReadOnlyCollection<Refund> refunds) => LeftOf(receipt, receipt.Applied, refunds, ofSurplus: false);

    /// <summary>
    /// Of one of a receipt's shares, never more than is left of the receipt. What was given back while the order was not paid, or before the
    /// money was its, is in no share any more.
    /// </summary>
    private static Money LeftOf(Receipt receipt, Money share, IReadOnlyCollection<Refund> refunds, bool ofSurplus)
    {
        var taken = refunds
            .Where(r => r is { IsReserved: true, Source: RefundSource.Counted } && r.OfSurplus == ofSurplus && r.ReceiptId == receipt.Id)
            .Sum(r => r.Amount.Cents);
        return Money.Min(Money.FromCents(Math.Max(0, share.Cents - taken)), Left(receipt, refunds));
    }

    /// <summary>Plans a refund of one of a checkout's receipts.</summary>
    /// <param name="number">Which receipt; null is fine where only one can be meant.</param>
    /// <param name="amount">How much; null: all that is left of the receipt.</param>
    public static (RefundPlan? Plan, RefundRefusal? Refusal) OfCheckout(Checkout checkout, ReceiptNumber? number, Money? amount)
    {
        if (checkout.Receipts.Count == 0)
        {
            return (null, RefundRefusal.NotPaid);
        }

        var refunds = checkout.Refunds;

        if (number is not null)
        {
            return checkout.Receipts.Find(r => r.Number == number) is { } named ? Plan(checkout, named, amount) : (null, RefundRefusal.ReceiptUnknown);
        }

        if (checkout.Receipts is [var only])
        {
            return Plan(checkout, only, amount);
        }

        var left = checkout.Receipts.Where(r => Left(r, refunds) > Money.Zero).ToList();
        var total = Money.FromCents(left.Sum(r => Left(r, refunds).Cents));
        return left switch
        {
            [] => (null, RefundRefusal.ExceedsPayment),
            [var last] => Plan(checkout, last, amount),
            _ when amount > total => (null, RefundRefusal.ExceedsPayment),
            _ when amount is { } some && left.Where(r => Left(r, refunds) == some).ToList() is [var whole] => Plan(checkout, whole, amount),
            _ => (null, RefundRefusal.ReceiptNotNamed),
        };
    }

    /// <summary>Plans a refund of one receipt, of <paramref name="limit"/> at most.</summary>
    public static (RefundPlan? Plan, RefundRefusal? Refusal) OfReceipt(
        Receipt receipt, IReadOnlyCollection<Refund> refunds, Msisdn? promptedPhone, Money? amount, Money limit)
    {
        if (receipt.Number is null)
        {
            // The number of a payment only a query knows may still turn out to be another receipt's (R7).
            return (null, RefundRefusal.ReceiptUnknown);
        }

        var most = Money.Min(limit, Left(receipt, refunds));
        var wanted = amount ?? most;
        if (wanted <= Money.Zero || wanted > most)
        {
            return (null, RefundRefusal.ExceedsPayment);
        }

        Msisdn? payer = promptedPhone ?? PayerHint.NumberIn(receipt.Payer);
        var refused = refunds.Any(r => r.ReceiptId == receipt.Id && r.IsRefusedReversal);
        if (wanted == receipt.Amount && !refused)
        {
            return (new(receipt, wanted, RefundMethod.Reversal, payer), null);
        }

        if (payer is null)
        {
            return (null, RefundRefusal.PayerUnknown);
        }

        return wanted.IsWhole && wanted >= Payout.MinB2cAmount && wanted <= Money.MaxTransaction
            ? (new(receipt, wanted, RefundMethod.B2c, payer), null)
            : (null, RefundRefusal.NotByB2c);
    }

    /// <summary>Plans the refund of what an operator may give back: surplus, or money without an order.</summary>
    public static (RefundPlan? Plan, RefundRefusal? Refusal) OfSurplus(
        Receipt receipt, IReadOnlyCollection<Refund> refunds, Msisdn? promptedPhone, Money? amount) =>
        OfReceipt(receipt, refunds, promptedPhone, amount, receipt.CheckoutId is null || receipt.IsOnHold ? receipt.Amount : SurplusLeft(receipt, refunds));

    /// <summary>
    /// A shop gives back a whole receipt, for a reversal knows no parts, or of what was applied; the surplus is an operator's (R6,
    /// decision 0021).
    /// </summary>
    private static (RefundPlan? Plan, RefundRefusal? Refusal) Plan(Checkout checkout, Receipt receipt, Money? amount)
    {
        var untouched = receipt.Left == receipt.Amount;
        var limit = untouched && (amount is null || amount == receipt.Amount) ? receipt.Amount : AppliedLeft(receipt, receipt.Refunds);
        return OfReceipt(receipt, receipt.Refunds, checkout.PhoneOf(receipt), amount, limit);
    }
}
