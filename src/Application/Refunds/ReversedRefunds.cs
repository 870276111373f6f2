using Payments.Application.Checkouts;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;

namespace Payments.Application.Refunds;

/// <summary>
/// What the end of a refund does to the order its receipt stands on by then (R15), in the transaction that ends it. Dies before the
/// commit: the refund is as it was, and so is the order. Told twice: the second finds the refund ended. Two at once meet at the checkout's
/// lock, or at the receipt's where it stands nowhere; a payment that joins the receipt to an order meanwhile waits there too.
/// </summary>
public static class ReversedRefunds
{
    /// <summary>Has the orders of refunds that failed, or succeeded after all, counted again. Call once the transfers are written.</summary>
    public static async Task Count(ICheckouts checkouts, IReadOnlyCollection<Transfer> saved)
    {
        var turned = saved.OfType<Refund>().Where(r => r.HasTurned).ToList();
        if (turned.Count == 0)
        {
            return;
        }

        var loaded = await checkouts.LoadForChange(new(Numbers: turned.ConvertAll(r => r.OriginalReceipt)));
        foreach (var refund in turned)
        {
            loaded.Checkouts.FirstOrDefault(c => c.Receipts.Exists(r => r.Id == refund.ReceiptId))?.ApplyReversal(refund.Id, refund.UpdatedAt);
        }

        await checkouts.Save(loaded.Checkouts);
    }
}
