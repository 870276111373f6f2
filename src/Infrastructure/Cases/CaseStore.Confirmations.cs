using Dapper;
using Npgsql;
using Payments.Application.Cases;
using Payments.Domain.Cases;
using Payments.Domain.Common;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Cases;

/// <summary>A confirmation that is no receipt, or of a number nobody configured: what its case is about and says.</summary>
/// <param name="SubjectId">The stored callback, or the receipt of a number that is not configured.</param>
/// <param name="Receipt">M-PESA's number; null where it cannot be made out.</param>
/// <param name="Key">What there is one open case for: an order's reference, an address, a shortcode; null where it is the confirmation itself.</param>
internal sealed record ConfirmationCase(Guid SubjectId, ReceiptNumber? Receipt, string Story, string? Key = null);

/// <summary>
/// Cases of confirmations. Whoever has the token, or only pretends to, can send as many as they like: however many come, a bounded number of
/// cases is open.
/// </summary>
internal static partial class CaseStore
{
    /// <summary>The advisory lock under which cases of confirmations are opened.</summary>
    private const long ConfirmationsLock = 7_203_114_920;

    /// <summary>Cases of untrusted confirmations that are open at once, one for each order: a morning's work. The rest are one case together.</summary>
    private const int MaxUntrusted = 50;

    /// <summary>Addresses that are a case each; whoever sends from more of them has our token and is no proxy.</summary>
    private const int MaxElsewhere = 20;

    private static readonly string[] OfConfirmations = [CaseKind.UntrustedConfirmation, CaseKind.UnreadableConfirmation, CaseKind.ConfirmationsFromElsewhere];

    private static readonly Unnest<ConfirmationCase> Confirmations = new Unnest<ConfirmationCase>()
        .Uuid("subject_id", c => c.SubjectId)
        .Text("receipt", c => c.Receipt?.Value)
        .Text("story", c => c.Story)
        .Text("key", c => c.Key);

    /// <summary>Opens one for each order with money due that untrusted confirmations name, by its reference.</summary>
    /// <param name="story">What the one case for all beyond <see cref="MaxUntrusted"/> says.</param>
    public static async Task OpenUntrusted(NpgsqlConnection connection, IReadOnlyCollection<ConfirmationCase> untrusted, string story)
    {
        await LockConfirmations(connection);

        // One in a checkout's life, settled ones included, and only while money is due there: anybody can send these, so their number must cost
        // nothing. A number that is in the books already is no question.
        await Tell(connection, await connection.QueryAsync<CaseId?>(
            $"""
            WITH told AS (
                SELECT DISTINCT ON (key) subject_id, key, receipt, story FROM {Confirmations.Rows}
                ORDER BY key, receipt),
            wanted AS (
                SELECT u.subject_id, u.receipt, u.story, c.id AS checkout, c.client, row_number() OVER (ORDER BY c.id) AS place
                FROM told u JOIN checkouts c ON c.reference_key = u.key
                WHERE c.status IN ('open', 'pending', 'failed', 'expired') AND c.paid < c.amount
                  AND NOT EXISTS (SELECT FROM cases k WHERE k.kind = @kind AND k.checkout_id = c.id)
                  AND NOT EXISTS (SELECT FROM receipts r WHERE r.receipt = u.receipt)),
            room AS (SELECT @MaxUntrusted - count(*) AS places FROM cases WHERE kind = @kind AND status = 'open'),
            each AS (
                INSERT INTO cases (id, kind, subject_id, checkout_id, client, story, receipt)
                SELECT gen_random_uuid(), @kind, subject_id, checkout, client, story, receipt FROM wanted, room WHERE place <= places
                ON CONFLICT (kind, subject_id) WHERE status = 'open' DO NOTHING
                RETURNING id),
            many AS (
                INSERT INTO cases (id, kind, subject_id, story)
                SELECT gen_random_uuid(), @many, subject_id, @manyStory FROM wanted, room
                WHERE place > places AND NOT EXISTS (SELECT FROM cases WHERE kind = @many AND status = 'open')
                ORDER BY place LIMIT 1
                ON CONFLICT (kind, subject_id) WHERE status = 'open' DO NOTHING
                RETURNING id)
            SELECT id FROM each UNION ALL SELECT id FROM many
            """,
            With(untrusted, new { kind = CaseKind.UntrustedConfirmation, many = CaseKind.UntrustedConfirmations, MaxUntrusted, manyStory = story })));
    }

    /// <summary>
    /// Opens cases of authentic confirmations: one for each payment that cannot be read (told twice it is one, by its number where that can be made
    /// out, else by the body; a callback has one in its life, so that a replay opens no other), and one for each address that is not allowed, while
    /// it is open: what else comes from there is the same question.
    /// </summary>
    public static async Task OpenOdd(
        NpgsqlConnection connection, IReadOnlyCollection<ConfirmationCase> unreadable, IReadOnlyCollection<ConfirmationCase> elsewhere)
    {
        await LockConfirmations(connection);
        if (unreadable.Count > 0)
        {
            await Tell(connection, await connection.QueryAsync<CaseId?>(
                $"""
                INSERT INTO cases (id, kind, subject_id, story, receipt)
                SELECT DISTINCT ON (coalesce(u.receipt, md5(c.body))) gen_random_uuid(), @kind, u.subject_id, u.story, u.receipt
                FROM {Confirmations.Rows}
                JOIN callbacks c ON c.id = u.subject_id
                WHERE NOT EXISTS (SELECT FROM cases k WHERE k.kind = @kind AND k.subject_id = u.subject_id)
                  AND NOT EXISTS (SELECT FROM cases k WHERE k.kind = @kind AND k.status = 'open' AND k.receipt = u.receipt)
                  AND NOT EXISTS (
                    SELECT FROM cases k JOIN callbacks other ON other.id = k.subject_id
                    WHERE k.kind = @kind AND k.status = 'open' AND other.body = c.body)
                  AND NOT EXISTS (SELECT FROM receipts r WHERE r.receipt = u.receipt)
                ORDER BY coalesce(u.receipt, md5(c.body)), u.subject_id
                ON CONFLICT (kind, subject_id) WHERE status = 'open' DO NOTHING
                RETURNING id
                """,
                With(unreadable, new { kind = CaseKind.UnreadableConfirmation })));
        }

        if (elsewhere.Count > 0)
        {
            await Tell(connection, await connection.QueryAsync<CaseId?>(
                $"""
                INSERT INTO cases (id, kind, subject_id, story, receipt)
                SELECT gen_random_uuid(), @kind, u.subject_id, u.story, u.receipt
                FROM (
                    SELECT DISTINCT ON (key) subject_id, receipt, story, key FROM {Confirmations.Rows}
                    ORDER BY key, subject_id) u
                WHERE NOT EXISTS (
                    SELECT FROM cases k JOIN callbacks c ON c.id = k.subject_id
                    WHERE k.kind = @kind AND k.status = 'open' AND c.source IS NOT DISTINCT FROM u.key)
                  AND NOT EXISTS (SELECT FROM receipts r WHERE r.receipt = u.receipt)
                ORDER BY u.key
                LIMIT greatest(0, @MaxElsewhere - (SELECT count(*) FROM cases WHERE kind = @kind AND status = 'open'))
                ON CONFLICT (kind, subject_id) WHERE status = 'open' DO NOTHING
                RETURNING id
                """,
                With(elsewhere, new { kind = CaseKind.ConfirmationsFromElsewhere, MaxElsewhere })));
        }
    }

    /// <summary>Opens one for each shortcode. However often it is paid, one question about it is open; settled and paid again it is one again.</summary>
    public static async Task OpenUnknownShortcodes(NpgsqlConnection connection, IReadOnlyCollection<ConfirmationCase> paid) => await Tell(
        connection, await connection.QueryAsync<CaseId?>(
            $"""
            INSERT INTO cases (id, kind, subject_id, story, shortcode)
            SELECT gen_random_uuid(), @kind, subject_id, story, key FROM {Confirmations.Rows}
            ON CONFLICT (shortcode) WHERE status = 'open' AND shortcode IS NOT NULL DO NOTHING
            RETURNING id
            """,
            With(paid, new { kind = CaseKind.UnknownShortcode })));

    /// <summary>M-PESA has confirmed these receipts.</summary>
    public static Task CloseConfirmed(NpgsqlConnection connection, IReadOnlyCollection<ReceiptNumber> numbers) => CloseInOrder(
        connection, "k.receipt = ANY (@keys) AND k.kind = ANY (@kinds)", numbers.ToArray(), OfConfirmations, CaseOutcome.Paid, "M-PESA has confirmed the receipt.");

    /// <summary>These payments were reversed. The number is the status query's: of an unreadable confirmation the case may not have it.</summary>
    public static Task CloseTakenBack(NpgsqlConnection connection, IReadOnlyCollection<ReceiptNumber> numbers) => CloseInOrder(
        connection,
        """
        k.kind = ANY (@kinds)
        AND (k.receipt = ANY (@keys) OR k.receipt IS NULL AND EXISTS (SELECT FROM questions q WHERE q.subject_id = k.subject_id AND q.receipt = ANY (@keys)))
        """,
        numbers.ToArray(), OfConfirmations, CaseOutcome.NotPaid, "M-PESA says that it was paid and then reversed.");

    /// <summary>These stored callbacks could be applied after all.</summary>
    public static Task CloseReadable(NpgsqlConnection connection, IReadOnlyCollection<CallbackId> callbackIds) => CloseInOrder(
        connection, "k.subject_id = ANY (@keys) AND k.kind = ANY (@kinds)", callbackIds.ToArray(),
        [CaseKind.UnreadableConfirmation, CaseKind.ConfirmationsFromElsewhere], CaseOutcome.Noted, "The stored callback was applied.");

    /// <summary>Closes cases nothing else guards: locked by their ids first, so that two batches that close the same ones meet in one order.</summary>
    private static async Task CloseInOrder<TKey>(NpgsqlConnection connection, string which, TKey[] keys, string[] kinds, string outcome, string reason)
    {
        await connection.ExecuteAsync(
            $"""
            WITH closing AS (
                SELECT k.id FROM cases k WHERE k.status = 'open' AND {which}
                ORDER BY k.id
                FOR NO KEY UPDATE OF k)
            UPDATE cases c SET status = 'settled', outcome = @outcome, reason = @reason, settled_by = @Service, settled_at = now()
            FROM closing WHERE c.id = closing.id AND c.status = 'open'
            """,
            new { keys, kinds, outcome, reason, Service });
        LockOrder.Took(LockStep.Cases);
    }

    /// <summary>One batch at a time, and an INSERT's snapshot must be younger than the last one's commit: so many at once is counted.</summary>
    private static async Task LockConfirmations(NpgsqlConnection connection)
    {
        await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(@ConfirmationsLock)", new { ConfirmationsLock });
        LockOrder.Took(LockStep.UntrustedCases);
    }

    private static DynamicParameters With(IReadOnlyCollection<ConfirmationCase> rows, object others)
    {
        var parameters = Confirmations.Parameters(rows);
        parameters.AddDynamicParams(others);
        return parameters;
    }
}
