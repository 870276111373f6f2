namespace Payments.Application;

/// <summary>Rule 12: a receipt with a refund that is not failed cannot be matched. Asked under the receipt's lock, where refunds are reserved.</summary>
public sealed class RefundVeto(IRefunds refunds) : IMatchVeto
{
    /// <inheritdoc/>
    public async Task<Refusal?> Refuses(Guid receiptId) => await refunds.IsReserved(receiptId)
        ? new Refusal("receipt_refunded", "This receipt has a refund that went out or may have: it cannot pay for an order any more.")
        : null;
}
