using System.Collections.Concurrent;

namespace Payments.Simulator;

/// <summary>
/// The phones somebody holds in the hand: those a page shows. Such a phone pays nothing by itself, it rings until it is answered. The page says again
/// and again that it is still there; when it no longer does, the phone is soon as every other, so that a forgotten tab holds up nobody's tests.
/// </summary>
internal sealed class HeldPhones
{
    /// <summary>A page asks every second; this many seconds forgive a slow machine.</summary>
    public const int UsualSeconds = 10;

    /// <summary>A tab in the background is woken once a minute only.</summary>
    public const int MaxSeconds = 90;

    // A request that was under way while its page closed arrives within this time, or never.
    private static readonly TimeSpan GoneFor = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string Phone, string Holder), Lease> leases = new();

    /// <summary>
    /// Holds the phone for so many seconds from now. Two pages may hold the same one: each is a holder of its own. A holder that has let go does not
    /// come back by that name: what arrives from it then was sent before.
    /// </summary>
    public void Hold(string phone, string holder, int seconds)
    {
        var now = DateTimeOffset.UtcNow;
        foreach (var ended in leases.Where(lease => lease.Value.Until <= now))
        {
            leases.TryRemove(ended);
        }

        leases.AddOrUpdate((phone, holder), _ => new(now.AddSeconds(seconds)), (_, known) => known.IsGone ? known : new(now.AddSeconds(seconds)));
    }

    public void LetGo(string phone, string holder)
    {
        if (holder.Length == 0)
        {
            leases.TryRemove((phone, holder), out _);
            return;
        }

        leases[(phone, holder)] = new(DateTimeOffset.UtcNow + GoneFor, IsGone: true);
    }

    public bool IsHeld(string phone)
    {
        var now = DateTimeOffset.UtcNow;
        foreach (var (key, lease) in leases)
        {
            if (key.Phone == phone && !lease.IsGone && lease.Until > now)
            {
                return true;
            }
        }

        return false;
    }

    private sealed record Lease(DateTimeOffset Until, bool IsGone = false);
}
