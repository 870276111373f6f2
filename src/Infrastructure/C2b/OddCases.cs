using Dapper;
using Npgsql;
using Payments.Application.C2b;
using Payments.Domain.Cases;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.C2b;

/// <summary>Cases of authentic confirmations that are no receipts: unreadable, or from an address that is not allowed.</summary>
internal sealed partial class C2bPaymentRepository
{
    /// <summary>Addresses that are a case each; whoever sends from more of them has our token and is no proxy.</summary>
    private const int MaxElsewhere = 20;

    /// <inheritdoc/>
    public async Task OpenCases(IReadOnlyCollection<UnreadableConfirmation> odd)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(@CasesLock)", new { CasesLock });
        LockOrder.Took(LockStep.UntrustedCases);
        await OpenUnreadable(connection, [.. odd.Where(o => o.Kind == CaseKind.UnreadableConfirmation)]);
        await OpenElsewhere(connection, [.. odd.Where(o => o.Kind == CaseKind.ConfirmationsFromElsewhere)]);
    }

    /// <inheritdoc/>
    public async Task CloseTakenBack(IReadOnlyCollection<string> numbers)
    {
        // The number is the question's: of an unreadable confirmation the case may not have it.
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            WITH taken_back AS (
                SELECT k.id FROM cases k
                WHERE k.kind = ANY (@kinds) AND k.status = 'open'
                  AND (k.receipt = ANY (@numbers) OR k.receipt IS NULL AND EXISTS (SELECT FROM questions q WHERE q.subject_id = k.subject_id AND q.receipt = ANY (@numbers)))
                ORDER BY k.id
                FOR NO KEY UPDATE OF k)
            UPDATE cases c
            SET status = 'settled', outcome = 'not_paid', reason = 'M-PESA says that it was paid and then reversed.', settled_by = 'service', settled_at = now()
            FROM taken_back WHERE c.id = taken_back.id AND c.status = 'open'
            """,
            new
            {
                numbers = numbers.ToArray(),
                kinds = new[] { CaseKind.UntrustedConfirmation, CaseKind.UnreadableConfirmation, CaseKind.ConfirmationsFromElsewhere },
            });
        LockOrder.Took(LockStep.Cases);
    }

    /// <inheritdoc/>
    public async Task CloseUnreadable(IReadOnlyCollection<Guid> callbackIds)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            WITH applied AS (
                SELECT id FROM cases WHERE subject_id = ANY (@ids) AND kind = ANY (@kinds) AND status = 'open'
                ORDER BY id
                FOR NO KEY UPDATE)
            UPDATE cases c
            SET status = 'settled', outcome = 'noted', reason = 'The stored callback was applied.', settled_by = 'service', settled_at = now()
            FROM applied WHERE c.id = applied.id AND c.status = 'open'
            """,
            new { ids = callbackIds.ToArray(), kinds = new[] { CaseKind.UnreadableConfirmation, CaseKind.ConfirmationsFromElsewhere } });
        LockOrder.Took(LockStep.Cases);
    }

    /// <summary>
    /// One for each payment: told twice it is one, by its number where that can be made out, else by the body. A callback has one in its life, so
    /// that a replay opens no other.
    /// </summary>
    private static async Task OpenUnreadable(NpgsqlConnection connection, List<UnreadableConfirmation> odd)
    {
        if (odd.Count > 0)
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO cases (id, kind, subject_id, story, receipt)
                SELECT DISTINCT ON (coalesce(u.receipt, md5(c.body))) gen_random_uuid(), @kind, u.callback, u.story, u.receipt
                FROM unnest(@callbacks, @receipts, @stories) AS u (callback, receipt, story)
                JOIN callbacks c ON c.id = u.callback
                WHERE NOT EXISTS (SELECT FROM cases k WHERE k.kind = @kind AND k.subject_id = u.callback)
                  AND NOT EXISTS (SELECT FROM cases k WHERE k.kind = @kind AND k.status = 'open' AND k.receipt = u.receipt)
                  AND NOT EXISTS (
                    SELECT FROM cases k JOIN callbacks other ON other.id = k.subject_id
                    WHERE k.kind = @kind AND k.status = 'open' AND other.body = c.body)
                  AND NOT EXISTS (SELECT FROM receipts r WHERE r.receipt = u.receipt)
                ORDER BY coalesce(u.receipt, md5(c.body)), u.callback
                ON CONFLICT (kind, subject_id) WHERE status = 'open' DO NOTHING
                """,
                Rows(odd, CaseKind.UnreadableConfirmation));
        }
    }

    /// <summary>One for each address, while it is open: what else comes from there is the same question.</summary>
    private static async Task OpenElsewhere(NpgsqlConnection connection, List<UnreadableConfirmation> odd)
    {
        if (odd.Count > 0)
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO cases (id, kind, subject_id, story, receipt)
                SELECT gen_random_uuid(), @kind, u.callback, u.story, u.receipt
                FROM (
                    SELECT DISTINCT ON (source) callback, receipt, story, source
                    FROM unnest(@callbacks, @receipts, @stories, @sources) AS t (callback, receipt, story, source)
                    ORDER BY source, callback) u
                WHERE NOT EXISTS (
                    SELECT FROM cases k JOIN callbacks c ON c.id = k.subject_id
                    WHERE k.kind = @kind AND k.status = 'open' AND c.source IS NOT DISTINCT FROM u.source)
                  AND NOT EXISTS (SELECT FROM receipts r WHERE r.receipt = u.receipt)
                ORDER BY u.source
                LIMIT greatest(0, @MaxElsewhere - (SELECT count(*) FROM cases WHERE kind = @kind AND status = 'open'))
                ON CONFLICT (kind, subject_id) WHERE status = 'open' DO NOTHING
                """,
                Rows(odd, CaseKind.ConfirmationsFromElsewhere));
        }
    }

    private static object Rows(List<UnreadableConfirmation> odd, string kind) => new
    {
        kind,
        MaxElsewhere,
        callbacks = odd.ConvertAll(o => o.CallbackId).ToArray(),
        receipts = odd.ConvertAll(o => o.Receipt).ToArray(),
        stories = odd.ConvertAll(o => o.Story).ToArray(),
        sources = odd.ConvertAll(o => o.Source).ToArray(),
    };
}
