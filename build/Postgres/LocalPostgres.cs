using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Payments.Build;

/// <summary>
/// A PostgreSQL of our own in a folder of our own: made when it does not exist, started on a loopback port, stopped
/// again. It runs as shipped (fsync on), so that what is measured or tested here holds elsewhere.
/// </summary>
internal sealed class LocalPostgres
{
    /// <summary>The user that owns the cluster; the database of the same name is made at the first start.</summary>
    private const string Name = "payments";

    // A crash may leave minutes of log to replay; a healthy start takes a tenth of a second.
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    // A fast stop writes one checkpoint. The stack promises to be gone 30 s after Ctrl-C, and this may be spent twice.
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(7);

    private readonly PostgresFolder folder;
    private readonly PostgresUser user;

    private LocalPostgres(PostgresFolder folder, PostgresBinaries binaries, PostgresUser user) =>
        (this.folder, Binaries, this.user) = (folder, binaries, user);

    /// <summary>The programs in use; pgbench stands beside them where it is installed.</summary>
    public PostgresBinaries Binaries { get; }

    /// <summary>Where the service connects to, as a superuser of the cluster.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>False once PostgreSQL ended, whoever ended it.</summary>
    public bool IsRunning => folder.RunningPid() is not null;

    /// <summary>
    /// Starts PostgreSQL on the data in <paramref name="path"/>, making it first if there is none. One that a killed
    /// run left behind on the same data is stopped before. Null and the reason when no PostgreSQL can be had.
    /// </summary>
    /// <param name="root">The clone, where a PostgreSQL downloaded from npm is kept.</param>
    /// <param name="path">The folder for data, log, password and port.</param>
    /// <param name="settings">Further settings in the form <c>name=value</c>, without spaces.</param>
    /// <param name="stop">Breaks off; nothing started is left running, data made so far is kept.</param>
    /// <exception cref="StartProblemException">The data cannot be used, or PostgreSQL does not start; one sentence.</exception>
    public static async Task<(LocalPostgres? Postgres, string Reason)> Start(
        string root, string path, IReadOnlyList<string>? settings = null, CancellationToken stop = default)
    {
        var folder = new PostgresFolder(Path.GetFullPath(path));
        var major = folder.ReadMajor();
        var (binaries, reason) = await PostgresBinaries.Find(root, major, stop);
        if (binaries is null)
        {
            return major is null ? (null, reason) : throw folder.Broken($"PostgreSQL {major} made it and is no longer installed");
        }

        var postgres = new LocalPostgres(folder, binaries, await PostgresUser.Choose());
        if (major is null)
        {
            await postgres.MakeData(stop);
        }
        else
        {
            await postgres.Stop();
        }

        if (folder.RunningPid() is null)
        {
            folder.ForgetPid();
        }

        try
        {
            await postgres.Run(settings ?? [], stop);
        }
        catch
        {
            await postgres.Stop();
            throw;
        }
        return (postgres, "");
    }

    /// <summary>Stops a PostgreSQL that a killed run left running on <paramref name="path"/>, whatever state its data is in.</summary>
    /// <param name="isThrownAway">Nobody opens the data again: it is not written out first.</param>
    public static async Task StopLeftover(string root, string path, bool isThrownAway = false)
    {
        var folder = new PostgresFolder(Path.GetFullPath(path));
        if (folder.RunningPid() is not { } pid)
        {
            return;
        }

        if (folder.TryReadMajor() is { } major && (await PostgresBinaries.Find(root, major, CancellationToken.None)).Binaries is { } binaries)
        {
            var leftover = new LocalPostgres(folder, binaries, await PostgresUser.Choose());
            await (isThrownAway ? leftover.PgCtl(["stop", "--mode=immediate"], StopLimit) : leftover.Stop());
        }
        else
        {
            Process.GetProcessById(pid).Kill(entireProcessTree: true);
        }
    }

    /// <summary>Stops PostgreSQL if it runs on this folder: open transactions are rolled back, nothing committed is lost.</summary>
    public async Task Stop()
    {
        if (folder.RunningPid() is not { } pid)
        {
            return;
        }

        var stopped = await PgCtl(["stop", "--mode=fast"], StopLimit);
        if (!stopped.Succeeded && folder.RunningPid() == pid)
        {
            await PgCtl(["stop", "--mode=immediate"], StopLimit);
        }
    }

    private async Task MakeData(CancellationToken stop)
    {
        folder.Prepare();
        await user.TakeFolder(folder.Path);
        // Made beside and moved into place: an interrupted initdb never leaves something that looks like data.
        var fresh = folder.Data + ".new";
        if (Directory.Exists(fresh))
        {
            Directory.Delete(fresh, recursive: true);
        }

        var made = await Command.Run(
            user.Line(Binaries["initdb"], "--pgdata", fresh, "--username", Name, "--pwfile", folder.PasswordFile, "--auth", "scram-sha-256",
                "--encoding", "UTF8", "--locale", "C"),
            StartLimit, stop: stop);
        if (!made.Succeeded)
        {
            throw new StartProblemException($"PostgreSQL's initdb failed in {folder.Path}: {made.Output.Split('\n')[^1].Trim()}.");
        }

        Directory.Move(fresh, folder.Data);
    }

    private async Task Run(IReadOnlyList<string> settings, CancellationToken stop)
    {
        var started = new Command.Result(-1, "");
        // A free port may be taken between our look and PostgreSQL's; three times in a row it is not.
        for (var attempt = 0; attempt < 3 && !started.Succeeded; attempt++)
        {
            var port = folder.ChoosePort();
            var options = string.Join(' ', Settings(port).Concat(settings).Select(setting => $"-c {setting}"));
            File.Delete(folder.Log);
            started = await PgCtl(["start", "--log", folder.Log, "--options", options], StartLimit, stop);
            ConnectionString = new NpgsqlConnectionStringBuilder
            {
                Host = "127.0.0.1",
                Port = port,
                Username = Name,
                Password = await File.ReadAllTextAsync(folder.PasswordFile, stop),
                Database = Name,
            }.ConnectionString;
            if (started.Succeeded || !File.Exists(folder.Log) || !(await File.ReadAllTextAsync(folder.Log, stop)).Contains("could not bind", StringComparison.Ordinal))
            {
                break;
            }

            folder.ForgetPort();
        }
        if (!started.Succeeded)
        {
            throw folder.Broken(folder.LastComplaint());
        }

        await MakeDatabase();
    }

    private IEnumerable<string> Settings(int port)
    {
        yield return $"port={port.ToString(CultureInfo.InvariantCulture)}";
        yield return "listen_addresses=127.0.0.1";
        // No socket file: a path under a deep home can be longer than a socket's name may be.
        yield return "unix_socket_directories=";
        // Tests start many services, each with a pool of its own.
        yield return "max_connections=300";
        if (Binaries.HasStatementStatistics)
        {
            yield return "shared_preload_libraries=pg_stat_statements";
        }
    }

    private async Task MakeDatabase()
    {
        var postgres = new NpgsqlConnectionStringBuilder(ConnectionString) { Database = "postgres", Pooling = false };
        try
        {
            await using var connection = new NpgsqlConnection(postgres.ConnectionString);
            await connection.OpenAsync();
            await using var exists = new NpgsqlCommand($"SELECT 1 FROM pg_database WHERE datname = '{Name}'", connection);
            if (await exists.ExecuteScalarAsync() is not null)
            {
                return;
            }

            await using var create = new NpgsqlCommand($"CREATE DATABASE {Name}", connection);
            await create.ExecuteNonQueryAsync();
        }
        catch (NpgsqlException refused)
        {
            throw folder.Broken(refused.Message);
        }
    }

    private Task<Command.Result> PgCtl(string[] what, TimeSpan limit, CancellationToken stop = default) =>
        Command.Run(
            user.Line([Binaries["pg_ctl"], .. what, "--pgdata", folder.Data, "--wait", "--timeout", limit.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)]),
            limit + TimeSpan.FromSeconds(1), stop: stop);
}
