using Dapper;
using Payments.Application.Privacy;
using Payments.Infrastructure.Cases;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Privacy;

/// <summary>
/// Erasing, one short statement a batch. Rows somebody works on are passed over (SKIP LOCKED): they are not old, or will be found again.
/// </summary>
internal sealed partial class ErasureRepository(Connections database) : IErasure
{
    /// <summary>
    /// A checkout with nothing left to decide: its prompts and refunds are settled and asked about no more, its surplus has gone back (a part
    /// goes to the payer's phone) or was written off, and no case about it is open.
    /// </summary>
    private const string DecidedCheckout =
        """
        c.ended_at IS NOT NULL AND c.erased_at IS NULL
        AND NOT EXISTS (SELECT FROM attempts a WHERE a.checkout_id = c.id AND (a.ended_at IS NULL OR a.next_question_at IS NOT NULL))
        AND NOT EXISTS (SELECT FROM refunds f WHERE f.checkout_id = c.id AND f.ended_at IS NULL)
        AND NOT EXISTS (SELECT FROM cases k WHERE k.status = 'open' AND (k.checkout_id = c.id OR k.subject_id = c.id))
        AND NOT EXISTS (
            SELECT FROM receipts r
            LEFT JOIN LATERAL (
                SELECT coalesce(sum(f.amount), 0) AS gone, coalesce(sum(f.amount) FILTER (WHERE f.of_surplus AND f.taken_from = 'counted'), 0) AS surplus_gone
                FROM refunds f WHERE f.receipt_id = r.id AND f.status = 'completed') back ON true
            WHERE r.checkout_id = c.id
              AND (r.surplus_due_at IS NOT NULL OR least(r.surplus - back.surplus_gone, r.amount - back.gone) > r.written_off))
        """;

    /// <summary>Money without an order that has gone back whole or was written off; until then an operator must be able to find out whose it is.</summary>
    private const string DecidedReceipt =
        """
        r.checkout_id IS NULL AND r.erased_at IS NULL
        AND r.amount <= r.written_off + (SELECT coalesce(sum(f.amount), 0) FROM refunds f WHERE f.receipt_id = r.id AND f.status = 'completed')
        AND NOT EXISTS (SELECT FROM refunds f WHERE f.receipt_id = r.id AND f.ended_at IS NULL)
        AND NOT EXISTS (SELECT FROM cases k WHERE k.status = 'open' AND k.subject_id = r.id)
        """;

    private const string DecidedTransfer =
        "t.ended_at IS NOT NULL AND t.erased_at IS NULL AND NOT EXISTS (SELECT FROM cases k WHERE k.status = 'open' AND k.subject_id = t.id)";

    /// <summary>What a callback is about, through its question where it answers one.</summary>
    private const string CallbackWithSubject =
        """
        callbacks c
        LEFT JOIN questions q ON q.id = c.subject_id
        LEFT JOIN attempts a ON a.id = c.subject_id
        LEFT JOIN payouts p ON p.id = coalesce(q.subject_id, c.subject_id)
        LEFT JOIN refunds f ON f.id = coalesce(q.subject_id, c.subject_id)
        """;

    /// <summary>Done, what it is about is settled, and no open case may want to read it.</summary>
    private const string DecidedCallback =
        """
        c.state = 'done' AND c.erased_at IS NULL
        AND (a.id IS NULL OR (a.ended_at IS NOT NULL AND a.next_question_at IS NULL))
        AND (p.id IS NULL OR p.ended_at IS NOT NULL)
        AND (f.id IS NULL OR f.ended_at IS NOT NULL)
        AND NOT EXISTS (
            SELECT FROM cases k
            WHERE k.status = 'open' AND (k.subject_id IN (c.id, c.subject_id, q.subject_id) OR k.checkout_id IN (a.checkout_id, f.checkout_id)))
        """;

    /// <summary>The verdicts of what moved nothing and proves nothing: nobody vouched for it, or it was a try of our own.</summary>
    private const string MovedNothing = "('hint', 'malformed', 'probe')";

    private const string IsHint = $"c.subject_id IS NULL AND c.verdict IN {MovedNothing}";

    public async Task<int> EraseOld(ErasureTarget what, TimeSpan keep, int batch, CancellationToken cancellation)
    {
        var sql = what switch
        {
            ErasureTarget.Checkouts => Checkouts("c.ended_at < now() - @keep"),
            ErasureTarget.Receipts => Receipts("r.created_at < now() - @keep"),
            ErasureTarget.Payouts => Payouts("t.ended_at < now() - @keep"),
            ErasureTarget.Refunds => Refunds("t.ended_at < now() - @keep"),
            ErasureTarget.Cases => CaseStore.EraseOld,
            ErasureTarget.CallbackBodies => Bodies("c.subject_id IS NOT NULL AND c.done_at < now() - @keep"),
            ErasureTarget.LateBodies => Bodies($"c.subject_id IS NULL AND c.verdict NOT IN {MovedNothing} AND c.done_at < now() - @keep"),
            ErasureTarget.Hints => Hints,
            ErasureTarget.WebhookDeliveries => Deliveries,
            ErasureTarget.SignInFailures => "DELETE FROM pairings WHERE created_at < now() - @keep; DELETE FROM sign_in_failures WHERE last_at < now() - @keep",
        };
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(sql, new { keep, batch }, cancellationToken: cancellation));
    }

    /// <summary>Events told the whole of what is due: what they told goes with it, that they told stays.</summary>
    private const string Told = "told AS (UPDATE events e SET data = NULL FROM due WHERE e.subject_id = due.id)";

    private static string Checkouts(string which) =>
        $$"""
        WITH due AS MATERIALIZED (
            SELECT c.id FROM checkouts c
            WHERE {{which}} AND {{DecidedCheckout}}
            ORDER BY c.ended_at
            LIMIT @batch
            FOR UPDATE OF c SKIP LOCKED),
        -- A CheckoutRequestID ends in the phone's last nine digits.
        prompts AS (
            UPDATE attempts a
            SET phone = NULL, request_id = regexp_replace(a.request_id, '[0-9]{9}$', '•••••••••'), failure_provider_text = NULL, doubt = NULL, last_answer = NULL
            FROM due WHERE a.checkout_id = due.id),
        payers AS (
            UPDATE receipts r SET payer = NULL, payer_name = NULL, account = '', erased_at = now()
            FROM due WHERE r.checkout_id = due.id
            RETURNING r.id),
        told AS (
            UPDATE events e SET data = NULL
            FROM (SELECT id FROM due UNION ALL SELECT id FROM payers) gone WHERE e.subject_id = gone.id)
        UPDATE checkouts c SET phone = NULL, description = NULL, return_url = NULL, metadata = '{}', erased_at = now()
        FROM due WHERE c.id = due.id
        """;

    private static string Receipts(string which) =>
        $"""
        WITH due AS MATERIALIZED (
            SELECT r.id FROM receipts r WHERE {which} AND {DecidedReceipt} ORDER BY r.id LIMIT @batch FOR UPDATE OF r SKIP LOCKED),
        {Told}
        UPDATE receipts r SET payer = NULL, payer_name = NULL, account = '', erased_at = now() FROM due WHERE r.id = due.id
        """;

    // A Pay Bill or till, at most seven digits, is a business and not a person; the account at it may be one. Whatever is longer is a phone's, through
    // whichever of Safaricom's APIs it was paid.
    private static string Payouts(string which) =>
        $"""
        WITH due AS MATERIALIZED (
            SELECT t.id FROM payouts t WHERE {which} AND {DecidedTransfer} ORDER BY t.ended_at LIMIT @batch FOR UPDATE OF t SKIP LOCKED),
        {Told}
        UPDATE payouts t
        SET recipient = CASE WHEN length(recipient) > 7 THEN NULL ELSE recipient END, account = NULL, remarks = NULL, failure_provider_text = NULL,
            doubt = NULL, last_answer = NULL, erased_at = now()
        FROM due WHERE t.id = due.id
        """;

    private static string Refunds(string which) =>
        $"""
        WITH due AS MATERIALIZED (
            SELECT t.id FROM refunds t WHERE {which} AND {DecidedTransfer} ORDER BY t.ended_at LIMIT @batch FOR UPDATE OF t SKIP LOCKED),
        {Told}
        UPDATE refunds t SET recipient = NULL, reason = NULL, failure_provider_text = NULL, doubt = NULL, last_answer = NULL, erased_at = now()
        FROM due WHERE t.id = due.id
        """;

    private static string Bodies(string which) =>
        $"""
        UPDATE callbacks c SET body = '', source = NULL, arrival = NULL, trace_parent = NULL, content_type = NULL, erased_at = now()
        WHERE c.id IN (
            SELECT c.id FROM {CallbackWithSubject}
            WHERE {which} AND {DecidedCallback}
            ORDER BY c.done_at LIMIT @batch FOR UPDATE OF c SKIP LOCKED)
        """;

    private const string Deliveries =
        """
        DELETE FROM webhook_deliveries WHERE id IN (
            SELECT id FROM webhook_deliveries WHERE ended_at < now() - @keep ORDER BY ended_at LIMIT @batch FOR UPDATE SKIP LOCKED);
        UPDATE webhook_deliveries SET tries = '[]' WHERE id IN (
            SELECT id FROM webhook_deliveries WHERE status = 'pending' AND tries <> '[]' AND created_at < now() - @keep LIMIT @batch FOR UPDATE SKIP LOCKED)
        """;

    private const string Hints =
        $"""
        DELETE FROM untrusted_intake WHERE hour < now() - @keep;
        DELETE FROM unrouted_callbacks WHERE hour < now() - @keep;
        DELETE FROM receipt_claims WHERE id IN (SELECT id FROM receipt_claims WHERE at < now() - @keep ORDER BY at LIMIT @batch FOR UPDATE SKIP LOCKED);
        DELETE FROM callbacks c
        WHERE c.id IN (
            SELECT c.id FROM callbacks c
            WHERE {IsHint} AND c.state = 'done' AND c.done_at < now() - @keep
              AND NOT EXISTS (SELECT FROM cases k WHERE k.status = 'open' AND k.subject_id = c.id)
            ORDER BY c.done_at LIMIT @batch FOR UPDATE OF c SKIP LOCKED)
        """;
}
