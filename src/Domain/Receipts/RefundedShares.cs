using Payments.Domain.Common;
using Payments.Domain.Refunds;

namespace Payments.Domain.Receipts;

/// <summary>What of a receipt counts as nothing because it was given back (R15).</summary>
internal static class RefundedShares
{
    /// <summary>
    /// What counts neither as applied nor as surplus. A refund of which a version before this one did not write down the source counts as far as
    /// it cannot have come from either.
    /// </summary>
    public static Money Uncounted(Receipt receipt)
    {
        if (receipt.Refunds.Count == 0)
        {
            return Money.Zero;
        }

        var counts = receipt.Applied + receipt.Surplus;
        var known = receipt.Refunds.Where(r => r.IsReserved && r.Source != RefundSource.Counted).Sum(r => r.Amount.Cents);
        var atLeast = receipt.Refunds.Where(r => r.IsReserved).Sum(r => r.Amount.Cents) - counts.Cents;

        // A refund that succeeded after it had failed, and was repeated meanwhile, gave back more than there was.
        return Money.FromCents(Math.Clamp(Math.Max(known, atLeast), 0, (receipt.Amount - counts).Cents));
    }

    /// <summary>True when something of it paid for an order that was not paid, and is given back: nobody has to decide about the rest.</summary>
    public static bool StoppedCounting(Receipt receipt) => receipt.Refunds.Exists(r => r.IsReserved && r.Source == RefundSource.Unpaid);
}
