using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Payments.Build;

/// <summary>PostgreSQL in a container, for machines with Docker and neither PostgreSQL nor npm. Its data stays in our folder.</summary>
internal sealed class DockerPostgres(string path)
{
    private const string Image = "postgres:17";
    private const string User = "payments";

    // Pulling the image over an ordinary line; the container itself is there in seconds.
    private static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(14);

    private readonly PostgresFolder folder = new(Path.GetFullPath(path));

    /// <summary>The container's name: one per folder, so that the next start finds what a killed stack left.</summary>
    public string Name { get; } = "payments-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(path))))[..8];

    /// <summary>Whether earlier runs stored their data by way of a container.</summary>
    public bool HasData => Directory.Exists(Data);

    private string Data => Path.Combine(folder.Path, "container");

    /// <summary>Starts the container and returns the connection string.</summary>
    public async Task<string> Start(CancellationToken stop)
    {
        await Remove();
        if (!HasData)
        {
            folder.Prepare();
        }

        Directory.CreateDirectory(Data);
        var port = folder.ChoosePort();
        var password = await File.ReadAllTextAsync(folder.PasswordFile, stop);
        string[] line =
        [
            "docker", "run", "--detach", "--rm", "--name", Name, .. await AsUs(), "--publish", $"127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}:5432",
            "--volume", $"{Data}:/var/lib/postgresql/data", "--env", $"POSTGRES_USER={User}", "--env", "POSTGRES_PASSWORD",
            Image, "-c", "max_connections=300", "-c", "shared_preload_libraries=pg_stat_statements",
        ];
        // The password goes by environment: a command line can be read by everybody on the machine.
        var run = await Command.Run(line, RunLimit, environment: new Dictionary<string, string> { ["POSTGRES_PASSWORD"] = password }, stop: stop);
        if (!run.Succeeded)
        {
            if (!Directory.EnumerateFileSystemEntries(Data).Any())
            {
                Directory.Delete(Data);
            }

            throw new StartProblemException(
                $"No PostgreSQL to be had (Docker: {run.Output.Split('\n')[0].Trim().TrimEnd('.')}); install PostgreSQL 14 or newer, npm or Docker, "
                + "or give --database a connection string.");
        }
        var settings = new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = port, Username = User, Password = password, Database = User };
        await WaitUntilReady(settings.ConnectionString, stop);
        return settings.ConnectionString;
    }

    /// <summary>Stops the container; Docker removes it.</summary>
    public async Task Stop() => await Command.Run(["docker", "stop", "-t", "10", Name], StopLimit);

    /// <summary>Ends a container that uses the folder, before the folder is thrown away.</summary>
    public async Task Discard()
    {
        if (HasData)
        {
            await Remove();
        }
    }

    private async Task Remove() => await Command.Run(["docker", "rm", "--force", Name], StopLimit);

    /// <summary>The container's PostgreSQL as the developer's own user, so that --fresh can remove what it wrote.</summary>
    private static async Task<string[]> AsUs()
    {
        if (Environment.IsPrivilegedProcess)
        {
            return [];
        }

        var limit = TimeSpan.FromSeconds(5);
        return ["--user", $"{(await Command.Run(["id", "-u"], limit)).Output}:{(await Command.Run(["id", "-g"], limit)).Output}"];
    }

    private async Task WaitUntilReady(string connectionString, CancellationToken stop)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
        timeout.CancelAfter(StartLimit);
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
                await connection.OpenAsync(timeout.Token);
                return;
            }
            catch (Exception notYet) when (notYet is NpgsqlException or OperationCanceledException)
            {
                stop.ThrowIfCancellationRequested();
                if (timeout.IsCancellationRequested)
                {
                    throw new StartProblemException($"PostgreSQL in the container {Name} did not answer within {StartLimit.TotalSeconds:0} s; see: docker logs {Name}.");
                }

                await Task.Delay(100, stop);
            }
        }
    }
}
