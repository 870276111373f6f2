using System.Collections.Concurrent;
using System.Net;
using Payments.Application.Access;
using Payments.Application.Intake;
using Payments.Infrastructure.Callbacks;

namespace Payments.Infrastructure.Inbox;

/// <summary>
/// Callbacks without a valid token: 3,000 a minute from one source. What is refused is answered as refused (429): an acknowledgement would say that it
/// is stored.
/// </summary>
/// <remarks>
/// No <c>PartitionedRateLimiter</c>: one minute for all makes a stranger's address cost an entry until that minute is over, and their number has a bound,
/// where a limiter for each would be kept, with its timer, for every address a flood comes from.
/// </remarks>
public sealed class UntrustedRateLimiter(CallbackNetworks networks, UntrustedUsage usage, TimeProvider clock) : IIntakeRateLimiter
{
    /// <summary>The contract's number (docs/security.md): 50 a second is more than a Daraja without tokens would ever send.</summary>
    public const int MaxPerMinute = 3000;

    /// <summary>Sources counted in one minute; a flood from more than these is held by the budget alone.</summary>
    private const int MaxSources = 10_000;

    private readonly Lock gate = new();
    private ConcurrentDictionary<string, int> minute = new();
    private long minuteBegan;

    public TimeSpan? Refuses(IPAddress? source)
    {
        if (networks.IsSafaricoms(source))
        {
            return null;
        }

        var left = TurnMinute();
        var key = SourceKey.Of(source);
        var counted = minute;
        if (!counted.ContainsKey(key) && counted.Count >= MaxSources)
        {
            return null;
        }

        if (counted.AddOrUpdate(key, 1, (_, seen) => seen + 1) <= MaxPerMinute)
        {
            return null;
        }

        usage.Refused(key);
        return left;
    }

    /// <summary>The source with the most requests in this minute.</summary>
    internal (string Source, int Requests) Busiest() =>
        minute.OrderByDescending(entry => entry.Value).Select(entry => (entry.Key, entry.Value)).FirstOrDefault(("unknown", 0));

    /// <summary>Begins a new minute when the last is over; answers what is left of it.</summary>
    private TimeSpan TurnMinute()
    {
        var whole = TimeSpan.FromMinutes(1);
        lock (gate)
        {
            var gone = clock.GetElapsedTime(minuteBegan);
            if (minuteBegan == 0 || gone >= whole)
            {
                minuteBegan = clock.GetTimestamp();
                minute = new();
                return whole;
            }

            return whole - gone;
        }
    }
}
