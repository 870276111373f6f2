using System.Reflection;
using DbUp;
using DbUp.Engine;
using DbUp.Postgresql;
using Hangfire.PostgreSql;
using Npgsql;

namespace Payments.Infrastructure;

/// <summary>Brings the database to this version: numbered, forward-only scripts, one migrator at a time.</summary>
public static class Migrator
{
    /// <summary>The advisory lock all replicas meet at; the number means nothing but is ours.</summary>
    private const long LockId = 7_203_114_905;

    /// <summary>The names of this version's scripts, as the journal has them.</summary>
    internal static IReadOnlyList<string> Scripts() =>
        [.. Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Migrates, waiting for another replica that is at it. Safe to call at every start.</summary>
    public static async Task Migrate(NpgsqlDataSource database, CancellationToken cancellation)
    {
        // On a connection of its own for as long as the scripts run: DbUp itself takes no lock.
        await using var holder = await database.OpenConnectionAsync(cancellation);
        await Execute(holder, "SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0", cancellation);
        await Execute(holder, $"SELECT pg_advisory_lock({LockId})", cancellation, patience: 300);
        try
        {
            await Execute(holder, $"CREATE SCHEMA IF NOT EXISTS {Database.Schema}", cancellation);
            var result = await Task.Run(() => Upgrade(database), cancellation);
            if (!result.Successful)
            {
                throw new InvalidOperationException($"Migration {result.ErrorScript?.Name} failed: {result.Error.Message}", result.Error);
            }

            await using var hangfire = await database.OpenConnectionAsync(cancellation);
            try
            {
                PostgreSqlObjectsInstaller.Install(hangfire, Database.HangfireSchema);
            }
            finally
            {
                // Its scripts set the search path, and the pool does not clear up.
                await Execute(hangfire, "RESET ALL", CancellationToken.None);
            }
        }
        finally
        {
            await Execute(holder, $"SELECT pg_advisory_unlock({LockId}); RESET ALL", CancellationToken.None);
        }
    }

    private static DatabaseUpgradeResult Upgrade(NpgsqlDataSource database)
    {
        var engine = DeployChanges.To
            .PostgresqlDatabase(new PostgresqlConnectionManager(database))
            .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly(), name => name.EndsWith(".sql", StringComparison.Ordinal))
            .JournalToPostgresqlTable(Database.Schema, "migrations")
            .WithTransactionPerScript()
            .WithVariablesDisabled()
            .LogToNowhere()
            .Build();
        return engine.PerformUpgrade();
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken cancellation, int patience = 15)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = patience };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
