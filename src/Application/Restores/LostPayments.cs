using Payments.Application.Checkouts;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;

namespace Payments.Application.Restores;

/// <summary>
/// What customers paid between a backup and its restore comes back by Pull, and by callbacks that are late, before the shop has made its
/// orders again: then it names an order nobody knows. When the order is made, the money is put to it, and nobody is asked to pay twice. Only
/// payments of that time: an older one under the same words was another customer's.
/// </summary>
public sealed class LostPayments(IRestores restores, ICheckouts checkouts)
{
    /// <summary>Receipts without an order that were paid to this account before the restore and told after it.</summary>
    public async Task<IReadOnlyList<ReceiptId>> Find(Account account) =>
        [.. (await restores.FindLostPayments()).Where(found => OrderReference.KeyOf(found.Account) == account.Key).Select(found => found.Id)];

    /// <summary>
    /// Puts them to a checkout of this transaction, the oldest first, to be saved by the caller. Whoever else takes one at the same time meets
    /// its lock.
    /// </summary>
    public async Task<Checkout> Join(CheckoutId checkoutId, IReadOnlyCollection<ReceiptId> receipts, DateTimeOffset now)
    {
        var loaded = await checkouts.LoadForChange(new(Ids: [checkoutId], ReceiptIds: receipts));
        var checkout = loaded.Checkouts[0];
        foreach (var receipt in loaded.Unmatched.Where(r => receipts.Contains(r.Id)).OrderBy(r => r.At))
        {
            checkout.ApplyConfirmedAccount(receipt, now);
        }

        return checkout;
    }
}
