using System.Diagnostics;

namespace Payments.Benchmarks;

/// <summary>What constant arrivals met.</summary>
/// <param name="Acknowledged">Milliseconds from arrival to 200, sorted.</param>
/// <param name="Paid">Milliseconds from arrival to paid, visible to others, sorted.</param>
/// <param name="Backlog">Stored and not drained, once a second.</param>
/// <param name="Profile">Where the time went.</param>
internal sealed record OpenLoopResult(
    IReadOnlyList<double> Acknowledged, IReadOnlyList<double> Paid, IReadOnlyList<double> Backlog, int Refused, IReadOnlyList<string> Profile)
{
    /// <summary>
    /// How much longer the queue was in the last third than in the first, in seconds of arrivals. A service that cannot keep up gains a
    /// second of backlog for every second it lacks.
    /// </summary>
    public double Growth(double perSecond)
    {
        var third = Math.Max(1, Backlog.Count / 3);
        return (Statistics.Median(Backlog.TakeLast(third)) - Statistics.Median(Backlog.Take(third))) / perSecond;
    }
}

/// <summary>Callbacks that arrive when they arrive, whatever became of those before them.</summary>
internal static class OpenLoop
{
    public static async Task<OpenLoopResult> Run(BenchPostgres postgres, Service service, double perSecond, TimeSpan time, CancellationToken stop)
    {
        var seeds = await service.Seed((int)(perSecond * time.TotalSeconds), stop);
        var requests = seeds.ConvertAll(seed => HttpConnection.Request(seed.Path, seed.Body));
        GC.Collect();
        await postgres.Checkpoint();
        await Statements.Reset(service.Database);
        await using var watch = await PaidWatch.Start(service.Database, stop);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var before = CpuTime.Read(service.Process.ProcessId, postgres.ProcessId);
        var sampling = Sample(service, ended.Token);
        var load = await Load.AtRate(service.Process.Address, requests, perSecond, stop);
        await ended.CancelAsync();
        var backlog = await sampling;
        await service.UntilDrained(stop);
        var cpu = CpuTime.Read(service.Process.ProcessId, postgres.ProcessId).Since(before);

        IReadOnlyList<string> dearest = await Statements.Dearest(service.Database);
        var paid = await watch.Times([.. seeds.Select(seed => seed.AttemptId)], stop);
        var times = seeds.Select((seed, i) => paid.TryGetValue(seed.AttemptId, out var at)
            ? Stopwatch.GetElapsedTime(load.Started + Load.Arrival(i, perSecond), at).TotalMilliseconds : double.PositiveInfinity);
        return new(
            [.. load.Acknowledged.Select(t => t?.TotalMilliseconds ?? double.PositiveInfinity).Order()], [.. times.Order()], backlog, load.Refused,
            [$"{seeds.Count} callbacks in {load.Elapsed.TotalSeconds:0.0} s; {cpu}", $"backlog each second: {string.Join(' ', backlog.Select(b => b.ToString("0")))}", .. dearest]);
    }

    /// <summary>Once a second: callbacks stored and not drained. Those not even stored show in the acknowledgement's time.</summary>
    private static async Task<List<double>> Sample(Service service, CancellationToken stop)
    {
        var samples = new List<double>();
        await using var command = service.Database.CreateCommand("SELECT count(*) FROM payments.callbacks WHERE state = 'new'");
        try
        {
            // The first second is the start, not the run.
            await Task.Delay(1000, stop);
            while (true)
            {
                await Task.Delay(1000, stop);
                samples.Add((long)(await command.ExecuteScalarAsync(stop))!);
            }
        }
        catch (OperationCanceledException)
        {
            return samples;
        }
    }
}
