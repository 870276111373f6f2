using System.Diagnostics;
using Npgsql;

namespace Payments.Benchmarks;

/// <summary>How many callbacks a second: the service against the raw limit and two simpler handlers, in turns.</summary>
internal sealed class ClosedLoops(BenchPostgres postgres, Service service, BenchOptions options)
{
    // A job for each callback is far slower; a round of it must not last a minute.
    private int NaiveSize => options.RoundSize / 20;

    // Long enough for several hundred group commits of the WAL.
    private int InsertSeconds => options.Quick ? 2 : 4;

    public List<Round> Rounds { get; } = [];

    /// <summary>Where the service's part of the rounds went.</summary>
    public List<string> Profile { get; } = [];

    public string Runner { get; private set; } = "";

    public async Task Run(CancellationToken stop)
    {
        var (naiveDatabase, synchronousDatabase) = (await postgres.CreateDatabase("naive"), await postgres.CreateDatabase("synchronous"));
        var inserts = new RawInserts(postgres.Binaries, await postgres.CreateDatabase("inserts"), (await service.Seed(1, stop))[0].Body);
        Runner = inserts.Runner;
        await inserts.CreateTable(stop);
        await using var naive = await ServerProcess.StartBaseline("serve-naive", naiveDatabase, stop);
        await using var synchronous = await ServerProcess.StartBaseline("serve-synchronous", synchronousDatabase, stop);
        await using var naiveData = NpgsqlDataSource.Create(naiveDatabase);
        await using var synchronousData = NpgsqlDataSource.Create(synchronousDatabase);

        // Every contestant compiles its hot path before it is measured.
        await Measure(options.RoundSize / 3, stop);
        await MeasureConfirmations(options.RoundSize / 6, stop);
        await MeasureResults(options.RoundSize / 6, stop);
        await Measure(naive, naiveData, NaiveSize, stop);
        await Measure(synchronous, synchronousData, options.RoundSize / 3, stop);
        await Statements.Reset(service.Database);
        Profile.Clear();
        for (var i = 0; i < options.Rounds; i++)
        {
            var round = new Round(
                await Clean(() => inserts.Run(InsertSeconds, stop)), await Clean(() => Measure(options.RoundSize, stop)),
                await Clean(() => Measure(naive, naiveData, NaiveSize, stop)), await Clean(() => Measure(synchronous, synchronousData, options.RoundSize / 2, stop)),
                await Clean(() => MeasureConfirmations(options.RoundSize / 2, stop)), await Clean(() => MeasureResults(options.RoundSize / 2, stop)));
            Rounds.Add(round);
            Console.WriteLine(
                $"round {i + 1}: {round.Service:0} callbacks/s, {round.Confirmations:0} confirmations/s, {round.Results:0} results/s; {round.Inserts:0} inserts/s, {round.Naive:0}/s with a job each, {round.Synchronous:0}/s synchronously");
        }

        Profile.AddRange(await Statements.Dearest(service.Database));
    }

    private async Task<double> Clean(Func<Task<double>> measure)
    {
        await postgres.Checkpoint();
        return await measure();
    }

    private async Task<double> Measure(int count, CancellationToken stop)
    {
        var seeds = await service.Seed(count, stop);
        var rate = await Measure(seeds.ConvertAll(seed => HttpConnection.Request(seed.Path, seed.Body)), "callbacks", stop);
        await service.CheckPaid(seeds, stop);
        return rate;
    }

    private async Task<double> MeasureConfirmations(int count, CancellationToken stop)
    {
        var seeds = await service.SeedConfirmations(count, stop);
        var rate = await Measure(seeds.ConvertAll(seed => HttpConnection.Request(seed.Path, seed.Body)), "confirmations", stop);
        await OtherSeeds.Check(service.Database, payouts: false, count, stop);
        return rate;
    }

    private async Task<double> MeasureResults(int count, CancellationToken stop)
    {
        var seeds = await service.SeedResults(count, stop);
        var rate = await Measure(seeds.ConvertAll(seed => HttpConnection.Request(seed.Path, seed.Body)), "results", stop);
        await OtherSeeds.Check(service.Database, payouts: true, count, stop);
        return rate;
    }

    private async Task<double> Measure(List<byte[]> requests, string what, CancellationToken stop)
    {
        var before = CpuTime.Read(service.Process.ProcessId, postgres.ProcessId);
        var watch = Stopwatch.StartNew();
        var result = await Load.AsFastAsPossible(service.Process.Address, requests, stop);
        var accepted = watch.Elapsed;
        await service.UntilDrained(stop);
        var elapsed = watch.Elapsed.TotalSeconds;
        Profile.Add($"{requests.Count} {what} accepted in {accepted.TotalSeconds:0.00} s, drained in {elapsed:0.00} s; "
            + CpuTime.Read(service.Process.ProcessId, postgres.ProcessId).Since(before));
        RequireAll(result, "the service");
        return requests.Count / elapsed;
    }

    private static async Task<double> Measure(ServerProcess server, NpgsqlDataSource database, int count, CancellationToken stop)
    {
        var seeds = Seed.Make(count, Tokens, DateTimeOffset.UtcNow);
        await GuidePayments.Seed(database, seeds);
        var requests = seeds.ConvertAll(seed => HttpConnection.Request("/callback", seed.Body));
        var watch = Stopwatch.StartNew();
        var result = await Load.AsFastAsPossible(server.Address, requests, stop);
        while (await GuidePayments.CountPending(database) > 0)
        {
            await Task.Delay(20, stop);
        }

        var elapsed = watch.Elapsed.TotalSeconds;
        RequireAll(result, "a baseline");
        return count / elapsed;
    }

    // The baselines do not look at tokens; the seeds need some.
    private static Infrastructure.Callbacks.CallbackTokens Tokens { get; } = new([new byte[32]], "174379");

    private static void RequireAll(LoadResult result, string who)
    {
        if (result.Refused > 0)
        {
            throw new BenchProblemException($"{result.Refused} of {result.Acknowledged.Length} callbacks were not answered 200 by {who}.");
        }
    }
}
