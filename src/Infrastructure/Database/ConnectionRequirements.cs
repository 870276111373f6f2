using System.Globalization;
using Npgsql;
using Payments.Infrastructure.Hosting;

namespace Payments.Infrastructure.Database;

/// <summary>Enough connections for what the process does, and enough descriptors for the connections.</summary>
internal static class ConnectionRequirements
{
    private const string Name = "database.connections";

    /// <summary>What a process has open beside its connections to PostgreSQL when it is busy: requests, Daraja, the spool, its own files.</summary>
    private const int OtherDescriptors = 512;

    /// <summary>A server that is there answers a connect in milliseconds; a pooler whose pool is used up lets it wait.</summary>
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(5);

    /// <summary>What is allowed, against what is needed.</summary>
    public static async Task<IReadOnlyList<Requirement>> Check(
        NpgsqlConnection connection, DatabaseSettings settings, Roles roles, CancellationToken cancellation)
    {
        var (limit, least) = (await ConnectionLimit.Read(connection, cancellation), ConnectionBudget.Min(roles));
        return
        [
            limit.Max >= least
                ? new(Name, RequirementState.Met, Invariant($"{limit.Why} gives {limit.Max} connections; this process opens {settings.Connection.MaxPoolSize} at most."))
                : new(Name, RequirementState.Waiting, Invariant($"{limit.Why} gives {limit.Max} connections, and this process needs {least}: raise it.")),
            Descriptors(settings),
        ];
    }

    /// <summary>As many connections as are needed, at once: what no setting of PostgreSQL's tells, a pooler's pool above all.</summary>
    public static async Task<Requirement> Open(Connections database, Roles roles, CancellationToken cancellation)
    {
        var least = ConnectionBudget.Min(roles);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(OpenTimeout);
        var opened = await database.Open(least, limit.Token);
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

    private static Requirement Descriptors(DatabaseSettings settings)
    {
        const string What = "process.descriptors";
        var (most, needed) = (DescriptorLimit.Read(), settings.Connection.MaxPoolSize + OtherDescriptors);
        return most is not { } known ? new(What, RequirementState.Met, "This system tells no limit.")
            : known >= needed ? new(What, RequirementState.Met, Invariant($"{known} files and sockets may be open."))
            : new(What, RequirementState.Refused, Invariant(
                $"This process may have {known} files and sockets open and needs {needed}: raise it (ulimit -n, LimitNOFILE= of systemd, ulimits of a container)."));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
