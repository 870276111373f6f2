using System.Diagnostics;
using System.Net;
using System.Threading.Channels;

namespace Payments.Benchmarks;

/// <summary>What a load did.</summary>
/// <param name="Started"><see cref="Stopwatch"/> time of the first arrival.</param>
/// <param name="Elapsed">First arrival to last answer.</param>
/// <param name="Acknowledged">Time from arrival to answer of each request, in the order of the requests; null where it was not 200.</param>
internal sealed record LoadResult(long Started, TimeSpan Elapsed, TimeSpan?[] Acknowledged)
{
    public int Refused => Acknowledged.Count(time => time is null);
}

/// <summary>The load generator.</summary>
internal static class Load
{
    // Group commit lives from company: enough that nobody measured here waits for the generator instead of for itself.
    private const int Connections = 256;

    // Enough that a server which answers within its second still gets 6,000 a second; the wait for a free one counts as latency.
    private const int OpenConnections = 512;

    /// <summary>Closed loop: each connection sends its next request when the last is answered. For throughput, not for latency.</summary>
    public static async Task<LoadResult> AsFastAsPossible(IPEndPoint server, IReadOnlyList<byte[]> requests, CancellationToken stop)
    {
        var times = new TimeSpan?[requests.Count];
        var next = -1;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(
            async () =>
            {
                using var connection = new HttpConnection(server);
                for (int i; (i = Interlocked.Increment(ref next)) < requests.Count;)
                {
                    var sent = Stopwatch.GetTimestamp();
                    if (await connection.Send(requests[i], stop) == 200)
                    {
                        times[i] = Stopwatch.GetElapsedTime(sent);
                    }
                }
            },
            stop)));
        return new(started, Stopwatch.GetElapsedTime(started), times);
    }

    /// <summary>
    /// Open loop: request i arrives at i/rate whatever became of those before it, and its time counts from then, also while it waits
    /// for a connection: a server that stands still cannot hide it (no coordinated omission).
    /// </summary>
    public static async Task<LoadResult> AtRate(IPEndPoint server, IReadOnlyList<byte[]> requests, double perSecond, CancellationToken stop)
    {
        var times = new TimeSpan?[requests.Count];
        var due = Channel.CreateUnbounded<int>(new() { SingleWriter = true });
        var started = Stopwatch.GetTimestamp();
        var clock = new Thread(() => Schedule(due.Writer, requests.Count, perSecond, started, stop)) { IsBackground = true, Priority = ThreadPriority.AboveNormal };
        clock.Start();
        await Task.WhenAll(Enumerable.Range(0, OpenConnections).Select(_ => Task.Run(
            async () =>
            {
                using var connection = new HttpConnection(server);
                while (await due.Reader.WaitToReadAsync(stop))
                {
                    while (due.Reader.TryRead(out var i))
                    {
                        if (await connection.Send(requests[i], stop) == 200)
                        {
                            times[i] = Stopwatch.GetElapsedTime(started + Arrival(i, perSecond));
                        }
                    }
                }
            },
            stop)));
        return new(started, Stopwatch.GetElapsedTime(started), times);
    }

    /// <summary>When request <paramref name="i"/> arrives, in <see cref="Stopwatch"/> ticks after the start.</summary>
    public static long Arrival(int i, double perSecond) => (long)(i / perSecond * Stopwatch.Frequency);

    private static void Schedule(ChannelWriter<int> due, int count, double perSecond, long started, CancellationToken stop)
    {
        for (var i = 0; i < count && !stop.IsCancellationRequested;)
        {
            var now = Stopwatch.GetTimestamp() - started;
            while (i < count && Arrival(i, perSecond) <= now)
            {
                due.TryWrite(i++);
            }

            // A spinning clock would take a core from what is measured; what a late wake-up delays counts as latency.
            Thread.Sleep(1);
        }

        due.Complete();
    }
}
