using System.Net;

namespace Payments.Client;

/// <summary>Which answers are worth a further try, and how long to wait for it.</summary>
internal static class Retry
{
    /// <summary>Before the first further try at most; twice that before the next, and so on.</summary>
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);

    /// <summary>Answers that came from something on the way, or that say themselves that later is better.</summary>
    public static bool Helps(HttpStatusCode status, string? code) => status switch
    {
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests => true,
        HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => true,

        // A try of ours whose answer was lost may still be running: its answer is wanted.
        HttpStatusCode.Conflict => code == ErrorCodes.IdempotencyInProgress,
        _ => false,
    };

    /// <summary>How long to wait: as the service says, else longer each time; by chance, so that many shops do not come back at once.</summary>
    public static TimeSpan Wait(int tried, TimeSpan? asked, TimeSpan longest)
    {
        var most = TimeSpan.FromTicks(Math.Min(longest.Ticks, FirstWait.Ticks << tried));
        var chance = (0.5 + (0.5 * Random.Shared.NextDouble())) * most;
        return asked is { Ticks: > 0 } least ? TimeSpan.FromTicks(Math.Min(longest.Ticks, (least + (0.2 * chance)).Ticks)) : chance;
    }
}
