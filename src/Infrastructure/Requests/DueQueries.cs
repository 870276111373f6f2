using Dapper;
using Npgsql;

namespace Payments.Infrastructure.Requests;

/// <summary>Where requests of one kind are kept, as far as the tables differ.</summary>
/// <param name="Name">The table.</param>
/// <param name="QueryId">The column Safaricom is asked by; null in it where there is no id to ask by yet (R11).</param>
/// <param name="Ids">The columns of all Safaricom's ids that a hint may name.</param>
/// <param name="SentAt">The column of when it was sent.</param>
/// <param name="Claimed">What whoever claims a row of it is handed.</param>
internal sealed record RequestTable(string Name, string QueryId, string[] Ids, string SentAt, string Claimed)
{
    public static readonly RequestTable Attempts = new(
        "attempts", "request_id", ["request_id"], "started_at", "t.id, t.checkout_id, t.request_id, t.questions, t.trace_parent");

    public static readonly RequestTable Payouts = OfTransfers("payouts", "true");

    /// <summary>A reversal is not what the payout shortcode sent.</summary>
    public static readonly RequestTable Refunds = OfTransfers("refunds", "t.method = 'b2c'");

    private static RequestTable OfTransfers(string name, string ofPayouts) => new(
        name, "originator_id", ["originator_id", "conversation_id"], "sending_at", $"t.id, {ofPayouts} AS of_payouts, t.originator_id, t.questions, t.trace_parent");
}

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
        NpgsqlConnection connection, RequestTable table, int withId, int withoutId, TimeSpan lease, string which = "true", Guid? checkoutId = null) =>
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
    public static Task DiscountQuery(NpgsqlConnection connection, RequestTable table, Guid id) =>
        connection.ExecuteAsync($"UPDATE {table.Name} SET questions = greatest(questions - 1, 0) WHERE id = @id", new { id });
}
