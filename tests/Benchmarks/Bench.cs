using Payments.Build;

namespace Payments.Benchmarks;

/// <summary>One run: every figure of the table, on a PostgreSQL and an API of its own.</summary>
internal static class Bench
{
    /// <summary>The whole national peak of M-PESA, on one machine.</summary>
    private const double Peak = 6000;

    /// <summary>A good day of a good shop.</summary>
    private const double Quiet = 10;

    /// <summary>Enough to have every method on the way compiled.</summary>
    private const double WarmUp = 1500;

    /// <summary>Runs and answers the exit code: 0 every figure reached, 3 a figure missed.</summary>
    public static async Task<int> Run(BenchOptions options, CancellationToken stop)
    {
        var root = RepositoryRoot.Find();
        await using var postgres = await BenchPostgres.Start(root, stop);
        await using var service = await Service.Start(root, RepositoryRoot.Local(root), await postgres.CreateDatabase("service"), stop);
        var figures = new List<Figure>();
        var profile = new Dictionary<string, IReadOnlyList<string>>();
        var loops = new ClosedLoops(postgres, service, options);

        // A service that has run for a few seconds is what a customer's callback meets; without this the runtime's compiler is what is measured.
        await OpenLoop.Run(postgres, service, WarmUp, TimeSpan.FromSeconds(options.Quick ? 5 : 10), stop);
        if (options.Wants(BenchOptions.Throughput))
        {
            Note(BenchOptions.Throughput, await Throughput(loops, stop), loops.Profile);
        }

        if (options.Wants(BenchOptions.OpenLoop))
        {
            var result = await OpenLoop.Run(postgres, service, Peak, options.OpenLoopTime, stop);
            Note(BenchOptions.OpenLoop, Describe(result), result.Profile);
        }

        if (options.Wants(BenchOptions.Idle))
        {
            var result = await OpenLoop.Run(postgres, service, Quiet, options.IdleTime, stop);
            Note(
                BenchOptions.Idle,
                [
                    new("idle, 10/s: callback to paid p50", Statistics.Quantile(result.Paid, 0.5), 20, false, "ms"),
                    new("idle, 10/s: callback to paid p99", Statistics.Quantile(result.Paid, 0.99), 60, false, "ms"),
                    Figure.Info("idle, 10/s: acknowledged p50", Statistics.Quantile(result.Acknowledged, 0.5), "ms"),
                ],
                result.Profile);
        }

        if (options.Wants(BenchOptions.Telemetry))
        {
            figures.AddRange(await TelemetryCost.Measure(postgres, root, options, stop));
        }

        if (options.Wants(BenchOptions.Webhooks))
        {
            figures.AddRange(await WebhookLoad.Measure(postgres, root, options, stop));
        }

        if (service.Process.PeakMemory() is { } memory)
        {
            figures.Add(new("memory of the API process at its largest", memory / 1024.0 / 1024.0, 300, false, "MiB"));
        }

        var report = new Report(DateTimeOffset.UtcNow, Machine.Describe(postgres.Major, loops.Runner), options.Quick, figures, loops.Rounds, profile);
        report.Print();
        await report.Write(Path.Combine(root, "artifacts", "bench.json"));
        return report.AllMet ? 0 : 3;

        void Note(string name, IReadOnlyList<Figure> measured, IReadOnlyList<string> where)
        {
            figures.AddRange(measured);
            if (options.Profile || measured.Any(figure => !figure.IsMet))
            {
                profile[name] = where;
            }
        }
    }

    private static async Task<IReadOnlyList<Figure>> Throughput(ClosedLoops loops, CancellationToken stop)
    {
        await loops.Run(stop);
        double Median(Func<Round, double> value) => Statistics.Median(loops.Rounds.Select(value));
        return
        [
            .. Ratios("callbacks", r => r.Service), .. Ratios("confirmations of payments by hand", r => r.Confirmations), .. Ratios("B2C results", r => r.Results),
        ];

        IEnumerable<Figure> Ratios(string what, Func<Round, double> rate) =>
        [
            new($"{what} accepted and drained ÷ raw inserts", Median(r => rate(r) / r.Inserts), 0.4, true, ""),
            new("… ÷ a Hangfire job per callback", Median(r => rate(r) / r.Naive), 15, true, ""),
            new("… ÷ SELECT and UPDATE in the request", Median(r => rate(r) / r.Synchronous), 1.5, true, ""),
            Figure.Info($"{what} accepted and drained", Median(rate), "a second"),
        ];
    }

    private static List<Figure> Describe(OpenLoopResult result) =>
    [
        new("6,000/s: growth of the backlog over the run, in seconds of arrivals", Math.Max(0, result.Growth(Peak)), 0.5, false, "s"),
        new("6,000/s: acknowledged p99", Statistics.Quantile(result.Acknowledged, 0.99), 100, false, "ms"),
        new("6,000/s: callback to paid p99", Statistics.Quantile(result.Paid, 0.99), 500, false, "ms"),
        new("6,000/s: refused", result.Refused, 1, false, "callbacks"),
        Figure.Info("6,000/s: acknowledged p50", Statistics.Quantile(result.Acknowledged, 0.5), "ms"),
        Figure.Info("6,000/s: callback to paid p50", Statistics.Quantile(result.Paid, 0.5), "ms"),
    ];
}
