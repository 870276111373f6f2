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
        var main = int.Parse(File.ReadLines(Path.Combine(path, "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture);
        var all = Children(main).Prepend(main).ToList();
        all.ForEach(Signal.Kill);

        // Their memory is shared: the next start waits for the last of them.
        for (var tries = 0; tries < 100 && all.Any(IsAlive); tries++)
        {
            await Task.Delay(50);
        }
    }

    /// <summary>Starts it again on the same data and port.</summary>
    public async Task Restart(CancellationToken stop, params string[] settings)
    {
        var (again, reason) = await LocalPostgres.Start(RepositoryRoot.Find(), path, settings, stop);
        postgres = again ?? throw new StartProblemException(reason);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await postgres.Stop();
    }

    private static IEnumerable<int> Children(int parent)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) && ParentOf(pid) == parent)
            {
                yield return pid;
            }
        }
    }

    private static bool IsAlive(int pid) => State(pid) is { } state && state[0] != 'Z';

    private static int ParentOf(int pid) => State(pid) is { } state ? int.Parse(state.Split(' ')[1], CultureInfo.InvariantCulture) : -1;

    /// <summary>From <c>/proc/PID/stat</c>: the state's letter, the parent, and so on, behind the name in parentheses.</summary>
    private static string? State(int pid)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            return stat[(stat.LastIndexOf(')') + 2)..];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
