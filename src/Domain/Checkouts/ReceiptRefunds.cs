using Payments.Domain.Common;
using Payments.Domain.Refunds;

namespace Payments.Domain.Checkouts;

/// <summary>The part of <see cref="Receipt"/> that knows what went back of it: money given back pays for nothing (R15).</summary>
public sealed partial class Receipt
{
    /// <summary>Every refund of it, whatever became of it, oldest first; handed in by whoever loads it.</summary>
    public List<Refund> Refunds { get; } = [];

    /// <summary>True when something of it went back, or may have (R12).</summary>
    public bool IsRefundedOrReserved => Refunds.Exists(r => r.IsReserved);

    /// <summary>What no refund has taken.</summary>
    public Money Left => RefundPolicy.Left(this, Refunds);

    /// <summary>What of it is not needed for this order: surplus or unassigned, and not given back.</summary>
    public Money Spare => Money.Min(RefundPolicy.SurplusLeft(this, Refunds) + Unassigned, Left);

    /// <summary>
    /// What of it counts neither as applied nor as surplus because it was given back. A refund of which a version before this one did not
    /// write down the source counts as far as it cannot have come from either.
    /// </summary>
    private Money Uncounted
    {
        get
        {
            if (Refunds.Count == 0)
            {
                return Money.Zero;
            }

            var counts = Applied + Surplus;
            var known = Refunds.Where(r => r.IsReserved && r.Source != RefundSource.Counted).Sum(r => r.Amount.Cents);
            var atLeast = Refunds.Where(r => r.IsReserved).Sum(r => r.Amount.Cents) - counts.Cents;

            // A refund that succeeded after it had failed, and was repeated meanwhile, gave back more than there was.
            return Money.FromCents(Math.Clamp(Math.Max(known, atLeast), 0, (Amount - counts).Cents));
        }
    }

    /// <summary>True when something of it paid for an order that was not paid, and is given back: nobody has to decide about the rest.</summary>
    private bool StoppedCounting => Refunds.Exists(r => r.IsReserved && r.Source == RefundSource.Unpaid);
}
