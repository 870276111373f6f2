using Npgsql;
using NpgsqlTypes;
using Payments.Application.Callbacks;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Jobs;

namespace Payments.Infrastructure.Inbox;

/// <summary>The one INSERT of the inbox, for what has just come and for what waited in the spool: each callback is there once, whatever happened before.</summary>
internal sealed class InboxStore(Connections database, IJobs jobs, InboxNotifier bell)
{
    /// <summary>
    /// Without a time of its own a row came now. What the spool says is for operators: never in the future nor before there was a spool, whatever that
    /// process's clock said. A row that is there already stays as it is.
    /// </summary>
    private static readonly string Sql =
        $"""
        INSERT INTO callbacks ({InboxColumns.Names}, received_at)
        SELECT {InboxColumns.Names},
            CASE WHEN received_at > now() - interval '1 year' THEN least(received_at, now()) ELSE now() END
        FROM unnest({InboxColumns.Placeholders}, ${InboxColumns.Count + 1}) AS u ({InboxColumns.Names}, received_at)
        ON CONFLICT (id) DO NOTHING
        """;

    /// <summary>Stores callbacks and the job that drains them in one commit. Dies before it: nothing happened. Dies after it: both are there.</summary>
    /// <param name="receivedAt">When each came, in UTC; empty: now.</param>
    public async Task Store(IReadOnlyList<IncomingCallback> callbacks, DateTimeOffset[] receivedAt)
    {
        using var scope = Connections.Begin(TimeSpan.FromSeconds(30));
        if (await Insert(callbacks, receivedAt) > 0)
        {
            jobs.Drain(callbacks.Count);
        }

        scope.Complete();
    }

    /// <summary>Stores callbacks alone; answers how many were not there yet.</summary>
    public async Task<int> Insert(IReadOnlyList<IncomingCallback> callbacks, DateTimeOffset[] receivedAt)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(Sql, connection);
        InboxColumns.Bind(command, callbacks);

        // unnest fills a shorter array up with nulls.
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, TypedValue = receivedAt });
        var added = await command.ExecuteNonQueryAsync();
        await bell.Notify(connection);
        return added;
    }

    /// <summary>True when it is the row that is wrong (data exception, constraint, a text that cannot be written as UTF-8), not the database.</summary>
    public static bool IsRefused(Exception failure) =>
        failure is PostgresException { SqlState: ['2', '2' or '3', ..] } or ArgumentException or InvalidCastException;
}
