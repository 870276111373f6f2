using Dapper;
using Payments.Application;
using Payments.Domain;

namespace Payments.Infrastructure;

/// <summary>Payouts and refunds as money on its way out: loading them to change, finding what is due, finding what lost its job.</summary>
internal sealed partial class TransferRepository(Connections database, IJobs jobs) : ITransfers
{
    /// <summary>The filter both lists share, after the table's own part.</summary>
    public const string Filter =
        """
        (@client::text IS NULL OR client = @client)
          AND (@status::text IS NULL OR (status = @status AND (sending_at IS NULL) = (@isCancelled OR @status = 'queued')))
          AND (@from::timestamptz IS NULL OR created_at >= @from)
          AND (@to::timestamptz IS NULL OR created_at < @to)
          AND (@afterAt::timestamptz IS NULL OR (created_at, id) < (@afterAt, @afterId))
        ORDER BY created_at DESC, id DESC
        LIMIT @limit
        """;

    private static readonly (string Table, string Prefix)[] Tables = [("payouts", PublicId.Payout), ("refunds", PublicId.Refund)];

    /// <summary>The parameters of <see cref="Filter"/>.</summary>
    public static object Parameters(TransferFilter filter) => new
    {
        client = filter.Client,
        reference = filter.Reference,
        status = filter.IsCancelled ? "failed" : filter.Status is { } status ? Wire.Name(status) : null,
        isCancelled = filter.IsCancelled,
        from = filter.From?.ToUniversalTime(),
        to = filter.To?.ToUniversalTime(),
        afterAt = filter.After?.At,
        afterId = filter.After?.Id,
        limit = filter.Limit,
    };

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Transfer>> LoadForChange(IReadOnlyCollection<Guid> ids)
    {
        var sorted = ids.Distinct().Order().ToArray();
        await using var connection = await database.OpenConnectionAsync();

        // The checkout's lock is what refunds are reserved under: whoever changes one holds it.
        var checkouts = await connection.QueryAsync<Guid>(
            """
            SELECT id FROM checkouts
            WHERE id IN (SELECT checkout_id FROM refunds WHERE id = ANY (@sorted))
            ORDER BY id
            FOR NO KEY UPDATE
            """,
            new { sorted });
        LockOrder.Took(LockStep.Checkouts, checkouts);
        var payouts = (await connection.QueryAsync<PayoutRow>(
            $"SELECT {PayoutRow.Columns} FROM payouts WHERE id = ANY (@sorted) ORDER BY id FOR NO KEY UPDATE", new { sorted })).AsList();
        LockOrder.Took(LockStep.Payouts, payouts.Select(row => row.Id));
        var refunds = (await connection.QueryAsync<RefundRow>(
            $"SELECT {RefundRow.Columns} FROM refunds WHERE id = ANY (@sorted) ORDER BY id FOR NO KEY UPDATE", new { sorted })).AsList();
        LockOrder.Took(LockStep.Refunds, refunds.Select(row => row.Id));
        return [.. payouts.Select(row => row.ToDomain()), .. refunds.Select(row => row.ToDomain())];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Guid>> CheckoutsOf(IReadOnlyCollection<Guid> ids)
    {
        await using var connection = await database.OpenConnectionAsync();
        var found = await connection.QueryAsync<Guid>(
            "SELECT DISTINCT checkout_id FROM refunds WHERE id = ANY (@ids) AND checkout_id IS NOT NULL", new { ids = ids.ToArray() });
        return [.. found];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DueTransfer>> TakeDue(int askable, int others, TimeSpan lease)
    {
        await using var connection = await database.OpenConnectionAsync();
        var due = new List<DueTransfer>();
        foreach (var (table, _) in Tables)
        {
            var ofPayouts = table == "payouts" ? "true" : "t.method = 'b2c'";
            due.AddRange(await connection.QueryAsync<DueTransfer>(
                $"""
                WITH askable AS (
                    SELECT id FROM {table}
                    WHERE next_question_at <= now() AND originator_id IS NOT NULL
                    ORDER BY next_question_at
                    LIMIT @left
                    FOR UPDATE SKIP LOCKED),
                others AS (
                    SELECT id FROM {table}
                    WHERE next_question_at <= now() AND originator_id IS NULL
                    ORDER BY next_question_at
                    LIMIT @others
                    FOR UPDATE SKIP LOCKED)
                UPDATE {table} t
                SET next_question_at = now() + @lease, questions = questions + 1, asked_at = now()
                FROM (SELECT id FROM askable UNION ALL SELECT id FROM others) due
                WHERE t.id = due.id
                RETURNING t.id, {ofPayouts} AS of_payouts, t.originator_id, t.questions, t.trace_parent
                """,
                new { left = askable - due.Count(d => d.OriginatorId is not null), others, lease }));
        }

        return due;
    }

    /// <inheritdoc/>
    public async Task<int> AskSooner(IReadOnlyCollection<string> ids, int most)
    {
        await using var connection = await database.OpenConnectionAsync();
        var moved = 0;
        foreach (var (table, _) in Tables)
        {
            // However many hints come, one transfer is asked about at most twice a minute because of them, within the day its schedule lasts, and
            // the question is given back.
            moved += await connection.ExecuteAsync(
                $"""
                UPDATE {table} t
                SET next_question_at = now(), questions = greatest(questions - 1, 0)
                FROM (
                    SELECT id FROM {table}
                    WHERE (originator_id = ANY (@ids) OR conversation_id = ANY (@ids)) AND next_question_at > now()
                      AND sending_at > now() - interval '1 day'
                      AND coalesce(asked_at, sending_at) < now() - interval '30 seconds'
                    ORDER BY id
                    LIMIT @most
                    FOR UPDATE SKIP LOCKED) hinted
                WHERE t.id = hinted.id
                """,
                new { ids = ids.ToArray(), most = most - moved });
        }

        return moved;
    }
}
