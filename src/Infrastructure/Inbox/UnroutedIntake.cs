using System.Diagnostics.Metrics;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Payments.Application.Common;
using Payments.Application.Intake;
using Payments.Application.Telemetry;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Inbox;

/// <summary>
/// Callbacks at addresses nobody serves: a proxy in front changes paths, and Safaricom does not repeat them. Each is counted and one line a minute and
/// path logged; the paths, with dots for all but our own words, are in the database for the doctor, which may be another process.
/// </summary>
public sealed partial class UnroutedIntake : BackgroundService, IUnroutedLog
{
    /// <summary>Paths told apart in a process and hour; anybody can send others, which are one together.</summary>
    private const int MaxPaths = 20;

    private const string Others = "others";

    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    private readonly Connections database;
    private readonly DatabaseState state;
    private readonly TimeProvider clock;
    private readonly ILogger<UnroutedIntake> log;
    private readonly long[,] counted = new long[Enum.GetValues<UnroutedShape>().Length, 2];
    private readonly Lock gate = new();
    private readonly Dictionary<string, DateTimeOffset> logged = new(StringComparer.Ordinal);
    private Dictionary<string, (long Taken, long Refused)> unwritten = new(StringComparer.Ordinal);
    private DateTimeOffset pathsSince;

    public UnroutedIntake(Connections database, DatabaseState state, TimeProvider clock, PaymentsMetrics metrics, ILogger<UnroutedIntake> log)
    {
        (this.database, this.state, this.clock, this.log) = (database, state, clock, log);
        metrics.Meter.CreateObservableCounter(
            "payments.callback.unrouted", Counts, "{callback}", "POSTs that look like callbacks at a path nobody serves; taken where the token in it was valid.");
    }

    public void Note(string path, UnroutedShape shape, bool isTaken, string? source)
    {
        Interlocked.Increment(ref counted[(int)shape, isTaken ? 0 : 1]);
        bool isNews;
        lock (gate)
        {
            var now = clock.GetUtcNow();
            if (now - pathsSince > TimeSpan.FromHours(1))
            {
                logged.Clear();
                pathsSince = now;
            }

            path = logged.ContainsKey(path) || logged.Count < MaxPaths ? path : Others;
            isNews = !logged.TryGetValue(path, out var last) || now - last > TimeSpan.FromMinutes(1);
            if (isNews)
            {
                logged[path] = now;
            }

            var (taken, refused) = unwritten.GetValueOrDefault(path);
            unwritten[path] = isTaken ? (taken + 1, refused) : (taken, refused + 1);
        }

        if (isNews && isTaken)
        {
            LogTaken(path, source);
        }
        else if (isNews)
        {
            LogRefused(path, source);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var purpose = Connections.For(Purpose.Watch);
        await state.Ready.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!stoppingToken.IsCancellationRequested)
        {
            await Write();
            await Task.Delay(PollInterval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Write();
    }

    private async Task Write()
    {
        Dictionary<string, (long Taken, long Refused)> taken;
        lock (gate)
        {
            if (unwritten.Count == 0)
            {
                return;
            }

            (taken, unwritten) = (unwritten, new(StringComparer.Ordinal));
        }

        try
        {
            var rows = taken.OrderBy(row => row.Key, StringComparer.Ordinal).ToList();
            await using var connection = await database.OpenConnectionAsync(CancellationToken.None);
            await connection.ExecuteAsync(
                """
                INSERT INTO unrouted_callbacks AS u (hour, path, taken, refused)
                SELECT date_trunc('hour', now()), path, taken, refused FROM unnest(@paths, @taken, @refused) AS t (path, taken, refused) ORDER BY path
                ON CONFLICT (hour, path) DO UPDATE SET taken = u.taken + excluded.taken, refused = u.refused + excluded.refused
                """,
                new
                {
                    paths = rows.ConvertAll(row => row.Key).ToArray(),
                    taken = rows.ConvertAll(row => row.Value.Taken).ToArray(),
                    refused = rows.ConvertAll(row => row.Value.Refused).ToArray(),
                });
        }
        catch (NpgsqlException)
        {
            // The log and the metric have told; only the doctor knows less.
        }
    }

    private IEnumerable<Measurement<long>> Counts() =>
        from shape in Enum.GetValues<UnroutedShape>()
        from outcome in Enumerable.Range(0, 2)
        select new Measurement<long>(
            Interlocked.Read(ref counted[(int)shape, outcome]), new("shape", EnumNames.Name(shape)), new KeyValuePair<string, object?>("outcome", outcome == 0 ? "taken" : "refused"));

    [LoggerMessage(EventName = "callback_unrouted_taken", Level = LogLevel.Warning,
        Message = "A callback with a valid token came from {Source} to {Path}, which is no path of ours, and was taken all the same: something in front changes paths")]
    private partial void LogTaken(string path, string? source);

    [LoggerMessage(EventName = "callback_unrouted", Level = LogLevel.Warning,
        Message = "A POST from {Source} to {Path} looks like a callback, meets no route and was answered 404: does something in front change paths?")]
    private partial void LogRefused(string path, string? source);
}
