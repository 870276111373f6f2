using System.Diagnostics;
using Npgsql;
using Payments.Build;
using Payments.Infrastructure.Callbacks;

namespace Payments.Benchmarks;

/// <summary>The service under test: its process, its database, the seeds made for it.</summary>
internal sealed class Service(ServerProcess process, NpgsqlDataSource database, CallbackTokens tokens) : IAsyncDisposable
{
    // How often the inbox is looked at while it runs empty: a hundredth of what a round takes.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromMinutes(2);

    public ServerProcess Process => process;

    public NpgsqlDataSource Database => database;

    public static async Task<Service> Start(string root, string local, string connectionString, CancellationToken stop, Dictionary<string, string>? more = null)
    {
        var process = await ServerProcess.StartApi(root, local, connectionString, stop, more);
        var settings = StackSettings.Api(new StackOptions(), local, "");
        return new(
            process, NpgsqlDataSource.Create(connectionString),
            new CallbackTokens([Convert.FromBase64String(settings["Callbacks__Secrets__0"])], settings["Daraja__Shortcode"]));
    }

    /// <summary>Makes attempts that wait for their callback.</summary>
    public async Task<List<Seed>> Seed(int count, CancellationToken stop)
    {
        var now = DateTimeOffset.UtcNow;
        var seeds = Benchmarks.Seed.Make(count, tokens, now);
        await Seeder.Write(database, seeds, now, stop);
        return seeds;
    }

    /// <summary>Makes orders that wait for a payment by hand.</summary>
    public Task<List<Expected>> SeedConfirmations(int count, CancellationToken stop) => OtherSeeds.Confirmations(database, count, stop);

    /// <summary>Makes payouts that wait for their result.</summary>
    public Task<List<Expected>> SeedResults(int count, CancellationToken stop) => OtherSeeds.Results(database, tokens, count, stop);

    /// <summary>Waits until no callback is new.</summary>
    public async Task UntilDrained(CancellationToken stop)
    {
        for (var waiting = Stopwatch.StartNew(); await CountNew(stop) > 0; await Task.Delay(Look, stop))
        {
            if (waiting.Elapsed > DrainLimit)
            {
                throw new BenchProblemException($"{await CountNew(stop)} callbacks were not drained within {DrainLimit.TotalMinutes:0} minutes.");
            }
        }
    }

    /// <summary>Stored callbacks nobody has dealt with.</summary>
    public async Task<long> CountNew(CancellationToken stop)
    {
        await using var command = database.CreateCommand("SELECT count(*) FROM payments.callbacks WHERE state = 'new'");
        return (long)(await command.ExecuteScalarAsync(stop))!;
    }

    /// <summary>A throughput counts only when the money is there: every seed paid, once, with its receipt.</summary>
    public async Task CheckPaid(IReadOnlyList<Seed> seeds, CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            """
            SELECT count(*) FROM payments.checkouts c JOIN payments.receipts r ON r.checkout_id = c.id AND r.applied = c.amount
            WHERE c.id = ANY ($1) AND c.status = 'paid'
            """);
        command.CommandTimeout = 120;
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. seeds.Select(s => s.CheckoutId)] });
        var paid = (long)(await command.ExecuteScalarAsync(stop))!;
        if (paid != seeds.Count)
        {
            throw new BenchProblemException($"Only {paid} of {seeds.Count} checkouts were paid.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        await database.DisposeAsync();
    }
}
