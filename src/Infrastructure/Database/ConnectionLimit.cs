using Npgsql;

namespace Payments.Infrastructure.Database;

/// <summary>How many connections PostgreSQL gives the service at once, and what says so.</summary>
/// <param name="Max">All of this role's or database's sessions together, other processes' included.</param>
/// <param name="Why">The beginning of a sentence: <c>Role payments</c>.</param>
internal sealed record ConnectionLimit(int Max, string Why)
{
    /// <summary>A database that does not answer by then is away: the process starts all the same.</summary>
    private const int PatienceSeconds = 2;

    /// <summary>Limits of roles and databases do not bind superusers; the reserved connections are theirs too, but for whoever has to help.</summary>
    private const string Sql =
        """
        SELECT most, why FROM (
            SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
                - coalesce(current_setting('reserved_connections', true)::int, 0) AS most, 'PostgreSQL''s max_connections' AS why
            UNION ALL
            SELECT rolconnlimit, 'Role ' || rolname FROM pg_roles WHERE rolname = session_user AND rolconnlimit >= 0 AND NOT rolsuper
            UNION ALL
            SELECT datconnlimit, 'Database ' || datname FROM pg_database
            WHERE datname = current_database() AND datconnlimit >= 0 AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = session_user)) limits
        ORDER BY most LIMIT 1
        """;

    /// <summary>Asks on an open connection.</summary>
    public static async Task<ConnectionLimit> Read(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new(reader.GetInt32(0), reader.GetString(1));
    }

    /// <summary>
    /// Asks on a connection of its own, for a pool's size must be known before the pool is there. Null when the database cannot be asked now.
    /// </summary>
    public static ConnectionLimit? TryRead(DatabaseSettings settings)
    {
        var once = new NpgsqlConnectionStringBuilder(settings.Connection.ConnectionString)
        {
            Pooling = false,
            Enlist = false,
            Timeout = PatienceSeconds,
            CommandTimeout = PatienceSeconds,
        };
        try
        {
            using var connection = new NpgsqlConnection(once.ConnectionString);
            connection.Open();
            using var command = new NpgsqlCommand(Sql, connection);
            using var reader = command.ExecuteReader();
            return reader.Read() ? new(reader.GetInt32(0), reader.GetString(1)) : null;
        }
        catch (Exception away) when (away is NpgsqlException or TimeoutException or InvalidOperationException or System.Net.Sockets.SocketException)
        {
            return null;
        }
    }
}
