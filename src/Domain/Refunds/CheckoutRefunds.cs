namespace Payments.Domain;

/// <summary>The part of <see cref="Checkout"/> that knows what went back. A refund never undoes <see cref="CheckoutStatus.Paid"/>.</summary>
public sealed partial class Checkout
{
    /// <summary>The refunds of its receipts, oldest first.</summary>
    public List<Refund> Refunds { get; } = [];

    /// <summary>What has gone back for certain.</summary>
    public Money Refunded => Money.FromCents(Refunds.Where(r => r.Status == TransferStatus.Completed).Sum(r => r.Amount.Cents));

    /// <summary>
    /// The phone whose prompt brought a receipt; null for what was paid by hand, and for what was taken for the prompt's by comparison
    /// though its payer is shown with other digits: that is no proof, but nothing is sent to that phone for it.
    /// </summary>
    public Msisdn? PhoneOf(Receipt receipt) =>
        Attempts.Find(a => a.Id == receipt.AttemptId) is { } attempt && !(receipt.IsInferred && Shows(receipt, attempt) == PayerMatch.Unlike) ? attempt.Phone : null;
}
