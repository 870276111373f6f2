using System.Text;
using Dapper;
using Npgsql;
using Payments.Application.Privacy;
using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Infrastructure.Privacy;

/// <summary>Finding, reading out and erasing what is kept of one phone number: rare, and allowed to take its time.</summary>
internal sealed partial class ErasureRepository
{
    /// <summary>Two of the searches read whole tables.</summary>
    private const int PatienceSeconds = 600;

    public async Task<SubjectRows> Find(string phone, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var forms = await Forms(connection, phone, cancellation);
        async Task<IReadOnlyList<T>> Ids<T>(string sql) => (await connection.QueryAsync<T>(new CommandDefinition(
            sql, new { phone, forms, digits = Encoding.ASCII.GetBytes(phone[3..]) }, commandTimeout: PatienceSeconds,
            cancellationToken: cancellation))).AsList();
        return new(
            await Ids<CheckoutId>(
                """
                SELECT id FROM checkouts
                WHERE erased_at IS NULL AND (
                    phone = @phone OR id IN (SELECT checkout_id FROM attempts WHERE phone = @phone)
                    OR id IN (SELECT checkout_id FROM receipts WHERE payer = ANY (@forms)))
                ORDER BY id
                """),
            await Ids<ReceiptId>("SELECT id FROM receipts WHERE checkout_id IS NULL AND payer = ANY (@forms) ORDER BY id"),
            await Ids<PayoutId>("SELECT id FROM payouts WHERE recipient = @phone ORDER BY id"),
            await Ids<RefundId>("SELECT id FROM refunds WHERE recipient = @phone ORDER BY id"),
            await Ids<CallbackId>("SELECT id FROM callbacks WHERE erased_at IS NULL AND position(@digits in body) > 0 ORDER BY id"));
    }

    public async Task<string> Export(string phone, SubjectRows rows, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);

        // Of a checkout that several people tried to pay, only what is this person's.
        return await connection.QuerySingleAsync<string>(new CommandDefinition(
            """
            SELECT jsonb_pretty(jsonb_build_object(
                'checkouts', (
                    SELECT coalesce(jsonb_agg(jsonb_build_object(
                        'account', c.order_reference, 'orderReference', CASE WHEN c.account_is_reference THEN c.order_reference ELSE c.client_reference END,
                        'externalId', c.external_id, 'amountCents', c.amount, 'status', c.status, 'createdAt', c.created_at,
                        'phone', CASE WHEN c.phone = @phone THEN c.phone END, 'description', c.description, 'metadata', c.metadata,
                        'prompts', (
                            SELECT coalesce(jsonb_agg(jsonb_build_object(
                                'phone', a.phone, 'amountCents', a.amount, 'status', a.status, 'startedAt', a.started_at, 'endedAt', a.ended_at,
                                'requestId', a.request_id, 'failure', a.failure_message) ORDER BY a.started_at), '[]')
                            FROM attempts a WHERE a.checkout_id = c.id AND a.phone = @phone),
                        'payments', (
                            SELECT coalesce(jsonb_agg(jsonb_build_object(
                                'receipt', r.receipt, 'amountCents', r.amount, 'payer', r.payer, 'payerName', r.payer_name, 'account', r.account,
                                'at', r.at) ORDER BY r.at), '[]')
                            FROM receipts r LEFT JOIN attempts a ON a.id = r.attempt_id
                            WHERE r.checkout_id = c.id AND (r.payer = ANY (@forms) OR a.phone = @phone))) ORDER BY c.created_at), '[]')
                    FROM checkouts c WHERE c.id = ANY (@checkouts)),
                'paymentsWithoutOrder', (
                    SELECT coalesce(jsonb_agg(jsonb_build_object(
                        'receipt', r.receipt, 'amountCents', r.amount, 'payer', r.payer, 'payerName', r.payer_name, 'account', r.account, 'at', r.at)
                        ORDER BY r.at), '[]')
                    FROM receipts r WHERE r.id = ANY (@receipts)),
                'payouts', (
                    SELECT coalesce(jsonb_agg(jsonb_build_object(
                        'recipient', p.recipient, 'amountCents', p.amount, 'reason', p.reason, 'remarks', p.remarks, 'status', p.status,
                        'receipt', p.receipt, 'createdAt', p.created_at) ORDER BY p.created_at), '[]')
                    FROM payouts p WHERE p.id = ANY (@payouts)),
                'refunds', (
                    SELECT coalesce(jsonb_agg(jsonb_build_object(
                        'recipient', f.recipient, 'amountCents', f.amount, 'reason', f.reason, 'status', f.status, 'receipt', f.receipt,
                        'originalReceipt', f.original_receipt, 'createdAt', f.created_at) ORDER BY f.created_at), '[]')
                    FROM refunds f WHERE f.id = ANY (@refunds)),
                'callbacks', (
                    SELECT coalesce(jsonb_agg(jsonb_build_object(
                        'kind', c.kind, 'receivedAt', c.received_at, 'bodyBase64', encode(c.body, 'base64')) ORDER BY c.id), '[]')
                    FROM callbacks c WHERE c.id = ANY (@callbacks))))
            """,
            new
            {
                phone,
                forms = await Forms(connection, phone, cancellation),
                checkouts = rows.Checkouts.ToArray(),
                receipts = rows.Receipts.ToArray(),
                payouts = rows.Payouts.ToArray(),
                refunds = rows.Refunds.ToArray(),
                callbacks = rows.Callbacks.ToArray(),
            },
            commandTimeout: PatienceSeconds, cancellationToken: cancellation));
    }

    public async Task<int> Erase(string phone, SubjectRows rows, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var erased = 0;
        foreach (var (sql, all) in new[]
        {
            (Checkouts("c.id = ANY (@ids)"), rows.Checkouts.Select(row => row.Value)), (Receipts("r.id = ANY (@ids)"), rows.Receipts.Select(row => row.Value)), (Payouts("t.id = ANY (@ids)"), rows.Payouts.Select(row => row.Value)),
            (Refunds("t.id = ANY (@ids)"), rows.Refunds.Select(row => row.Value)), (Bodies("c.id = ANY (@ids)"), rows.Callbacks.Select(row => row.Value)),
        })
        {
            foreach (var ids in all.Chunk(500))
            {
                erased += await connection.ExecuteAsync(new CommandDefinition(
                    sql, new { ids, batch = ids.Length }, commandTimeout: PatienceSeconds, cancellationToken: cancellation));
            }
        }

        // What a shop's endpoint answered may quote anything.
        await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE webhook_deliveries SET tries = '[]' WHERE position(@digits in tries::text) > 0",
            new { digits = phone[3..] }, commandTimeout: PatienceSeconds, cancellationToken: cancellation));

        // A kept answer that is gone is rebuilt from its row.
        await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE idempotency_keys SET answer = NULL WHERE intent_id IS NOT NULL AND position(@digits in answer) > 0",
            new { digits = phone[3..] }, commandTimeout: PatienceSeconds, cancellationToken: cancellation));
        return erased;
    }

    /// <summary>
    /// How this payer's number is written in what is kept: plain in whatever writing, or hashed (docs/protocol/c2b.md). A masked one is nobody's.
    /// </summary>
    private static async Task<string[]> Forms(NpgsqlConnection connection, string phone, CancellationToken cancellation) =>
        Msisdn.TryParse(phone, out var number)
            ? [.. await connection.QueryAsync<string>(new CommandDefinition(
                """
                SELECT DISTINCT payer FROM receipts
                WHERE lower(payer) = ANY (@forms) OR (payer !~ '[A-Za-z*]' AND regexp_replace(payer, '[^0-9]', '', 'g') = ANY (@forms))
                """,
                new { forms = PayerHint.FormsOf(number).ToArray() }, commandTimeout: PatienceSeconds, cancellationToken: cancellation))]
            : [];
}
