using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Health;

/// <summary>Why a process is as ready as it says: everything on-call people ask first, looked at now. Never throws, takes seconds at most.</summary>
public sealed class HealthReports
{
    private readonly HealthCheckService checks;
    private readonly DatabaseState state;
    private readonly DatabaseProbe database;
    private readonly BacklogProbe backlog;
    private readonly IHostApplicationLifetime lifetime;
    private readonly CoalescedRead<HealthReport> reports;

    internal HealthReports(
        HealthCheckService checks, DatabaseState state, DatabaseProbe database, BacklogProbe backlog, IHostApplicationLifetime lifetime, TimeProvider clock)
    {
        (this.checks, this.state, this.database, this.backlog, this.lifetime) = (checks, state, database, backlog, lifetime);

        // The reasons are for operators, who look again to see whether it has helped: told to those who ask meanwhile, not afterwards.
        reports = new(Check, clock, TimeSpan.Zero);
    }

    /// <summary>A check that answers this is not in the report: what is worth a line only when there is something to say.</summary>
    internal static HealthCheckResult NothingToTell { get; } = HealthCheckResult.Healthy();

    /// <summary>True once the process was told to end: balancers should look elsewhere.</summary>
    public bool IsEnding => lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>Looks at everything, once for all who ask at a time. The checks are in the order they are registered in.</summary>
    public async Task<HealthReport> Check(CancellationToken cancellation)
    {
        var found = await reports.See(cancellation);
        var told = found.Entries.Where(entry => entry.Value.Description is not null);
        return new(new Dictionary<string, HealthReportEntry>(IsEnding ? told.Prepend(new("process", Ending)) : told, StringComparer.Ordinal), found.TotalDuration);
    }

    /// <summary>Whether the database is there and migrated: all that a process without callbacks needs. One look for all who ask at a time.</summary>
    public async Task<bool> Works(CancellationToken cancellation) => state.IsReady && (await database.Read(cancellation)).Answers;

    private Task<HealthReport> Check()
    {
        database.Renew();
        backlog.Renew();
        return checks.CheckHealthAsync(CancellationToken.None);
    }

    private static readonly HealthReportEntry Ending =
        new(HealthStatus.Unhealthy, "It was told to end and takes its last requests.", TimeSpan.Zero, exception: null, data: null);
}
