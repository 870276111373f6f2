using System.Net;
using Payments.Application.Common;

namespace Payments.Api.Network;

/// <summary>How many connections from outside a process holds at once, and which of them may not crowd it.</summary>
/// <param name="Max">All together.</param>
/// <param name="MaxOfStrangers">Those from anywhere; what is left is for Safaricom's networks and for known proxies.</param>
/// <param name="MaxOfSource">Those of one stranger's address.</param>
/// <param name="IsKept">Whether an address is Safaricom's or a known proxy's.</param>
public sealed record ConnectionLimits(int Max, int MaxOfStrangers, int MaxOfSource, Func<IPAddress?, bool> IsKept)
{
    /// <summary>
    /// Descriptors for everything else: requests out to Safaricom (each request under way may have one), the spool, assemblies loaded late, logs. A
    /// process that finds none cannot even say so.
    /// </summary>
    private const int Others = 512;

    /// <summary>A quarter of them for Safaricom would be plenty; an eighth is, for he has a dozen addresses.</summary>
    private const int KeptPart = 8;

    /// <summary>With fewer it is not worth serving, whatever the limit on descriptors says.</summary>
    private const int Min = 64;

    /// <summary>What the configuration and the system allow.</summary>
    /// <param name="descriptors">What the process may have open; null where the system does not tell.</param>
    public static ConnectionLimits Of(LimitOptions limits, long? descriptors, int databaseConnections, Func<IPAddress?, bool> isKept)
    {
        var free = descriptors - Others - databaseConnections - limits.ConcurrentRequests;

        // Where that leaves next to nothing, half of what there is.
        var room = free is { } left ? Math.Max(left, Math.Max(Min, descriptors!.Value / 2)) : long.MaxValue;
        var most = (int)Math.Min(limits.Connections, room);
        return new(most, most - (most / KeptPart), Math.Min(limits.ConnectionsPerSource, Math.Max(1, most / 2)), isKept);
    }
}
