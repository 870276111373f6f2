using System.Globalization;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Hosting;
using Payments.Infrastructure.Inbox;
using Payments.Infrastructure.Jobs;
using Payments.Infrastructure.Spooling;

namespace Payments.Infrastructure.Health;

/// <summary>How one thing is.</summary>
public enum HealthState
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Somebody should look, in working hours.</summary>
    Warning,

    /// <summary>Somebody should look now.</summary>
    Failed,
}

/// <summary>One thing looked at.</summary>
/// <param name="Name">Stable: alerts may be built on it.</param>
/// <param name="Detail">One sentence for whoever is on call; without personal data.</param>
public sealed record HealthEntry(string Name, HealthState State, string Detail);

/// <summary>Why a process is as ready as it says: everything on-call people ask first, looked at now. Never throws, takes seconds at most.</summary>
public sealed class HealthChecks(
    Connections database, DatabaseState state, BacklogReader backlogs, DarajaBreakers breakers, Roles roles, SpoolOptions spooling,
    IHostApplicationLifetime lifetime, TimeProvider clock, InboxQueueMetrics? intake = null, DatabaseCircuit? circuit = null, CallbackSpool? spool = null)
{
    private CoalescedRead<bool>? works;
    private CoalescedRead<IReadOnlyList<HealthEntry>>? vitals;

    /// <summary>A balancer's patience: what takes longer is as good as away.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    /// <summary>The backlog may cost a busy database a little more.</summary>
    private static readonly TimeSpan BacklogTimeout = TimeSpan.FromSeconds(4);

    /// <summary>A drain takes half a second at the busiest, the sweeper comes after ten: older than this is stuck.</summary>
    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(30);

    /// <summary>True once the process was told to end: balancers should look elsewhere.</summary>
    public bool IsEnding => lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>Looks at everything, once for all who ask at a time.</summary>
    public async Task<IReadOnlyList<HealthEntry>> Check(CancellationToken cancellation)
    {
        // The reasons are for operators, who look again to see whether it has helped.
        var seen = await LazyInitializer.EnsureInitialized(ref vitals, () => new(Check, clock, TimeSpan.Zero)).See(cancellation);
        return IsEnding ? [new("process", HealthState.Failed, "It was told to end and takes its last requests."), .. seen] : seen;
    }

    private async Task<IReadOnlyList<HealthEntry>> Check()
    {
        var found = new List<HealthEntry>();
        var there = await Add(found, CancellationToken.None);
        found.Add(state.IsReady
            ? new("migrations", HealthState.Ok, there is { Migration: { } newest } ? $"All have run; the newest is {newest}." : "All have run.")
            : new("migrations", HealthState.Failed, $"They have not run yet: {state.Problem ?? "the database was not reached so far"}"));
        if (roles.HasFlag(Roles.Api))
        {
            found.AddRange(Intake());
        }

        found.Add(Breakers());
        if (there is not null)
        {
            found.AddRange(await Behind(CancellationToken.None));
        }

        return found;
    }

    /// <summary>Whether the database is there and migrated: all that a process without callbacks needs. One look for all who ask at a time.</summary>
    public async Task<bool> Works(CancellationToken cancellation) => state.IsReady
        && await LazyInitializer.EnsureInitialized(ref works, () => new(async () => await Add([], CancellationToken.None) is not null, clock)).See(cancellation);

    private async Task<DatabaseAnswer?> Add(List<HealthEntry> found, CancellationToken cancellation)
    {
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        try
        {
            var answer = await Ask(cancellation).WaitAsync(Timeout, cancellation);
            var took = System.Diagnostics.Stopwatch.GetElapsedTime(started);
            found.Add(new("database", HealthState.Ok, Invariant($"PostgreSQL {answer.Version} answers in {took.TotalMilliseconds:0} ms.")));
            return answer;
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            found.Add(new("database", HealthState.Failed, $"It does not answer within {Timeout.TotalSeconds:0} s: {failure.Message}"));
            return null;
        }
    }

    private async Task<DatabaseAnswer> Ask(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(
            $"SELECT CASE WHEN to_regclass('{DataSources.Schema}.migrations') IS NOT NULL THEN true END", connection);
        if (await command.ExecuteScalarAsync(cancellation) is not true)
        {
            return new(connection.PostgreSqlVersion, null);
        }

        await using var newest = new NpgsqlCommand($"SELECT max(scriptname) FROM {DataSources.Schema}.migrations", connection);
        var name = await newest.ExecuteScalarAsync(cancellation) as string;
        return new(connection.PostgreSqlVersion, name?.Split('.') is [.., var script, "sql"] ? script : name);
    }

    private IEnumerable<HealthEntry> Intake()
    {
        yield return circuit switch
        {
            { IsAway: true } => new("circuit", HealthState.Failed, "Open: the database does not store callbacks, and a probe failed too; /api answers 503."),
            { IsOpen: true } => new("circuit", HealthState.Warning, "Open: a commit failed or was too slow; callbacks go to the spool until a probe has written."),
            _ => new("circuit", HealthState.Ok, "Closed: callbacks go to the database."),
        };
        yield return spool switch
        {
            null => new("spool", HealthState.Warning, "Off: while the database is away callbacks are answered 503 and may be lost. Set Spool__Path."),
            { HasRoom: false } => new("spool", HealthState.Failed, Invariant($"No room: {spool.Bytes:N0} bytes wait of {spooling.MaxBytes:N0}, or the disk is full or failing.")),
            { Bytes: > 0 } => new("spool", HealthState.Warning, Invariant($"{spool.Bytes:N0} bytes wait for the database, {spooling.MaxBytes:N0} may.")),
            _ => new("spool", HealthState.Ok, Invariant($"Empty; {spooling.MaxBytes:N0} bytes may wait.")),
        };
        if (spool is { AsideBytes: > 0 })
        {
            yield return new("spool_aside", HealthState.Warning, Invariant(
                $"{spool.AsideBytes:N0} bytes could not be stored and are kept beside the segments: the log says why (spool_…), docs/operations.md what to do."));
        }

        if (intake is not null)
        {
            var share = Math.Max((double)intake.Waiting / intake.Max, (double)intake.Bytes / intake.MaxBytes);
            yield return new(
                "inbox_queue", share > 0.5 ? HealthState.Warning : HealthState.Ok,
                Invariant($"{intake.Waiting:N0} callbacks ({intake.Bytes:N0} bytes) wait for their commit; at {intake.Max:N0} or {intake.MaxBytes:N0} bytes 503 is answered."));
        }
    }

    private HealthEntry Breakers()
    {
        var open = breakers.States.Where(s => s.Value != "closed").Select(s => $"{s.Key} is {s.Value}").ToList();
        return open.Count == 0
            ? new("daraja_breakers", HealthState.Ok, "All are closed, as this process sees Safaricom.")
            : new("daraja_breakers", HealthState.Warning, string.Join(", ", open) + ", as this process sees Safaricom.");
    }

    private async Task<IEnumerable<HealthEntry>> Behind(CancellationToken cancellation)
    {
        try
        {
            return Describe(await backlogs.Read(cancellation).WaitAsync(BacklogTimeout, cancellation));
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            return [new("backlog", HealthState.Failed, $"It could not be read: {failure.Message}")];
        }
    }

    private static IEnumerable<HealthEntry> Describe(Backlog behind)
    {
        yield return behind.OldestNew is { } age
            ? new("callbacks", age > StuckAfter ? HealthState.Failed : HealthState.Ok, Invariant($"{behind.New:N0} wait for their drain, the oldest for {age.TotalSeconds:0.0} s."))
            : new("callbacks", HealthState.Ok, "None waits for its drain.");
        if (behind.SetAside > 0)
        {
            yield return new("callbacks_set_aside", HealthState.Warning, Invariant(
                $"{behind.SetAside:N0} could not be applied so far and are tried again every few seconds: the log says why (callbacks_set_aside, callback_parked)."));
        }

        var served = behind.Servers.SelectMany(s => s.Queues).ToHashSet(StringComparer.Ordinal);
        string[] lacking = [.. new[] { CallbackJobs.Queue, "default", TransferJobs.Queue }.Where(queue => !served.Contains(queue))];
        yield return lacking.Length > 0
            ? new("jobs", HealthState.Failed, $"No Hangfire server is alive for {string.Join(", ", lacking)}: is a worker running?")
            : new(
                "jobs", behind.FailedJobs > 0 ? HealthState.Warning : HealthState.Ok,
                Invariant($"{behind.Servers.Count} Hangfire servers are alive, the last heartbeat {behind.Servers.Min(s => s.Heartbeat).TotalSeconds:0} s ago; {behind.FailedJobs:N0} jobs have failed for good."));

        yield return behind.Tokens.Count == 0
            ? new("daraja_token", HealthState.Ok, "None was needed yet.")
            : new(
                "daraja_token", behind.Tokens.Any(t => t.Left < TimeSpan.Zero) ? HealthState.Warning : HealthState.Ok,
                string.Join("; ", behind.Tokens.Select(t => Invariant($"{t.App}: {t.Age.TotalMinutes:0} minutes old, {(t.Left < TimeSpan.Zero ? "ended" : "good")} for {t.Left.Duration().TotalMinutes:0}"))) + ".");

        var old = behind.InDoubt.Where(d => d.Age is "over_1d" or "under_1d").Sum(d => d.Count);
        yield return new(
            "in_doubt", old > 0 ? HealthState.Warning : HealthState.Ok,
            behind.InDoubt.Count == 0 ? "Nothing." : string.Join(", ", behind.InDoubt.Select(d => Invariant($"{d.Count:N0} {d.Kind}s {d.Age.Replace('_', ' ')}"))) + ".");
        yield return new(
            "cases", behind.Cases.Count > 0 ? HealthState.Warning : HealthState.Ok,
            behind.Cases.Count == 0 ? "None is open." : "Open: " + string.Join(", ", behind.Cases.Select(c => Invariant($"{c.Count:N0} {c.Kind}"))) + ".");
        if (behind.Pull is { } pull)
        {
            yield return pull.Why is null
                ? new("pull", HealthState.Ok, Invariant($"What customers paid was read up to {pull.Age.TotalMinutes:0} minutes ago."))
                : new("pull", HealthState.Warning, Invariant($"What customers paid was read up to {pull.Age.TotalMinutes:0} minutes ago: {pull.Why}."));
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record DatabaseAnswer(Version Version, string? Migration);
}
