using System.Globalization;

namespace Payments.Application.Diagnostics.Checks;

/// <summary>The database: there, new enough, migrated, ours, and of one mind about the time.</summary>
internal sealed class DatabaseCheck(IDatabaseInspector database) : IDiagnosticCheck
{
    /// <summary>The oldest PostgreSQL this service runs on.</summary>
    private const int OldestMajor = 14;

    /// <summary>Machines that keep time by NTP differ by milliseconds; seconds mean that one of the two does not.</summary>
    private static readonly TimeSpan NoticeableDrift = TimeSpan.FromSeconds(5);

    /// <summary>From here certificates and Safaricom's timestamps begin to be wrong.</summary>
    private static readonly TimeSpan HarmfulDrift = TimeSpan.FromMinutes(2);

    public string Name => "database";

    public string Subject => "The database";

    public bool IsPartOf(DiagnosticRun run) => true;

    public async Task Run(DiagnosticRun run, CancellationToken cancellation)
    {
        const string Reach = "The database can be reached";
        if (run.NoDatabase is { } wrong)
        {
            run.Skip("database.reachable", Reach, wrong);
            return;
        }

        var look = await database.Inspect(cancellation);
        if (look.Problem is { } problem)
        {
            run.NoDatabase = "the database cannot be reached";
            run.Fail("database.reachable", Reach, problem, "Start PostgreSQL, or correct ConnectionStrings__Payments.");
            return;
        }

        run.Ok("database.reachable", Reach, "It answers.");
        Version(run, look);
        Migrations(run, look);
        Stamp(run, look);
        Clock(run, look);
    }

    private static void Version(DiagnosticRun run, DatabaseInspection look)
    {
        const string What = "PostgreSQL is 14 or newer";
        if (look.Version is { Major: >= OldestMajor })
        {
            run.Ok("database.version", What, $"It is {look.Version}.");
        }
        else
        {
            run.Fail("database.version", What, $"It is {look.Version}.", "Move the database to PostgreSQL 14 or newer.");
        }
    }

    private static void Migrations(DiagnosticRun run, DatabaseInspection look)
    {
        const string What = "The database has this version's tables";
        if (look.Pending.Count > 0)
        {
            run.NoDatabase = "the database is not migrated";
            run.Fail("database.migrations", What, $"{look.Pending.Count} migrations have not run, the first is {look.Pending[0]}.",
                "Start the service once: it migrates by itself. If it is running, its log says why it does not (database_waiting).");
        }
        else if (look.Unknown.Count > 0)
        {
            run.Warn("database.migrations", What, $"A newer version has been here: {look.Unknown[^1]} is not known to this one.",
                "Run the newer version everywhere; the two work side by side only while one replaces the other.");
        }
        else
        {
            run.Ok("database.migrations", What, "Every migration has run.");
        }
    }

    private static void Stamp(DiagnosticRun run, DatabaseInspection look)
    {
        const string What = "The database belongs to this environment and shortcode";
        if (look.Environment is null)
        {
            run.Skip("database.stamp", What, "it is stamped at the service's first start");
        }
        else if ((look.Environment, look.Shortcode) == (run.Facts.Environment, run.Facts.Shortcode))
        {
            run.Ok("database.stamp", What, $"It belongs to {look.Environment}, {look.Shortcode}.");
        }
        else
        {
            run.NoDatabase ??= "the database belongs to another deployment";
            run.Fail("database.stamp", What,
                $"It belongs to {look.Environment} with shortcode {look.Shortcode}; configured is {run.Facts.Environment} with {run.Facts.Shortcode}.",
                "Point ConnectionStrings__Payments at a database of its own: the service does not start like this.");
        }
    }

    private static void Clock(DiagnosticRun run, DatabaseInspection look)
    {
        const string What = "This machine and the database agree about the time";
        var drift = look.ClockAhead.Duration();
        var seen = drift < TimeSpan.FromSeconds(1) ? "They differ by less than a second."
            : string.Create(CultureInfo.InvariantCulture,
                $"They differ by {drift.TotalSeconds:0} s; the database is {(look.ClockAhead < TimeSpan.Zero ? "behind" : "ahead")}.");
        const string Todo = "Let both machines keep time by NTP (timedatectl shows it).";
        if (drift >= HarmfulDrift)
        {
            run.Fail("database.clock", What, seen, Todo);
        }
        else if (drift >= NoticeableDrift)
        {
            run.Warn("database.clock", What, seen, Todo);
        }
        else
        {
            run.Ok("database.clock", What, seen);
        }
    }
}
