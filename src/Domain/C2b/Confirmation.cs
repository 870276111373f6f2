using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Domain.C2b;

/// <summary>A payment by the customer's own hand, as a trusted confirmation or the Pull API tells it.</summary>
/// <param name="Number">M-PESA's receipt number.</param>
/// <param name="Account">What the customer typed; empty when nothing.</param>
/// <param name="Payer">As given: plain, masked, spaced or hashed; null when nothing came.</param>
/// <param name="PayerName">Null when nothing came.</param>
/// <param name="At">When M-PESA says the money moved.</param>
/// <param name="Method"><see cref="PaymentMethod.Paybill"/> or <see cref="PaymentMethod.Till"/>.</param>
/// <param name="By">Who told us.</param>
public sealed record Confirmation(
    ReceiptNumber Number, Money Amount, string Account, string? Payer, string? PayerName, DateTimeOffset At, PaymentMethod Method, SettledBy By)
{
    /// <summary>Which of our numbers was paid, as named; null where none is.</summary>
    public string? Shortcode { get; init; }

    /// <summary>The receipt this payment is, standing nowhere yet.</summary>
    public Receipt ToReceipt(ReceiptId id, DateTimeOffset now) => new()
    {
        Id = id,
        Number = Number,
        Amount = Amount,
        Account = Account,
        Payer = Payer,
        PayerName = PayerName,
        At = At,
        Method = Method,
        Shortcode = Shortcode,
        SettledBy = By,
        RecordedAt = now,
        State = EntityState.Added,
    };

    /// <summary>The question when it names another amount than the receipt that has its number.</summary>
    public Case Contradicts(Receipt known) => new ConfirmedAmountDiffers(ReceiptFacts.Of(known), known.CheckoutId, Amount);
}
