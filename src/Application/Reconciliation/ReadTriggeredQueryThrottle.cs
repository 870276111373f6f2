using Payments.Domain.Common;

namespace Payments.Application.Reconciliation;

/// <summary>
/// How often reading a checkout may try to have an overdue question asked: every two seconds for each checkout. A try that comes to nothing
/// (not due by PostgreSQL's clock, budget used up) still costs a transaction, and a thousand pages may be polling.
/// </summary>
public sealed class ReadTriggeredQueryThrottle(TimeProvider clock)
{
    private static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(2);

    /// <summary>One place for many checkouts: memory stays what it is, and now and then two of them share a turn.</summary>
    private readonly long[] last = new long[4096];

    /// <summary>True when it is this reader's turn.</summary>
    public bool MayTry(CheckoutId checkoutId)
    {
        ref var place = ref last[(uint)checkoutId.GetHashCode() % last.Length];
        var (before, now) = (Volatile.Read(ref place), clock.GetTimestamp());
        return (before == 0 || clock.GetElapsedTime(before, now) >= MinInterval) && Interlocked.CompareExchange(ref place, now, before) == before;
    }
}
