using Payments.Domain.Cases;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Domain.Refunds;

namespace Payments.Domain.Checkouts;

/// <summary>
/// What of a checkout's receipts pays for it, is surplus, or counts as nothing (R6, R15). A refund never undoes <see cref="CheckoutStatus.Paid"/>;
/// while an order is not paid, what is given back stops counting with the reservation, and counts again if the refund fails (decision 0037).
/// </summary>
internal sealed class ReceiptAllocation(Checkout checkout, DateTimeOffset now)
{
    /// <summary>A new receipt of an attempt, which counts as nothing yet.</summary>
    /// <param name="at">When M-PESA says that it moved; null when it does not say.</param>
    public Receipt Record(ReceiptId id, Attempt attempt, SettledBy by, ReceiptNumber? number = null, string? payer = null, DateTimeOffset? at = null) => new()
    {
        Id = id,
        Number = number,
        CheckoutId = checkout.Id,
        AttemptId = attempt.Id,
        Amount = attempt.Amount,
        Method = PaymentMethod.Stk,
        SettledBy = by,
        Payer = payer,
        At = at ?? now,
        RecordedAt = now,
        State = EntityState.Added,
    };

    /// <summary>Puts a receipt to the checkout: what is due is applied, the rest is surplus.</summary>
    public void Apply(Receipt receipt)
    {
        checkout.Place(receipt);
        if (receipt.IsRefundedOrReserved)
        {
            MergeRefunded(receipt);
        }

        var isLate = checkout.Status is CheckoutStatus.Failed or CheckoutStatus.Expired;
        if (Count(receipt) > Money.Zero)
        {
            receipt.MarkLate(isLate);
        }
    }

    /// <summary>Puts a receipt to the checkout where it counts as nothing until a person decides.</summary>
    public void PutOnHold(Receipt receipt)
    {
        receipt.PutOnHold(checkout);
        checkout.Receipts.Add(receipt);
        checkout.Changed(now);
    }

    /// <summary>Gives a receipt what another that is the same money had taken: surplus moves to applied as far as the checkout is due again.</summary>
    public void Reallocate(Receipt receipt)
    {
        checkout.Place(receipt);
        var taken = Needed(receipt.Spare);
        receipt.Reallocate(taken);
        checkout.AddPaid(taken);
        if (receipt.IsRefundedOrReserved && receipt.Applied == Money.Zero)
        {
            MergeRefunded(receipt);
        }

        receipt.LimitWriteOff();
        checkout.Raise(CheckoutEvents.ReceiptKnown, now);
    }

    /// <summary>Declares what is neither applied nor given back as surplus.</summary>
    public void DeclareSurplus(Receipt receipt)
    {
        if (receipt.DeclareSurplus())
        {
            checkout.Raise(CheckoutEvents.Surplus, now);
        }
    }

    /// <summary>A refund is reserved, in the same commit.</summary>
    public void Reserve(Refund refund)
    {
        var receipt = ReceiptOf(refund);
        TakeBack(receipt, refund);
        receipt.Reserve(refund);
    }

    /// <summary>A refund has failed, and what it took counts again as far as anything is due; or it succeeded after all, and no longer does (R4).</summary>
    public void ApplyReversal(Refund refund)
    {
        var receipt = ReceiptOf(refund);
        if (refund.IsReserved)
        {
            receipt.Refunds.Remove(refund);
            TakeBack(receipt, refund);
            receipt.Reserve(refund);
        }
        else if (refund.Source == RefundSource.Unpaid)
        {
            Count(receipt);
        }
        else
        {
            // Of what stays applied or surplus nothing changes; what was held is held again.
            checkout.Changed(now);
        }
    }

    /// <summary>
    /// Money of this order of which something was given back before anybody knew that it is: only the rest counts, and the shop has to be told.
    /// </summary>
    public void MergeRefunded(Receipt receipt)
    {
        foreach (var refund in receipt.Refunds.Where(r => r is { IsReserved: true, Source: RefundSource.Nowhere }))
        {
            refund.TakeFrom(RefundSource.Unpaid);
        }

        checkout.AddCase(new RefundedBeforeMatch(ReceiptFacts.Of(receipt), checkout.Id, receipt.Amount - receipt.Left));
    }

    /// <summary>Counts what of a receipt of this checkout counts as nothing yet and has not gone back; answers what of it pays for the checkout.</summary>
    private Money Count(Receipt receipt)
    {
        var taken = Needed(receipt.Unassigned);
        receipt.Apply(taken);
        if (taken > Money.Zero)
        {
            checkout.AddPaid(taken);
            if (checkout.Due == Money.Zero)
            {
                checkout.MarkPaid(now);
            }

            checkout.Raise(checkout.Status == CheckoutStatus.Paid ? CheckoutEvents.Paid : CheckoutEvents.PartiallyPaid, now);
        }

        if (receipt.Unassigned > Money.Zero)
        {
            if (receipt.Number is null)
            {
                receipt.AwaitNumber(now);
            }
            else
            {
                DeclareSurplus(receipt);
            }
        }

        receipt.LimitWriteOff();
        checkout.Changed(now);
        return taken;
    }

    private Money Needed(Money available) => checkout.Status == CheckoutStatus.Cancelled ? Money.Zero : Money.Min(available, checkout.Due);

    private void TakeBack(Receipt receipt, Refund refund)
    {
        refund.TakeFrom(receipt.IsOnHold ? RefundSource.Nowhere
            : checkout.Status is CheckoutStatus.Paid or CheckoutStatus.Cancelled ? RefundSource.Counted
            : RefundSource.Unpaid);
        if (refund.Source == RefundSource.Unpaid)
        {
            var taken = Money.Zero - Money.Min(receipt.Applied, refund.Amount);
            receipt.Apply(taken);
            checkout.AddPaid(taken);
        }

        checkout.Changed(now);
    }

    private Receipt ReceiptOf(Refund refund) => checkout.Receipts.Find(r => r.Id == refund.ReceiptId)
        ?? throw new InvalidOperationException($"Refund {refund.Id.Value} is of no receipt of checkout {checkout.Id.Value}.");
}
