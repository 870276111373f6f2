using System.Reflection;
using DbUp;
using DbUp.Engine;
using DbUp.Postgresql;
using Hangfire.PostgreSql;
using Npgsql;

namespace Payments.Infrastructure.Database;

/// <summary>One step of the schema.</summary>
/// <param name="Name">What the journal calls it; scripts run in the order of their names.</param>
public sealed record MigrationScript(string Name, string Sql);

/// <summary>
/// Brings the database to this version: numbered, forward-only scripts, one migrator at a time. A script may take as long as it takes, and
/// no other process has to wait for it: what needs a lock that others hold asks for it a second at a time (docs/decisions/0042).
/// </summary>
public static class Migrator
{
    /// <summary>The first line of a script that runs outside a transaction, statement by statement: for CREATE INDEX CONCURRENTLY and its like alone.</summary>
    internal const string WithoutTransaction = "-- without a transaction";

    /// <summary>The advisory lock all replicas meet at; the number means nothing but is ours.</summary>
    private const long LockId = 7_203_114_905;

    /// <summary>
    /// Whoever waits for a table's lock makes all others queue behind him, the inbox of the running version among them: that long, and well
    /// below the two seconds after which a callback goes to the spool.
    /// </summary>
    private const string LockWait = "1s";

    /// <summary>Between two tries for a lock the table is everybody else's.</summary>
    private static readonly TimeSpan LockPause = TimeSpan.FromSeconds(3);

    /// <summary>Tries for a lock before it is said who waits for what; then the next round begins.</summary>
    private const int LockTries = 5;

    /// <summary>How long another migrator is waited for before that is said; then the next round begins.</summary>
    private static readonly TimeSpan TurnTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The names of this version's scripts, as the journal has them.</summary>
    internal static IReadOnlyList<string> Scripts() =>
        [.. Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>
    /// Migrates, waiting for another replica that is at it; answers the schema of Hangfire's tables. Safe to call at every start. Dies amid
    /// a script: it is rolled back, or begins again where it has no transaction.
    /// </summary>
    /// <exception cref="DatabaseRefusedException">The database is somebody else's.</exception>
    public static Task<string> Migrate(NpgsqlDataSource database, CancellationToken cancellation) => Migrate(database, Embedded(), cancellation);

    /// <summary>The same with these scripts, in this order.</summary>
    public static async Task<string> Migrate(NpgsqlDataSource database, IReadOnlyList<MigrationScript> scripts, CancellationToken cancellation)
    {
        // On a connection of its own for as long as the scripts run: DbUp itself takes no lock.
        await using var holder = await database.OpenConnectionAsync(cancellation);
        await SessionSettings.ApplyAsync(holder);
        await TakeTurn(holder, cancellation);
        try
        {
            await OwnSchema.Prepare(holder, cancellation);
            var ran = await OwnSchema.Journal(holder, cancellation);
            foreach (var script in scripts.Where(script => !ran.Contains(script.Name)))
            {
                await Task.Run(() => Run(database, script, cancellation), cancellation);
            }

            var jobs = await JobsSchema.Choose(holder, cancellation);
            await InstallHangfire(database, jobs, cancellation);
            return jobs;
        }
        finally
        {
            // Plans made before the tables changed end with their connections.
            database.Clear();
            await Execute(holder, $"SELECT pg_advisory_unlock({LockId})", CancellationToken.None);
        }
    }

    /// <summary>This version's scripts.</summary>
    public static IReadOnlyList<MigrationScript> Embedded() => [.. Scripts().Select(name =>
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        return new MigrationScript(name, reader.ReadToEnd());
    })];

    /// <summary>Asked for again and again: a statement that waits would keep CREATE INDEX CONCURRENTLY waiting for it in turn.</summary>
    private static async Task TakeTurn(NpgsqlConnection holder, CancellationToken cancellation)
    {
        for (var until = DateTime.UtcNow + TurnTimeout; ; await Task.Delay(TimeSpan.FromMilliseconds(200), cancellation))
        {
            await using var command = new NpgsqlCommand($"SELECT pg_try_advisory_lock({LockId})", holder);
            if (await command.ExecuteScalarAsync(cancellation) is true)
            {
                return;
            }

            if (DateTime.UtcNow > until)
            {
                throw new TimeoutException("Another process is migrating the database, or has stopped amid it: its session holds the advisory lock "
                    + $"{LockId} (pg_locks shows it).");
            }
        }
    }

    private static void Run(NpgsqlDataSource database, MigrationScript script, CancellationToken cancellation)
    {
        for (var tried = 1; ; tried++)
        {
            var result = Engine(database, script).PerformUpgrade();
            if (result.Successful)
            {
                return;
            }

            var isLocked = result.Error is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected };
            if (!isLocked || tried == LockTries)
            {
                throw new InvalidOperationException(
                    $"Migration {script.Name} {(isLocked ? "waits for a table that another session has locked" : "failed")}: {result.Error.Message}", result.Error);
            }

            cancellation.WaitHandle.WaitOne(LockPause);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private static UpgradeEngine Engine(NpgsqlDataSource database, MigrationScript script)
    {
        var isAlone = script.Sql.StartsWith(WithoutTransaction, StringComparison.Ordinal);
        var engine = DeployChanges.To
            .PostgresqlDatabase(new PostgresqlConnectionManager(database))
            .WithScript(script.Name, Settings(isAlone) + script.Sql)
            .JournalToPostgresqlTable(DataSources.Schema, "migrations")
            .WithVariablesDisabled()
            .WithExecutionTimeout(TimeSpan.Zero)
            .LogToNowhere();
        return (isAlone ? engine.WithoutTransaction() : engine.WithTransactionPerScript()).Build();
    }

    /// <summary>
    /// A long script is no frozen process. Waiting for a concurrent index's turn holds up nobody, so that is not limited; without a transaction
    /// the settings stay with the connection, until it is cleared.
    /// </summary>
    private static string Settings(bool isAlone)
    {
        var set = isAlone ? "SET" : "SET LOCAL";
        return $"{set} search_path = {DataSources.Schema}; {set} lock_timeout = '{(isAlone ? "0" : LockWait)}'; {set} statement_timeout = 0; "
            + $"{set} idle_in_transaction_session_timeout = 0;{Environment.NewLine}";
    }

    /// <summary>Its scripts set the search path for good, and the pool does not clear up.</summary>
    private static async Task InstallHangfire(NpgsqlDataSource database, string schema, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await Execute(connection, $"SET lock_timeout = '{LockWait}'; SET statement_timeout = 0", cancellation);
        try
        {
            PostgreSqlObjectsInstaller.Install(connection, schema);
        }
        finally
        {
            if (connection.State == System.Data.ConnectionState.Open)
            {
                await SessionSettings.ApplyAsync(connection);
            }
        }
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
