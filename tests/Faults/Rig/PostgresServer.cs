using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Payments.Build;

namespace Payments.Tests.Faults;

/// <summary>A PostgreSQL of one scenario's own, which may be killed; real, durable, in the scenario's folder.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private readonly string path;
    private LocalPostgres postgres;

    private PostgresServer(string path, LocalPostgres postgres) => (this.path, this.postgres) = (path, postgres);

    /// <summary>Reaches the database <c>payments</c>.</summary>
    public string ConnectionString => postgres.ConnectionString;

    public int Port => new NpgsqlConnectionStringBuilder(ConnectionString).Port;

    public static async Task<PostgresServer> Start(string path, CancellationToken stop, params string[] settings)
    {
        var (postgres, reason) = await LocalPostgres.Start(RepositoryRoot.Find(), path, settings, stop);
        return new(path, postgres ?? throw new StartProblemException($"No PostgreSQL for the rig: {reason}."));
    }

    /// <summary>kill -9 of the server and of every process it made.</summary>
    public async Task Kill()
    {
        Signal.Kill(int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First(), CultureInfo.InvariantCulture));

        // Their memory is shared: the next start waits for the last of them, one that was made at this very moment included.
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(30); await Task.Delay(50))
        {
            var left = Processes().ToList();
            if (left.Count == 0)
            {
                return;
            }

            left.ForEach(Signal.Kill);
        }
    }

    /// <summary>Starts it again on the same data and port.</summary>
    public async Task Restart(CancellationToken stop, params string[] settings)
    {
        var (again, reason) = await LocalPostgres.Start(RepositoryRoot.Find(), path, settings, stop);
        postgres = again ?? throw new StartProblemException(reason);
    }

    /// <summary>A backup, as a snapshot of its disk would be; it is down for a moment.</summary>
    public async Task BackUp(CancellationToken stop)
    {
        await Kill();
        await Copy(Data, Backup, stop);
        await Restart(stop);
    }

    /// <summary>Back to the backup: everything written since is gone.</summary>
    public async Task Restore(CancellationToken stop)
    {
        await Kill();
        Directory.Delete(Data, recursive: true);
        await Copy(Backup, Data, stop);
        NpgsqlConnection.ClearAllPools();
        await Restart(stop);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await postgres.Stop();
    }

    private string Data => Path.Combine(path, "data");

    private string Backup => Path.Combine(path, "backup");

    /// <summary>Owner and rights as they are: PostgreSQL looks at them.</summary>
    private static async Task Copy(string from, string to, CancellationToken stop)
    {
        var copied = await Command.Run(["cp", "-a", from, to], TimeSpan.FromMinutes(2), stop: stop);
        if (!copied.Succeeded)
        {
            throw new StartProblemException($"PostgreSQL's folder could not be copied: {copied.Output}");
        }
    }

    /// <summary>All of its processes work in its data folder.</summary>
    private IEnumerable<int> Processes()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            // Null once it is a zombie, or gone.
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) && WorksIn(folder) == Data)
            {
                yield return pid;
            }
        }
    }

    private static string? WorksIn(string process)
    {
        try
        {
            return new FileInfo(Path.Combine(process, "cwd")).LinkTarget;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
