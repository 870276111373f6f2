using System.Globalization;
using System.Text.Json.Nodes;
using Dapper;
using Payments.Application.Common;
using Payments.Application.Events;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Events;

/// <summary>
/// The feed. Ids are drawn before their transaction commits, so reading by id would skip a slow one. Places are given out here, to
/// committed rows only and by one reader at a time: what is placed is complete up to there, for ever.
/// </summary>
internal sealed class EventRepository(Connections database, ITransactions transactions) : IEvents
{
    /// <summary>The advisory lock that placers meet at.</summary>
    public const long PlacingLock = 7_203_114_906;

    /// <summary>One read places at most this many: the first reader after a busy night does not wait for all of them.</summary>
    private const int MaxPlaced = 10_000;

    private sealed record Row(long Position, string Type, DateTimeOffset At, string Data);

    public async Task<FeedRead> Read(string? client, bool withPayouts, long after, int limit, CancellationToken cancellation)
    {
        await transactions.Run(_ => Place(), cancellation);
        await using var connection = await database.OpenConnectionAsync(cancellation);

        // The end first: what is placed after this look has a place beyond it.
        var (end, given) = await connection.QuerySingleAsync<(long End, long Given)>(
            """
            SELECT coalesce((SELECT max(position) FROM events), 0), CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM event_positions
            """);

        // A process of an earlier version writes the other name.
        var rows = await connection.QueryAsync<Row>(
            """
            SELECT position, CASE type WHEN 'checkout.partly_paid' THEN 'checkout.partially_paid' ELSE type END AS type, at, data FROM events
            WHERE position > @after AND position <= @end AND (@client::text IS NULL OR client = @client)
              AND (@withPayouts OR type LIKE 'checkout.%')
            ORDER BY position
            LIMIT @limit
            """,
            new { after, end, client, withPayouts, limit });
        return new(
            [.. rows.Select(row => new EventView(row.Position.ToString(CultureInfo.InvariantCulture), row.Type, row.At, JsonNode.Parse(row.Data)))], end, given);
    }

    private async Task<int> Place()
    {
        await using var connection = await database.OpenConnectionAsync();
        if (!await connection.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM events WHERE position IS NULL)"))
        {
            return 0;
        }

        // The lock first, in a statement of its own: the UPDATE's snapshot must be younger than the last placer's commit.
        await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(@PlacingLock)", new { PlacingLock });
        return await connection.ExecuteAsync(
            """
            UPDATE events e SET position = placed.position
            FROM (
                SELECT id, nextval('event_positions') AS position
                FROM (SELECT id FROM events WHERE position IS NULL ORDER BY id LIMIT @MaxPlaced) unplaced) placed
            WHERE e.id = placed.id
            """,
            new { MaxPlaced });
    }
}
