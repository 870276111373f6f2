using Dapper;
using Npgsql;
using Payments.Application.Common;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Events;

/// <summary>One event of the feed.</summary>
/// <param name="Data">JSON; null only where the thing it told of is gone.</param>
internal sealed record FeedEvent(long Position, FeedEventId Id, string Type, Guid SubjectId, DateTimeOffset At, string? Data);

/// <summary>Whose events of which types are read.</summary>
/// <param name="Client">Null: everybody's.</param>
/// <param name="Types">Null: all types of these things.</param>
internal sealed record FeedFilter(string? Client, string[] Things, string[]? Types = null);

/// <summary>
/// The feed. Ids are drawn before their transaction commits, so reading by id would skip a slow one. Places are given out here, to
/// committed rows only and by one reader at a time: what is placed is complete up to there, for ever.
/// </summary>
internal sealed class EventFeed(Connections database, ITransactions transactions, IEnumerable<IEventSubject> subjects)
{
    /// <summary>The advisory lock that placers meet at.</summary>
    public const long PlacingLock = 7_203_114_906;

    /// <summary>One read places at most this many: the first reader after a busy night does not wait for all of them.</summary>
    private const int MaxPlaced = 10_000;

    /// <summary>Ours end within half a minute.</summary>
    private static readonly TimeSpan LongestTransaction = TimeSpan.FromMinutes(1);

    private sealed record Row(long Id, long? Nonce, long Position, string Type, Guid SubjectId, DateTimeOffset At, string? Data)
    {
        /// <summary>Written before events told the whole of a thing, or erased.</summary>
        public bool IsAsNow => Nonce is null || Data is null;
    }

    /// <summary>Gives places to what is committed and has none; answers how many.</summary>
    public Task<int> Place(CancellationToken cancellation) => transactions.Run(_ => Place(), cancellation);

    /// <summary>The last place of all that is readable now, and the last that was ever given out.</summary>
    public static Task<(long End, long Given)> End(NpgsqlConnection connection) => connection.QuerySingleAsync<(long, long)>(
        """
        SELECT coalesce((SELECT max(position) FROM events), 0), CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM event_positions
        """);

    /// <summary>The place of an event; null where there is none of this id, or where it has no place yet.</summary>
    public static Task<long?> PlaceOf(NpgsqlConnection connection, FeedEventId id) => connection.QuerySingleOrDefaultAsync<long?>(
        "SELECT position FROM events WHERE id = @Row AND coalesce(nonce, 0) = @Nonce", new { id.Row, id.Nonce });

    /// <summary>
    /// The place up to which one reading may look for few among many: after so many rows, whoever's, or <paramref name="end"/>. Rows, not places: a restore
    /// leaves a thousand million out.
    /// </summary>
    public static async Task<long> Window(NpgsqlConnection connection, long after, long end, int rows) => await connection.QuerySingleAsync<long?>(
        "SELECT max(position) FROM (SELECT position FROM events WHERE position > @after AND position <= @end ORDER BY position LIMIT @rows) window_rows",
        new { after, end, rows }) ?? end;

    /// <summary>
    /// A place before everything that happened at this time or later, and not long before it. Rows are numbered in the order of their transactions, roughly:
    /// the number is found by halving, with a margin longer than any transaction, and the lowest place of those behind it counts.
    /// </summary>
    public static async Task<long> PlaceBefore(NpgsqlConnection connection, DateTimeOffset since)
    {
        var (low, high) = await connection.QuerySingleAsync<(long, long)>("SELECT coalesce(min(id), 0), coalesce(max(id), 0) + 1 FROM events");
        var wanted = (since - LongestTransaction).UtcDateTime;
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            var at = await connection.QueryFirstOrDefaultAsync<DateTimeOffset?>("SELECT at FROM events WHERE id >= @middle ORDER BY id LIMIT 1", new { middle });
            (low, high) = at is { } there && there.UtcDateTime < wanted ? (middle + 1, high) : (low, middle);
        }

        return await connection.QuerySingleAsync<long>(
            """
            SELECT coalesce((SELECT min(position) FROM (SELECT position FROM events WHERE id >= @low ORDER BY id LIMIT 10000) behind), (SELECT max(position) + 1 FROM events), 1) - 1
            """,
            new { low });
    }

    /// <summary>Events after a place up to another, in the feed's order.</summary>
    public Task<IReadOnlyList<FeedEvent>> Read(NpgsqlConnection connection, FeedFilter filter, long after, long end, int limit) => Read(
        connection,
        """
        position > @after AND position <= @end AND (@Client::text IS NULL OR client = @Client)
          AND split_part(type, '.', 1) = ANY (@Things) AND (@Types::text[] IS NULL OR type = ANY (@Types))
        ORDER BY position
        LIMIT @limit
        """,
        new { after, end, filter.Client, filter.Things, Types = Stored(filter.Types), limit });

    /// <summary>These events, in the feed's order.</summary>
    public Task<IReadOnlyList<FeedEvent>> Read(NpgsqlConnection connection, IReadOnlyCollection<long> positions) => Read(
        connection, "position = ANY (@positions) ORDER BY position", new { positions = positions.ToArray() });

    /// <summary>The names they may be stored under: a version before wrote one of them otherwise.</summary>
    private static string[]? Stored(string[]? types) => types is not null && types.Contains(CheckoutEvents.PartiallyPaid) ? [.. types, "checkout.partly_paid"] : types;

    private async Task<IReadOnlyList<FeedEvent>> Read(NpgsqlConnection connection, string which, object parameters)
    {
        // A process of an earlier version writes the other name.
        var rows = (await connection.QueryAsync<Row>(
            $"""
            SELECT id, nonce, position, CASE type WHEN 'checkout.partly_paid' THEN 'checkout.partially_paid' ELSE type END AS type, subject_id, at, data
            FROM events WHERE {which}
            """,
            parameters)).AsList();
        var now = await ShowNow(connection, rows.FindAll(row => row.IsAsNow));
        return rows.ConvertAll(row => new FeedEvent(
            row.Position, FeedEventId.Of(row.Id, row.Nonce ?? 0), row.Type, row.SubjectId, row.At,
            row.IsAsNow && now.TryGetValue(row.SubjectId, out var view) ? EventStore.Data(view) : row.Data));
    }

    private async Task<Dictionary<Guid, object>> ShowNow(NpgsqlConnection connection, List<Row> rows)
    {
        var shown = new Dictionary<Guid, object>();
        foreach (var subject in rows.Count == 0 ? [] : subjects)
        {
            var ids = rows.Where(row => row.Type.StartsWith(subject.TypePrefix, StringComparison.Ordinal)).Select(row => row.SubjectId).Distinct().ToList();
            foreach (var (id, view) in ids.Count == 0 ? new Dictionary<Guid, object>() : await subject.Show(connection, ids))
            {
                shown[id] = view;
            }
        }

        return shown;
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
