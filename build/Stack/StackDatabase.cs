using Npgsql;

namespace Payments.Build;

/// <summary>The stack's database: given, installed, downloaded or in a container.</summary>
/// <param name="ConnectionString">What the API connects with.</param>
/// <param name="Description">What it is, for the console.</param>
/// <param name="Stop">Stops what was started; nothing for a given database.</param>
/// <param name="IsRunning">Whether what was started still runs.</param>
internal sealed record StackDatabase(string ConnectionString, string Description, Func<Task> Stop, Func<bool> IsRunning)
{
    /// <summary>The given database, else a PostgreSQL of our own on the data in <paramref name="path"/>.</summary>
    public static async Task<StackDatabase> Start(string root, string path, string? given, CancellationToken stop)
    {
        if (given is not null)
        {
            await Check(given, stop);
            return new StackDatabase(given, "the given database", () => Task.CompletedTask, () => true);
        }
        var docker = new DockerPostgres(path);
        var (postgres, reason) = docker.HasData ? (null, "its data is in a container's folder") : await LocalPostgres.Start(root, path, stop: stop);
        if (postgres is not null)
        {
            return new StackDatabase(
                postgres.ConnectionString, $"PostgreSQL {postgres.Binaries.Major} from {postgres.Binaries.Folder}", postgres.Stop, () => postgres.IsRunning);
        }

        Console.WriteLine($"stack | no PostgreSQL on this machine ({reason}), trying Docker");
        var connectionString = await docker.Start(stop);
        return new StackDatabase(connectionString, $"PostgreSQL in the container {docker.Name}", docker.Stop, () => true);
    }

    private static async Task Check(string given, CancellationToken stop)
    {
        try
        {
            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(given) { Pooling = false }.ConnectionString);
            await connection.OpenAsync(stop);
            if (connection.PostgreSqlVersion.Major < PostgresBinaries.OldestMajor)
            {
                throw new StartProblemException(
                    $"The database given with --database is PostgreSQL {connection.PostgreSqlVersion}; {PostgresBinaries.OldestMajor} or newer is needed.");
            }
        }
        catch (Exception refused) when (refused is NpgsqlException or ArgumentException or FormatException)
        {
            throw new StartProblemException($"The database given with --database cannot be used: {refused.Message.ReplaceLineEndings(" ").TrimEnd('.')}.");
        }
    }
}
