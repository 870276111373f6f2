using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Domain.Cases;

/// <summary>What a case says of the receipt it is about.</summary>
/// <param name="At">When M-PESA says that it moved.</param>
public sealed record ReceiptFacts(ReceiptId Id, ReceiptNumber? Number, Money Amount, DateTimeOffset At)
{
    public static ReceiptFacts Of(Receipt receipt) => new(receipt.Id, receipt.Number, receipt.Amount, receipt.At);
}

/// <summary>A question about one receipt.</summary>
/// <param name="OfCheckout">The checkout concerned, null when none is.</param>
public abstract record ReceiptCase(string Kind, ReceiptFacts Receipt, CheckoutId? OfCheckout) : Case(Kind, Receipt.Id.Value, OfCheckout);

/// <summary>A confirmation names another amount for a receipt that is here.</summary>
public sealed record ConfirmedAmountDiffers(ReceiptFacts Receipt, CheckoutId? OfCheckout, Money Reported) : ReceiptCase(CaseKind.AmountDiffers, Receipt, OfCheckout);

/// <summary>It is this order's, and part of it was given back before anybody knew (R15).</summary>
/// <param name="GivenBack">What of it pays for nothing.</param>
public sealed record RefundedBeforeMatch(ReceiptFacts Receipt, CheckoutId? OfCheckout, Money GivenBack) : ReceiptCase(CaseKind.ReceiptConflict, Receipt, OfCheckout);

/// <summary>It was paid for this order, which was told only after it was given back, or began to be.</summary>
public sealed record RefundedBeforeAccountKnown(ReceiptFacts Receipt, CheckoutId? OfCheckout) : ReceiptCase(CaseKind.ReceiptConflict, Receipt, OfCheckout);

/// <summary>A payment without an account that successes of several orders could be: it stands nowhere.</summary>
/// <param name="Orders">Their references.</param>
public sealed record AmbiguousPayer(ReceiptFacts Receipt, IReadOnlyList<string> Orders) : ReceiptCase(CaseKind.AmbiguousMatch, Receipt, null);

/// <summary>A confirmation that could be the payment of attempts known to be paid without a number, or of none: it is on hold (R7).</summary>
/// <param name="Attempts">So many.</param>
/// <param name="IsAtAnotherTime">True where only M-PESA's time speaks against it.</param>
public sealed record AmbiguousConfirmation(ReceiptFacts Receipt, CheckoutId? OfCheckout, int Attempts, bool IsAtAnotherTime)
    : ReceiptCase(CaseKind.AmbiguousMatch, Receipt, OfCheckout);

/// <summary>An attempt was paid, and this payment at the till could be it, but for the time: it is on hold.</summary>
/// <param name="By">Who said that the attempt was paid.</param>
public sealed record PaidAtAnotherTime(ReceiptFacts Receipt, CheckoutId? OfCheckout, DateTimeOffset PromptedAt, SettledBy By)
    : ReceiptCase(CaseKind.AmbiguousMatch, Receipt, OfCheckout);

/// <summary>It was taken for an attempt's payment, whose callback names another number; its payer is not shown, so it may be the same money still.</summary>
public sealed record PossibleDuplicate(ReceiptFacts Receipt, CheckoutId? OfCheckout, DateTimeOffset PromptedAt) : ReceiptCase(CaseKind.AmbiguousMatch, Receipt, OfCheckout);

/// <summary>A customer says that he paid with it, and it does not agree: it stands nowhere.</summary>
/// <param name="Due">What the checkout wants.</param>
/// <param name="Doubt">What does not agree.</param>
public sealed record ClaimDisagrees(ReceiptFacts Receipt, CheckoutId? OfCheckout, Money Due, ClaimDoubt Doubt) : ReceiptCase(CaseKind.AmbiguousMatch, Receipt, OfCheckout);
