using Payments.Build;
using Testcontainers.PostgreSql;

namespace Payments.Testing;

/// <summary>The PostgreSQL server the test databases are made on.</summary>
internal abstract class TestServer(string name, string connectionString) : IAsyncDisposable
{
    // Long enough to pull the image over an ordinary line; an engine that cannot is treated as no engine.
    private static readonly TimeSpan ContainerLimit = TimeSpan.FromMinutes(2);

    /// <summary>Which of the three it is, and why not one before it.</summary>
    public string Name => name;

    /// <summary>Reaches a database where others may be created.</summary>
    public string ConnectionString => connectionString;

    /// <summary>True when the server is not ours to throw away, so that its databases have to be dropped one by one.</summary>
    public virtual bool OutlivesTheRun => false;

    /// <summary>Takes the first of the three that can be had.</summary>
    public static async Task<TestServer> Start()
    {
        if (Environment.GetEnvironmentVariable("PAYMENTS_TEST_DATABASE") is { Length: > 0 } given)
        {
            return new Given(given);
        }

        var (container, reason) = await Container.TryStart(ContainerLimit);
        return container ?? await Local.Start(reason);
    }

    public abstract ValueTask DisposeAsync();

    private sealed class Local(TemporaryPostgresFolder folder, LocalPostgres postgres, string name) : TestServer(name, postgres.ConnectionString)
    {
        private static readonly string[] Settings =
        [
            // Databases that live for seconds need no vacuum, and a worker for each of a hundred is most of what this one would do.
            "autovacuum=off",

            // Each copy of the migrated database is ten megabytes of log: at the usual limit a checkpoint would always be running.
            "max_wal_size=4GB", "checkpoint_timeout=1h",

            // Without statistics the planner takes small tables for large ones, and compiles for them.
            "jit=off",

            // Hundreds of databases share one list, and a statement that was dropped from it is not counted.
            "pg_stat_statements.max=200000",

            // A dozen services at a time, each with its pools.
            "max_connections=500",
        ];

        public static async Task<TestServer> Start(string noContainer)
        {
            var folder = await TemporaryPostgresFolder.Create();
            var (postgres, reason) = await LocalPostgres.Start(RepositoryRoot.Find(), folder.Path, Settings);
            return postgres is null
                ? throw new StartProblemException(
                    $"No PostgreSQL for the tests (container: {noContainer}; local: {reason}); install PostgreSQL 14 or newer, or set PAYMENTS_TEST_DATABASE.")
                : new Local(folder, postgres, $"local PostgreSQL (no container: {noContainer})");
        }

        public override ValueTask DisposeAsync() => folder.DisposeAsync();
    }

    private sealed class Given(string connectionString) : TestServer("PAYMENTS_TEST_DATABASE", connectionString)
    {
        public override bool OutlivesTheRun => true;

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Container(PostgreSqlContainer container) : TestServer("container", container.GetConnectionString())
    {
        // The image the laptop stack falls back to.
        private const string Image = "postgres:17";

        public static async Task<(TestServer? Server, string Reason)> TryStart(TimeSpan limit)
        {
            try
            {
                using var timeout = new CancellationTokenSource(limit);
                // Testcontainers switches fsync off; what holds without it need not hold with it.
                var container = new PostgreSqlBuilder(Image)
                    .WithCommand("-c", "fsync=on", "-c", "full_page_writes=on", "-c", "synchronous_commit=on")
                    .WithCommand("-c", "max_connections=300", "-c", "shared_preload_libraries=pg_stat_statements", "-c", "pg_stat_statements.max=200000")
                    .Build();
                await container.StartAsync(timeout.Token);
                return (new Container(container), "");
            }
#pragma warning disable CA1031 // No engine, no image, no network to pull it: each has its own exception, and each means "no container here".
            catch (Exception unavailable)
#pragma warning restore CA1031
            {
                return (null, unavailable.Message.Split('\n')[0]);
            }
        }

        public override ValueTask DisposeAsync() => container.DisposeAsync();
    }
}
