using Payments.Application.Payouts;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Domain.Refunds;

namespace Payments.Application.Refunds;

/// <summary>A receipt with everything that went back of it, loaded under the lock that guards it.</summary>
/// <param name="Checkout">Its checkout, locked; null for money without an order, and then the receipt itself is locked.</param>
public sealed record ReceiptToRefund(Receipt Receipt, Checkout? Checkout);

/// <summary>Refunds as the API makes and shows them.</summary>
public interface IRefunds
{
    /// <summary>Adds a queued refund with its job in the same commit. Call under the lock of its checkout or receipt.</summary>
    Task Add(Refund refund);

    /// <summary>Loads a receipt to refund, locked; null when there is none.</summary>
    Task<ReceiptToRefund?> LoadReceipt(ReceiptId receiptId);

    /// <summary>Reads without locking; null when there is none.</summary>
    Task<Refund?> Find(RefundId id, CancellationToken cancellation);

    /// <summary>Reads a page, newest created first.</summary>
    Task<IReadOnlyList<Refund>> List(TransferFilter filter, CancellationToken cancellation);
}
