using Dapper;
using Npgsql;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Domain.C2b;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Reconciliation;
using Payments.Infrastructure.Refunds;
using Payments.Infrastructure.Requests;

namespace Payments.Infrastructure.Checkouts;

/// <summary>Reading checkouts. The checkout's row lock guards its attempts and receipts: whoever changes one holds it.</summary>
internal sealed partial class CheckoutRepository(Connections database, OurShortcodes ours) : ICheckouts
{
    public async Task<LoadedCheckouts> LoadForChange(CheckoutKeys keys)
    {
        await using var connection = await database.OpenConnectionAsync();
        var rows = (await connection.QueryAsync<CheckoutRow>(
            $"""
            SELECT {CheckoutRow.Columns}, (
                SELECT payer_hash FROM c2b_registrations WHERE shortcode = @main AND payer_hash_seen >= @enough) AS payer_hash
            FROM checkouts
            WHERE id IN (
                SELECT unnest(@ids)
                UNION SELECT checkout_id FROM attempts WHERE id = ANY (@attempts)
                UNION SELECT checkout_id FROM receipts WHERE receipt = ANY (@numbers)
                UNION SELECT id FROM checkouts WHERE reference_key = ANY (@references)
                {(keys.TillPayments is { Count: > 0 } ? "UNION " + PushesOfTillPayments : "")})
            ORDER BY id
            FOR NO KEY UPDATE
            """,
            new
            {
                ids = Sorted(keys.Ids),
                attempts = Sorted(keys.AttemptIds),
                numbers = Sorted(keys.Numbers),
                references = Sorted(keys.AccountKeys),
                tillAmounts = (keys.TillPayments ?? []).Select(p => p.Amount.Cents).ToArray(),
                tillTimes = (keys.TillPayments ?? []).Select(p => p.At.UtcDateTime).ToArray(),
                before = PromptWindow.Before,
                after = PromptWindow.After,
                astray = PromptWindow.Astray,
                main = ours.Main,
                enough = PayerHint.SeenEnough,
            })).AsList();

        LockOrder.Took(LockStep.Checkouts, rows.Select(row => row.Id));
        var checkouts = rows.ConvertAll(row => row.ToDomain(ours));
        if (checkouts.Count > 0)
        {
            await Fill(connection, checkouts);
        }

        // What stands on no checkout is guarded by nobody else, so it is locked itself.
        var unmatched = keys is { Numbers: { Count: > 0 } } or { ReceiptIds: { Count: > 0 } } or { WithTillReceipts: true }
            ? await connection.QueryAsync<ReceiptRow>(
                $"""
                SELECT {ReceiptRow.Columns}, {(keys.WithTillReceipts ? RivalsOfReceipt : "NULL::text[]")} AS rivals FROM receipts
                WHERE checkout_id IS NULL
                  AND (receipt = ANY (@numbers) OR id = ANY (@receipts) OR (@withTill AND method = 'till' AND id IN ({TillReceiptsOfPushes})))
                ORDER BY id
                FOR NO KEY UPDATE
                """,
                new
                {
                    numbers = Sorted(keys.Numbers),
                    receipts = Sorted(keys.ReceiptIds),
                    withTill = keys.WithTillReceipts,
                    loaded = checkouts.ConvertAll(c => c.Id).ToArray(),
                    before = PromptWindow.Before,
                    after = PromptWindow.After,
                    astray = PromptWindow.Astray,
                })
            : [];
        LockOrder.Took(LockStep.Receipts, unmatched.Select(row => row.Id));
        List<Receipt> alone = [.. unmatched.Select(row => row.ToDomain())];
        await RefundRepository.HandOut(connection, alone);
        return new(checkouts, alone);
    }

    public async Task<Checkout?> Find(CheckoutId id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return (await Read(connection, [id])).SingleOrDefault();
    }

    /// <summary>Reads several without locking; ids nobody has are left out.</summary>
    public static async Task<List<Checkout>> Read(NpgsqlConnection connection, IReadOnlyCollection<CheckoutId> ids)
    {
        var rows = await connection.QueryAsync<CheckoutRow>($"SELECT {CheckoutRow.Columns} FROM checkouts WHERE id = ANY (@ids)", new { ids = ids.ToArray() });
        var checkouts = rows.Select(row => row.ToDomain()).ToList();
        if (checkouts.Count > 0)
        {
            await Fill(connection, checkouts);
        }

        return checkouts;
    }

    public async Task<IReadOnlyList<Checkout>> List(CheckoutFilter filter, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<CheckoutRow>(
            $"""
            SELECT {CheckoutRow.Columns}
            FROM checkouts
            WHERE (@client::text IS NULL OR client = @client)
              AND (@reference::text IS NULL OR {CheckoutRow.ReferenceKey} = @reference)
              AND (@account::text IS NULL OR reference_key = @account)
              AND (@externalId::text IS NULL OR external_id = @externalId)
              AND (@status::text IS NULL OR status = @status)
              AND (@from::timestamptz IS NULL OR created_at >= @from)
              AND (@to::timestamptz IS NULL OR created_at < @to)
              AND (@afterAt::timestamptz IS NULL OR (created_at, id) < (@afterAt, @afterId))
            ORDER BY created_at DESC, id DESC
            LIMIT @limit
            """,
            new
            {
                client = filter.Client,
                reference = filter.ReferenceKey,
                account = filter.AccountKey,
                externalId = filter.ExternalId,
                status = filter.Status is { } status ? EnumNames.Name(status) : null,
                from = filter.From?.ToUniversalTime(),
                to = filter.To?.ToUniversalTime(),
                afterAt = filter.After?.At,
                afterId = filter.After?.Id,
                limit = filter.Limit,
            });
        var checkouts = rows.Select(row => row.ToDomain()).ToList();
        await Fill(connection, checkouts);
        return checkouts;
    }

    public async Task<DateTimeOffset?> ReservePrompt(Msisdn phone, int most, TimeSpan window, DateTimeOffset now)
    {
        await using var connection = await database.OpenConnectionAsync();

        // Two prompts for one number at the same instant meet here; the lock ends with the transaction.
        await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended(@phone, 0))", new { phone = phone.Value });
        LockOrder.Took(LockStep.Phone);
        var recent = (await connection.QueryAsync<DateTimeOffset>(
            $"SELECT started_at FROM attempts WHERE phone = @phone AND started_at > @since AND started_at <= @now + {ClockStep.Slack} ORDER BY started_at DESC LIMIT @most",
            new { phone = phone.Value, since = now - window, now, most })).AsList();
        return recent.Count < most ? null : recent[^1] + window;
    }

    public async Task<IReadOnlyList<DueAttempt>> ClaimDue(CheckoutId? checkoutId, int askable, int others, TimeSpan lease)
    {
        await using var connection = await database.OpenConnectionAsync();
        return [.. await DueQueries.ClaimDue<DueAttempt>(
            connection, RequestTable.Attempts, askable, others, lease, "(@checkoutId::uuid IS NULL OR checkout_id = @checkoutId)", checkoutId)];
    }

    public async Task DiscountQuery(AttemptId attemptId)
    {
        await using var connection = await database.OpenConnectionAsync();
        await DueQueries.DiscountQuery(connection, RequestTable.Attempts, attemptId);
    }

    public async Task<IReadOnlyList<CheckoutId>> FindDue(int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var found = await connection.QueryAsync<CheckoutId>(
            """
            (SELECT c.id FROM checkouts c
             WHERE c.expires_at <= now() AND c.status IN ('open', 'pending', 'failed')
               AND NOT EXISTS (
                   SELECT FROM attempts a
                   WHERE a.checkout_id = c.id AND a.ended_at IS NULL AND a.started_at > now() - @life AND a.started_at < now() + @life)
             ORDER BY c.expires_at LIMIT @limit)
            UNION
            (SELECT checkout_id FROM receipts WHERE surplus_due_at <= now() AND checkout_id IS NOT NULL LIMIT @limit)
            """,
            new { limit, life = Attempt.PromptLifetime });
        return [.. found];
    }

    public async Task<int> BringForward(IReadOnlyCollection<string> requestIds, int most)
    {
        await using var connection = await database.OpenConnectionAsync();
        return await DueQueries.BringForward(connection, RequestTable.Attempts, requestIds, most);
    }

    private static async Task Fill(NpgsqlConnection connection, List<Checkout> checkouts)
    {
        var byId = checkouts.ToDictionary(c => c.Id);
        var ids = byId.Keys.ToArray();
        var attempts = await connection.QueryAsync<AttemptRow>(
            $"SELECT {AttemptRow.Columns} FROM attempts WHERE checkout_id = ANY (@ids) ORDER BY started_at, id", new { ids });
        foreach (var attempt in attempts)
        {
            byId[attempt.CheckoutId].Attempts.Add(attempt.ToDomain());
        }

        var receipts = await connection.QueryAsync<ReceiptRow>(
            $"SELECT {ReceiptRow.Columns} FROM receipts WHERE checkout_id = ANY (@ids) ORDER BY created_at, id", new { ids });
        foreach (var receipt in receipts)
        {
            byId[receipt.CheckoutId!.Value].Receipts.Add(receipt.ToDomain());
        }

        await RefundRepository.HandOut(connection, [.. checkouts.SelectMany(c => c.Receipts)]);
    }

    private static T[] Sorted<T>(IReadOnlyCollection<T>? values) => values is null ? [] : [.. values.Distinct().Order()];
}
