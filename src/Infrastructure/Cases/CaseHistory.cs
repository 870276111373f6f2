using Dapper;
using Payments.Application.Cases;

namespace Payments.Infrastructure.Cases;

/// <summary>The half of the repository that gathers what happened, from where each thing is on record; nothing is written twice for it.</summary>
internal sealed partial class CaseRepository
{
    private sealed record EntryRow
    {
        public Guid SubjectId { get; init; }
        public DateTimeOffset At { get; init; }
        public string What { get; init; } = "";
        public string? Detail { get; init; }
    }

    public async Task<ILookup<Guid, CaseEntry>> History(IReadOnlyCollection<Guid> subjectIds, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<EntryRow>(new CommandDefinition(
            $"""
            SELECT subject_id, at, what, detail
            FROM (
                SELECT id AS subject_id, started_at AS at, 0 AS step, 'prompted' AS what,
                    format('%s KES to %s, CheckoutRequestID %s', amount / 100, phone, coalesce(request_id, 'not known')) AS detail
                FROM attempts WHERE id = ANY (@ids)
                UNION ALL SELECT id, started_at, 1, 'in_doubt', doubt FROM attempts WHERE id = ANY (@ids) AND doubt IS NOT NULL
                UNION ALL SELECT id, ended_at, 5, status, {Ending} FROM attempts WHERE id = ANY (@ids) AND ended_at IS NOT NULL
                UNION ALL SELECT id, created_at, 0, 'ordered', format('%s KES by %s to %s, reference %s', amount / 100, method, recipient, reference)
                FROM payouts WHERE id = ANY (@ids)
                UNION ALL SELECT id, sending_at, 1, 'sent', {Ids} FROM payouts WHERE id = ANY (@ids) AND sending_at IS NOT NULL
                UNION ALL SELECT id, sending_at, 1, 'in_doubt', doubt FROM payouts WHERE id = ANY (@ids) AND doubt IS NOT NULL
                UNION ALL SELECT id, ended_at, 5, status, {Ending} FROM payouts WHERE id = ANY (@ids) AND ended_at IS NOT NULL
                UNION ALL SELECT id, created_at, 0, 'ordered', format('%s KES of receipt %s by %s', amount / 100.0, original_receipt, method)
                FROM refunds WHERE id = ANY (@ids)
                UNION ALL SELECT id, sending_at, 1, 'sent', {Ids} FROM refunds WHERE id = ANY (@ids) AND sending_at IS NOT NULL
                UNION ALL SELECT id, sending_at, 1, 'in_doubt', doubt FROM refunds WHERE id = ANY (@ids) AND doubt IS NOT NULL
                UNION ALL SELECT id, ended_at, 5, status, {Ending} FROM refunds WHERE id = ANY (@ids) AND ended_at IS NOT NULL
                UNION ALL SELECT id, created_at, 0, 'recorded', format('%s KES with receipt %s, told by %s', amount / 100.0, coalesce(receipt, 'not known'), settled_by)
                FROM receipts WHERE id = ANY (@ids)
                UNION ALL SELECT subject_id, asked_at, 2, 'asked', NULL FROM questions WHERE subject_id = ANY (@ids)
                UNION ALL SELECT subject_id, answered_at, 4, 'answered', answer FROM questions WHERE subject_id = ANY (@ids) AND answered_at IS NOT NULL
                UNION ALL SELECT subject_id, received_at, 3, 'callback', {Callback}
                FROM callbacks
                WHERE subject_id = ANY (@ids) AND subject_id IS NOT NULL AND (verdict <> 'applied' OR kind NOT IN ('stk', 'c2b_confirm', 'c2b_validate'))
                UNION ALL SELECT id, received_at, 3, 'callback', {Callback} FROM callbacks WHERE id = ANY (@ids)
                UNION ALL SELECT subject_id, created_at, 6, 'case_opened', kind FROM cases WHERE subject_id = ANY (@ids)
                UNION ALL SELECT subject_id, settled_at, 7, 'case_settled', concat_ws(': ', kind, outcome, reason)
                FROM cases WHERE subject_id = ANY (@ids) AND settled_at IS NOT NULL) AS history
            ORDER BY at, step
            """,
            new { ids = subjectIds.Distinct().ToArray() }, cancellationToken: cancellation));
        return rows.ToLookup(row => row.SubjectId, row => new CaseEntry(row.At, row.What, row.Detail));
    }

    private const string Ending = "concat_ws(', ', failure_result_code, failure_message, 'told by ' || settled_by)";

    private const string Ids = "format('ConversationID %s, OriginatorConversationID %s', coalesce(conversation_id, 'not known'), coalesce(originator_id, 'not known'))";

    private const string Callback = "concat_ws(', ', kind, coalesce(verdict, state), detail)";
}
