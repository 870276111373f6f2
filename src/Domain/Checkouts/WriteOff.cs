using Payments.Domain.Common;
using Payments.Domain.Refunds;

namespace Payments.Domain.Checkouts;

/// <summary>
/// The part of <see cref="Receipt"/> that is an operator's to settle: surplus, and money that counts as nothing. What cannot be given back
/// (below KES 10, cents, a payer nobody showed) is written off. That ends the work, not the money: it is still ours to give back or to count,
/// and whatever does either of it takes back as much of the write-off.
/// </summary>
public sealed partial class Receipt
{
    /// <summary>What of it an operator decided to leave as it is; never more than there is to settle.</summary>
    public Money WrittenOff { get; set; }

    /// <summary>What of it has neither gone back nor been written off, and counts as nothing: somebody has to settle it.</summary>
    public Money Unsettled => Open - Money.Min(WrittenOff, Open);

    private Money Open => CheckoutId is null || IsOnHold ? Unassigned : RefundPolicy.SurplusLeft(this, Refunds);

    /// <summary>Leaves what is to be settled as it is; false when there is nothing.</summary>
    public bool WriteOff()
    {
        if (Unsettled == Money.Zero)
        {
            return false;
        }

        WrittenOff = Open;
        MarkModified();
        return true;
    }

    /// <summary>A refund of money that belongs to no order is reserved, in the same commit.</summary>
    public void Reserve(Refund refund)
    {
        Refunds.Add(refund);
        KeepToOpen();
    }

    /// <summary>Something of it went back or counts now: what was written off of that no longer is.</summary>
    internal void KeepToOpen()
    {
        if (WrittenOff > Open)
        {
            WrittenOff = Open;
            MarkModified();
        }
    }
}
