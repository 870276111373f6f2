using Payments.Domain.Cases;
using Payments.Domain.Common;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;

namespace Payments.Domain.Checkouts;

/// <summary>
/// The part of <see cref="Checkout"/> that knows what went back. A refund never undoes <see cref="CheckoutStatus.Paid"/>; while an order is
/// not paid, what is given back stops counting with the reservation, and counts again if the refund fails (R15, decision 0037).
/// </summary>
public sealed partial class Checkout
{
    /// <summary>The refunds of its receipts, oldest first.</summary>
    public IReadOnlyList<Refund> Refunds => [.. Receipts.SelectMany(r => r.Refunds).OrderBy(r => r.CreatedAt).ThenBy(r => r.Id)];

    /// <summary>What has gone back for certain.</summary>
    public Money Refunded => Money.FromCents(Receipts.SelectMany(r => r.Refunds).Where(r => r.Status == TransferStatus.Completed).Sum(r => r.Amount.Cents));

    /// <summary>
    /// The phone whose prompt brought a receipt; null for what was paid by hand, and for what was taken for the prompt's by comparison
    /// though its payer is shown with other digits: that is no proof, but nothing is sent to that phone for it.
    /// </summary>
    public Msisdn? PhoneOf(Receipt receipt) =>
        Attempts.Find(a => a.Id == receipt.AttemptId) is { } attempt && !(receipt.IsInferred && Shows(receipt, attempt) == PayerMatch.Unlike) ? attempt.Phone : null;

    /// <summary>A refund of one of its receipts is reserved, in the same commit.</summary>
    public void Reserve(Refund refund, DateTimeOffset now)
    {
        var receipt = ReceiptOf(refund);
        TakeBack(receipt, refund, now);
        receipt.Reserve(refund);
    }

    /// <summary>
    /// A refund of one of its receipts has failed, and what it took counts again as far as anything is due; or it succeeded after it had failed
    /// (R4), and what it took no longer counts.
    /// </summary>
    /// <param name="refundId">One of <see cref="Refunds"/>, as it stands now.</param>
    public void ApplyReversal(Guid refundId, DateTimeOffset now)
    {
        var refund = Receipts.SelectMany(r => r.Refunds).Single(r => r.Id == refundId);
        var receipt = ReceiptOf(refund);
        if (refund.IsReserved)
        {
            receipt.Refunds.Remove(refund);
            TakeBack(receipt, refund, now);
            receipt.Reserve(refund);
        }
        else if (refund.Source == RefundSource.Unpaid)
        {
            Count(receipt, now);
        }
        else
        {
            // Of what stays applied or surplus nothing changes; what was held is held again.
            Changed(now);
        }
    }

    private void TakeBack(Receipt receipt, Refund refund, DateTimeOffset now)
    {
        refund.TakeFrom(receipt.IsOnHold ? RefundSource.Nowhere
            : Status is CheckoutStatus.Paid or CheckoutStatus.Cancelled ? RefundSource.Counted
            : RefundSource.Unpaid);
        if (refund.Source == RefundSource.Unpaid)
        {
            var taken = Money.Min(receipt.Applied, refund.Amount);
            receipt.Applied -= taken;
            Paid -= taken;
            receipt.MarkModified();
        }

        Changed(now);
    }

    /// <summary>
    /// Money of this order of which something was given back before anybody knew that it is: only the rest counts, and the shop has to be told.
    /// </summary>
    private void MergeRefunded(Receipt receipt)
    {
        foreach (var refund in receipt.Refunds.Where(r => r is { IsReserved: true, Source: RefundSource.Nowhere }))
        {
            refund.TakeFrom(RefundSource.Unpaid);
        }

        cases.Add(new RefundedBeforeMatch(ReceiptFacts.Of(receipt), Id, receipt.Amount - receipt.Left));
    }

    private Receipt ReceiptOf(Refund refund) => Receipts.Find(r => r.Id == refund.ReceiptId)
        ?? throw new InvalidOperationException($"Refund {refund.Id} is of no receipt of checkout {Id}.");
}
