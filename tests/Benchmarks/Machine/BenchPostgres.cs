using System.Globalization;
using Npgsql;
using Payments.Build;

namespace Payments.Benchmarks;

/// <summary>
/// A PostgreSQL for one run, as it comes out of the box (fsync on) but for two settings: statements are counted and commits are dated, so
/// that what is measured can be told apart afterwards. Both cost every contestant the same.
/// </summary>
internal sealed class BenchPostgres : IAsyncDisposable
{
    private readonly LocalPostgres postgres;
    private readonly string folder;
    private readonly FileStream only;

    private BenchPostgres(LocalPostgres postgres, string folder, FileStream only) => (this.postgres, this.folder, this.only) = (postgres, folder, only);

    /// <summary>The folder with pgbench, where it is installed.</summary>
    public string Binaries => postgres.Binaries.Folder;

    /// <summary>The server's major version.</summary>
    public int Major => postgres.Binaries.Major;

    /// <summary>The server's first process; all others are its children.</summary>
    public int ProcessId => int.Parse(File.ReadLines(Path.Combine(folder, "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    /// <summary>Starts one; what a killed run left is thrown away first.</summary>
    public static async Task<BenchPostgres> Start(string root, CancellationToken stop)
    {
        var local = RepositoryRoot.Local(root);
        Directory.CreateDirectory(local);
        var only = Lock(Path.Combine(local, "bench.lock"));
        var folder = Path.Combine(local, "bench");
        await LocalPostgres.StopLeftover(root, folder);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        var (postgres, reason) = await LocalPostgres.Start(root, folder, ["track_commit_timestamp=on"], stop);
        return postgres is null
            ? throw new BenchProblemException($"No PostgreSQL for the benchmarks: {reason}. Install PostgreSQL 14 or newer.")
            : new(postgres, folder, only);
    }

    /// <summary>Makes a database and answers its connection string.</summary>
    public async Task<string> CreateDatabase(string name)
    {
        await Execute(postgres.ConnectionString, $"CREATE DATABASE {name}");
        var database = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = name }.ConnectionString;
        if (postgres.Binaries.HasStatementStatistics)
        {
            await Execute(database, "CREATE EXTENSION pg_stat_statements");
        }

        return database;
    }

    /// <summary>Starts a round clean: no contestant pays for the pages another one left dirty.</summary>
    public Task Checkpoint() => Execute(postgres.ConnectionString, "CHECKPOINT");

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await postgres.Stop();
        Directory.Delete(folder, recursive: true);
        await only.DisposeAsync();
    }

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new BenchProblemException("Another benchmark is running in this clone.");
        }
    }

    private static async Task Execute(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }
}
