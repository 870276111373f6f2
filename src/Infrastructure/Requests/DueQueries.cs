using Dapper;
using Npgsql;
using Payments.Domain.Common;
using Payments.Infrastructure.Reconciliation;

namespace Payments.Infrastructure.Requests;

/// <summary>Whose turn it is to be asked about. Every statement passes over what another worker holds (SKIP LOCKED).</summary>
internal static class DueQueries
{
    /// <summary>
    /// Takes what is due, the longest due first, and leases it: its next query is due again when the lease ends, if nobody says otherwise.
    /// </summary>
    /// <param name="withId">The most that can be asked about.</param>
    /// <param name="withoutId">The most that cannot: their rounds only watch the clock.</param>
    /// <param name="which">Narrows it; <c>@checkoutId</c> is there for attempts.</param>
    public static Task<IEnumerable<T>> ClaimDue<T>(
        NpgsqlConnection connection, RequestTable table, int withId, int withoutId, TimeSpan lease, string which = "true", CheckoutId? checkoutId = null) =>
        connection.QueryAsync<T>(
            $"""
            WITH with_id AS (
                SELECT id FROM {table.Name}
                WHERE next_question_at <= now() AND {table.QueryId} IS NOT NULL AND {which}
                ORDER BY next_question_at
                LIMIT @withId
                FOR NO KEY UPDATE SKIP LOCKED),
            without_id AS (
                SELECT id FROM {table.Name}
                WHERE next_question_at <= now() AND {table.QueryId} IS NULL AND {which}
                ORDER BY next_question_at
                LIMIT @withoutId
                FOR NO KEY UPDATE SKIP LOCKED)
            UPDATE {table.Name} t
            SET next_question_at = now() + @lease, questions = questions + 1, asked_at = now()
            FROM (SELECT id FROM with_id UNION ALL SELECT id FROM without_id) due
            WHERE t.id = due.id
            RETURNING {table.Claimed}
            """,
            new { withId, withoutId, lease, checkoutId });

    /// <summary>
    /// Has what a hint names asked about now. However many hints come, one request is asked about at most twice a minute because of them, and not
    /// beyond the day its schedule lasts. The query is given back, or strangers could use the schedule up in minutes.
    /// </summary>
    public static Task<int> BringForward(NpgsqlConnection connection, RequestTable table, IReadOnlyCollection<string> ids, int most) =>
        connection.ExecuteAsync(
            $"""
            UPDATE {table.Name} t
            SET next_question_at = now(), questions = greatest(questions - 1, 0)
            FROM (
                SELECT id FROM {table.Name}
                WHERE ({string.Join(" OR ", table.Ids.Select(column => $"{column} = ANY (@ids)"))}) AND next_question_at > now()
                  AND {table.SentAt} > now() - interval '1 day' AND coalesce(asked_at, {table.SentAt}) < now() - interval '30 seconds'
                ORDER BY id
                LIMIT @most
                FOR NO KEY UPDATE SKIP LOCKED) hinted
            WHERE t.id = hinted.id
            """,
            new { ids = ids.ToArray(), most });

    /// <summary>The query last claimed never reached Safaricom. Only for attempts: what is written of a transfer has its count.</summary>
    public static Task DiscountQuery(NpgsqlConnection connection, RequestTable table, AttemptId id) =>
        connection.ExecuteAsync($"UPDATE {table.Name} SET questions = greatest(questions - 1, 0) WHERE id = @id", new { id });

    /// <summary>Moves waits that began "later" than now: PostgreSQL's clock was set back (decision 0038). In one order, as everybody who locks several.</summary>
    public static Task<int> Heal(NpgsqlConnection connection, RequestTable table) => connection.ExecuteAsync(
        $"""
        UPDATE {table.Name} t
        SET next_question_at = now() + (t.next_question_at - coalesce(t.asked_at, t.{table.SentAt})), asked_at = least(t.asked_at, now())
        FROM (
            SELECT id FROM {table.Name}
            WHERE next_question_at > now() AND coalesce(asked_at, {table.SentAt}) > now() + {ClockStep.Slack}
            ORDER BY id
            FOR UPDATE) ahead
        WHERE t.id = ahead.id
        """);
}
