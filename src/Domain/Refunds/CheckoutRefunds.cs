namespace Payments.Domain;

/// <summary>The part of <see cref="Checkout"/> that knows what went back. A refund never undoes <see cref="CheckoutStatus.Paid"/>.</summary>
public sealed partial class Checkout
{
    /// <summary>The refunds of its receipts, oldest first.</summary>
    public List<Refund> Refunds { get; } = [];

    /// <summary>What has gone back for certain.</summary>
    public Money Refunded => Money.FromCents(Refunds.Where(r => r.Status == TransferStatus.Completed).Sum(r => r.Amount.Cents));

    /// <summary>The phone whose prompt brought a receipt; null for what was paid by hand.</summary>
    public Msisdn? PhoneOf(Receipt receipt) => Attempts.Find(a => a.Id == receipt.AttemptId)?.Phone;
}
