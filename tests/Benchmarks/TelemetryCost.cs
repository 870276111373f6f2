using Payments.Build;

namespace Payments.Benchmarks;

/// <summary>
/// What watching costs: the same callbacks, in turns, for a service that is told to leave telemetry out, one that counts for whoever may
/// scrape it (the default), and one that sends a span for every request and callback to a collector. Processor time of the service's
/// process alone, so that a busy machine falsifies it little.
/// </summary>
internal static class TelemetryCost
{
    public static async Task<IReadOnlyList<Figure>> Measure(BenchPostgres postgres, string root, BenchOptions options, CancellationToken stop)
    {
        await using var collector = BaselineHost.Build("http://127.0.0.1:0", _ => { });
        collector.MapPost("/v1/{signal}", async (HttpRequest request) => await request.Body.CopyToAsync(Stream.Null, CancellationToken.None));
        await collector.StartAsync(stop);

        // The collector is in this process, whose own time does not count.
        Dictionary<string, string>[] settings =
        [
            new() { ["OTEL_SDK_DISABLED"] = "true" },
            [],
            new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Urls.First(), ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf", ["OTEL_BSP_MAX_QUEUE_SIZE"] = "100000" },
        ];
        var micros = settings.Select(_ => new List<double>()).ToList();

        // One of them at a time: three idle services would be in each other's way.
        for (var round = 0; round < options.Rounds; round++)
        {
            for (var i = 0; i < settings.Length; i++)
            {
                await using var service = await Service.Start(
                    root, RepositoryRoot.Local(root), await postgres.CreateDatabase($"telemetry_{round}_{i}"), stop, settings[i]);
                await Run(service, options.RoundSize, stop);
                await postgres.Checkpoint();
                var before = CpuTime.Read(service.Process.ProcessId, postgres.ProcessId);
                await Run(service, options.RoundSize, stop);
                var used = CpuTime.Read(service.Process.ProcessId, postgres.ProcessId).Since(before);
                micros[i].Add(used.Api / options.RoundSize * 1e6);
            }

            Console.WriteLine($"round {round + 1}: {micros[0][^1]:0} µs a callback without telemetry, {micros[1][^1]:0} counting, {micros[2][^1]:0} tracing everything");
        }

        // The least of the rounds: what others do on the machine only ever adds.
        var (off, counting, tracing) = (micros[0].Min(), micros[1].Min(), micros[2].Min());
        return
        [
            Figure.Info("telemetry off: processor time a callback", off, "µs"),
            new("… counting (the default) ÷ off", counting / off, 1.1, false, ""),
            Figure.Info("… every span sent to a collector ÷ off", tracing / off, ""),
        ];
    }

    private static async Task Run(Service service, int count, CancellationToken stop)
    {
        var seeds = await service.Seed(count, stop);
        var result = await Load.AsFastAsPossible(service.Process.Address, seeds.ConvertAll(seed => HttpConnection.Request(seed.Path, seed.Body)), stop);
        await service.UntilDrained(stop);
        if (result.Refused > 0)
        {
            throw new BenchProblemException($"{result.Refused} callbacks were not answered 200.");
        }

        await service.CheckPaid(seeds, stop);
    }
}
