using System.Globalization;
using Npgsql;

namespace Payments.Infrastructure;

/// <summary>Enough connections for what the process does, and enough descriptors for the connections.</summary>
internal static class ConnectionRequirements
{
    private const string Name = "database.connections";

    /// <summary>What a process has open beside its connections to PostgreSQL when it is busy: requests, Daraja, the spool, its own files.</summary>
    private const int OtherDescriptors = 512;

    /// <summary>A server that is there answers a connect in milliseconds; a pooler whose pool is used up lets it wait.</summary>
    private static readonly TimeSpan OpenPatience = TimeSpan.FromSeconds(5);

    /// <summary>What is allowed, against what is needed.</summary>
    public static async Task<IReadOnlyList<Requirement>> Check(
        NpgsqlConnection connection, DatabaseSettings settings, Roles roles, CancellationToken cancellation)
    {
        var (limit, least) = (await ConnectionLimit.Read(connection, cancellation), DatabaseSettings.LeastPoolSize(roles));
        return
        [
            limit.Most >= least
                ? new(Name, RequirementState.Met, Invariant($"{limit.Why} gives {limit.Most} connections; this process opens {settings.Connection.MaxPoolSize} at most."))
                : new(Name, RequirementState.Waiting, Invariant($"{limit.Why} gives {limit.Most} connections, and this process needs {least}: raise it.")),
            Descriptors(settings),
        ];
    }

    /// <summary>As many connections as are needed, at once: what no setting of PostgreSQL's tells, a pooler's pool above all.</summary>
    public static async Task<Requirement> Open(NpgsqlDataSource database, Roles roles, CancellationToken cancellation)
    {
        var least = DatabaseSettings.LeastPoolSize(roles);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(OpenPatience);
        var opening = Enumerable.Range(0, least).Select(_ => TryOpen(database, limit.Token)).ToList();
        var opened = await Task.WhenAll(opening);
        foreach (var connection in opened.OfType<NpgsqlConnection>())
        {
            await connection.DisposeAsync();
        }

        cancellation.ThrowIfCancellationRequested();
        var had = opened.Count(connection => connection is not null);
        return had == least
            ? new("database.open", RequirementState.Met, Invariant($"{least} connections can be open at once."))
            : new("database.open", RequirementState.Noticed, Invariant(
                $"Only {had} of the {least} connections this process needs could be had: others hold them, or a pooler's pool is too small (PgBouncer: default_pool_size)."));
    }

    private static async Task<NpgsqlConnection?> TryOpen(NpgsqlDataSource database, CancellationToken cancellation)
    {
        try
        {
            return await database.OpenConnectionAsync(cancellation);
        }
        catch (Exception none) when (none is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            return null;
        }
    }

    private static Requirement Descriptors(DatabaseSettings settings)
    {
        const string What = "process.descriptors";
        var (most, needed) = (DescriptorLimit(), settings.Connection.MaxPoolSize + OtherDescriptors);
        return most is not { } known ? new(What, RequirementState.Met, "This system tells no limit.")
            : known >= needed ? new(What, RequirementState.Met, Invariant($"{known} files and sockets may be open."))
            : new(What, RequirementState.Refused, Invariant(
                $"This process may have {known} files and sockets open and needs {needed}: raise it (ulimit -n, LimitNOFILE= of systemd, ulimits of a container)."));
    }

    /// <summary>The soft limit, which .NET has raised to the hard one when it began.</summary>
    private static long? DescriptorLimit()
    {
        try
        {
            var line = File.ReadLines("/proc/self/limits").FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal));
            return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, var soft, ..] && long.TryParse(soft, CultureInfo.InvariantCulture, out var limit) ? limit : null;
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
