using System.Globalization;
using Npgsql;
using Payments.Infrastructure.Database;
using Xunit;

namespace Payments.Testing;

/// <summary>
/// A real PostgreSQL for the whole test run, started when the first test asks for a database: the server named by
/// <c>PAYMENTS_TEST_DATABASE</c>, else a container where a Docker engine answers, else a local one in a temporary folder.
/// A test class takes it as a constructor argument.
/// </summary>
public sealed class TestDatabase : IAsyncLifetime
{
    /// <summary>More than a whole run takes; a run that hangs must not hang the next one as well.</summary>
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(20);

    private FileStream? turn;
    private readonly Lazy<Task<TestServer>> server = new(TestServer.Start);
    private readonly Lazy<Task<string>> migrated;
    private readonly List<string> created = [];
    private readonly Lock listing = new();

    public TestDatabase() => migrated = new(Migrate);

    /// <summary>
    /// Waits for its turn. "dotnet test" runs the projects side by side, and what measures how long something takes under load would measure the
    /// other project: those that need a database run one after the other.
    /// </summary>
    public async ValueTask InitializeAsync()
    {
        var path = Path.Combine(Path.GetTempPath(), "payments-tests.lock");
        for (var until = DateTime.UtcNow + LongestRun; turn is null && DateTime.UtcNow < until;)
        {
            try
            {
                turn = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(200);
            }
            catch (UnauthorizedAccessException)
            {
                // Another user's: there is nothing to take turns with.
                return;
            }
        }
    }

    /// <summary>A new database, dropped when the run ends: migrated, which is copied and not done again, or empty.</summary>
    /// <returns>Its connection string; the user may create extensions, except perhaps on a server given from outside.</returns>
    public async Task<string> CreateDatabase(bool isEmpty = false) => await Create(isEmpty ? "template0" : await migrated.Value);

    private async Task<string> Migrate()
    {
        var connection = await Create("template0");
        await using (var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { Pooling = false }.ConnectionString))
        {
            await Migrator.Migrate(source, CancellationToken.None);
        }

        return new NpgsqlConnectionStringBuilder(connection).Database!;
    }

    private async Task<string> Create(string template)
    {
        var home = (await server.Value).ConnectionString;
        // The process id keeps two runs on one given server apart.
        var name = string.Create(CultureInfo.InvariantCulture, $"payments_test_{Environment.ProcessId}_{Guid.NewGuid():N}");
        // A template has no visitors, so any number of classes may copy it at once.
        await Execute(home, $"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'");
        lock (listing)
        {
            created.Add(name);
        }

        return new NpgsqlConnectionStringBuilder(home) { Database = name }.ConnectionString;
    }

    /// <summary>Which of the three servers it is, for a test's output.</summary>
    public async Task<string> Describe() => (await server.Value).Name;

    /// <summary>Drops what was created, stops what was started, and lets the next run begin.</summary>
    public async ValueTask DisposeAsync()
    {
        if (server.IsValueCreated)
        {
            await Stop(await server.Value);
        }

        turn?.Dispose();
    }

    private async Task Stop(TestServer started)
    {
        NpgsqlConnection.ClearAllPools();
        if (started.OutlivesTheRun)
        {
            foreach (var name in created)
            {
                await Execute(started.ConnectionString, $"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            }
        }

        await started.DisposeAsync();
    }

    private static async Task Execute(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
