using Dapper;
using Npgsql;
using Payments.Application.Cases;
using Payments.Application.Common;
using Payments.Application.Refunds;
using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Payouts;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;
using Payments.Infrastructure.Checkouts;

namespace Payments.Infrastructure.Transfers;

/// <summary>Writing payouts and refunds: one statement per table, whatever the number of rows.</summary>
internal sealed partial class TransferRepository
{
    /// <inheritdoc/>
    public async Task Save(IReadOnlyCollection<Transfer> transfers)
    {
        var changed = transfers.Where(t => t.State == EntityState.Updated).ToList();
        if (changed.Count == 0)
        {
            return;
        }

        await Write(changed);
        await ReversedRefunds.Count(checkouts, changed);
    }

    /// <summary>Closes its connection when it is done: whoever writes next in this transaction gets the same one, and not another beside it.</summary>
    private async Task Write(List<Transfer> changed)
    {
        await using var connection = await database.OpenConnectionAsync();
        await Update(connection, "payouts", [.. changed.OfType<Payout>()]);
        await Update(connection, "refunds", [.. changed.OfType<Refund>()]);
        await ShowOnCheckouts(connection, [.. changed.OfType<Refund>().Where(r => r.Status != r.OriginalStatus).Select(r => r.CheckoutId).OfType<Guid>()]);
        await InsertEvents(connection, changed);
        await InsertCases(connection, changed);
        await CloseCases(connection, changed);
    }

    /// <summary>
    /// A request whose name is made of what the caller said may have been made before, and forgotten by a restore: results that came for it
    /// since then, and found nothing, are looked at again. Answers how many.
    /// </summary>
    public static Task<int> TakeUnmatchedAgain(NpgsqlConnection connection, Transfer added) => !added.HasOwnName ? Task.FromResult(0) : connection.ExecuteAsync(
        """
        UPDATE callbacks SET state = 'new', done_at = NULL, verdict = NULL, detail = NULL, retry_at = NULL, blocked_by = NULL
        WHERE subject_id = @Id AND verdict = 'unmatched' AND state = 'done' AND erased_at IS NULL
        """,
        new { added.Id });

    /// <summary>A refund is part of what a checkout shows: its version counts, and who watches it is told.</summary>
    public static async Task ShowOnCheckouts(NpgsqlConnection connection, IReadOnlyCollection<Guid> checkouts)
    {
        if (checkouts.Count > 0)
        {
            await connection.ExecuteAsync(
                """
                WITH shown AS (
                    UPDATE checkouts SET version = version + 1, updated_at = now() WHERE id = ANY (@ids) RETURNING id)
                SELECT pg_notify(@Channel, string_agg(replace(id::text, '-', ''), ',')) FROM (SELECT id FROM shown LIMIT 200) named
                """,
                new { ids = checkouts.Distinct().ToArray(), CheckoutRepository.Channel });
        }
    }

    private static async Task Update(NpgsqlConnection connection, string table, List<Transfer> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        // Each row names the status it leaves. The row lock makes a mismatch impossible, the count makes it visible.
        var updated = await connection.ExecuteAsync(
            $"""
            UPDATE {table} t
            SET status = u.status, conversation_id = u.conversation_id, originator_id = u.originator_id, heard = u.heard, receipt = u.receipt,
                settled_by = u.settled_by, failure_code = u.failure_code, failure_result_code = u.failure_result_code,
                failure_message = u.failure_message, failure_provider_text = u.failure_provider_text, failure_retryable = u.failure_retryable,
                failure_retry_after = u.failure_retry_after, refused_with = u.refused_with, disputed = u.disputed, questions = u.questions,
                next_question_at = u.next_question_at, doubt = u.doubt, last_answer = u.last_answer,
                updated_at = u.updated_at, sending_at = u.sending_at, ended_at = u.ended_at, waiting_for = u.waiting_for, retry_at = u.retry_at,
                wait_told = u.wait_told
            FROM unnest(
                @ids, @loaded, @status, @conversations, @originators, @heard, @receipts, @settledBy, @codes, @resultCodes, @messages, @providerTexts,
                @retryable, @retryAfter, @refusedWith, @disputed, @questions, @next, @doubts, @answers, @updated, @sending, @ended,
                @waiting, @retryAt, @told)
                AS u (
                id, loaded, status, conversation_id, originator_id, heard, receipt, settled_by, failure_code, failure_result_code, failure_message,
                failure_provider_text, failure_retryable, failure_retry_after, refused_with, disputed, questions, next_question_at, doubt, last_answer,
                updated_at, sending_at, ended_at, waiting_for, retry_at, wait_told)
            WHERE t.id = u.id AND t.status = u.loaded AND (t.status <> 'completed' OR u.status = 'completed')
            """,
            new
            {
                ids = rows.Select(t => t.Id).ToArray(),
                loaded = rows.Select(t => EnumNames.Name(t.OriginalStatus)).ToArray(),
                status = rows.Select(t => EnumNames.Name(t.Status)).ToArray(),
                conversations = rows.Select(t => t.ConversationId).ToArray(),
                originators = rows.Select(t => t.OriginatorId).ToArray(),
                heard = rows.Select(t => t.CallbackReceived).ToArray(),
                receipts = rows.Select(t => t.Receipt).ToArray(),
                settledBy = rows.Select(t => t.SettledBy is { } by ? EnumNames.Name(by) : null).ToArray(),
                codes = rows.Select(t => t.Failure is { } f ? EnumNames.Name(f.Code) : null).ToArray(),
                resultCodes = rows.Select(t => t.Failure?.ResultCode).ToArray(),
                messages = rows.Select(t => t.Failure?.Message).ToArray(),
                providerTexts = rows.Select(t => DbText.Clip(t.Failure?.ProviderText, CheckoutRepository.MaxText)).ToArray(),
                retryable = rows.Select(t => t.Failure?.Retryable).ToArray(),
                retryAfter = rows.Select(t => (int?)t.Failure?.RetryAfter?.TotalSeconds).ToArray(),
                refusedWith = rows.Select(t => t.RefusedWith).ToArray(),
                disputed = rows.Select(t => t.HasConflictingResult).ToArray(),
                questions = rows.Select(t => t.QueryCount).ToArray(),
                next = rows.Select(t => t.NextQueryAt?.UtcDateTime).ToArray(),
                doubts = rows.Select(t => DbText.Clip(t.UnknownReason, CheckoutRepository.MaxText)).ToArray(),
                answers = rows.Select(t => DbText.Clip(t.LastAnswer, CheckoutRepository.MaxText)).ToArray(),
                updated = rows.Select(t => t.UpdatedAt.UtcDateTime).ToArray(),
                sending = rows.Select(t => t.SendingAt?.UtcDateTime).ToArray(),
                ended = rows.Select(t => t.EndedAt?.UtcDateTime).ToArray(),
                waiting = rows.Select(t => t.WaitingFor is { } hindrance ? EnumNames.Name(hindrance) : null).ToArray(),
                retryAt = rows.Select(t => t.RetryAt?.UtcDateTime).ToArray(),
                told = rows.Select(t => t.IsWaitAnnounced).ToArray(),
            });
        if (updated != rows.Count)
        {
            throw new InvalidOperationException($"{rows.Count} rows of {table} were to change, {updated} did: another writer was there without the lock.");
        }
    }

    private static async Task InsertEvents(NpgsqlConnection connection, List<Transfer> rows)
    {
        var told = rows.SelectMany(t => t.Events.Select(type => (Transfer: t, Type: type))).ToList();
        if (told.Count == 0)
        {
            return;
        }

        await connection.ExecuteAsync(
            """
            INSERT INTO events (client, type, subject_id, data)
            SELECT client, type, subject_id, data
            FROM unnest(@clients, @types, @subjects, @data) WITH ORDINALITY AS u (client, type, subject_id, data, n)
            ORDER BY n
            """,
            new
            {
                clients = told.Select(t => t.Transfer.Client).ToArray(),
                types = told.Select(t => t.Type).ToArray(),
                subjects = told.Select(t => t.Transfer.Id).ToArray(),
                data = told.Select(t => TransferEventData.Of(t.Transfer)).ToArray(),
            });
    }

    private static async Task InsertCases(NpgsqlConnection connection, List<Transfer> rows)
    {
        var cases = rows.SelectMany(t => t.Cases.Select(k => (t.Client, Case: k))).DistinctBy(c => (c.Case.Kind, c.Case.SubjectId)).ToList();
        if (cases.Count == 0)
        {
            return;
        }

        // Met again, the story grows, but not without end.
        await connection.ExecuteAsync(
            """
            INSERT INTO cases (id, kind, subject_id, checkout_id, client, story)
            SELECT * FROM unnest(@ids, @kinds, @subjects, @checkouts, @clients, @stories)
            ON CONFLICT (kind, subject_id) WHERE status = 'open'
            DO UPDATE SET story = cases.story || E'\n' || excluded.story
                WHERE length(cases.story) < 4000 AND position(excluded.story in cases.story) = 0
            """,
            new
            {
                ids = cases.Select(_ => NewId.Next()).ToArray(),
                kinds = cases.Select(c => c.Case.Kind).ToArray(),
                subjects = cases.Select(c => c.Case.SubjectId).ToArray(),
                checkouts = cases.Select(c => c.Case.CheckoutId).ToArray(),
                clients = cases.Select(c => c.Client).ToArray(),
                stories = cases.Select(c => CaseText.Of(c.Case)).ToArray(),
            });
    }

    /// <summary>Nobody need find out what has become known; what else is wrong stays open.</summary>
    private static async Task CloseCases(NpgsqlConnection connection, List<Transfer> rows)
    {
        var gone = rows.Where(t => t.IsWaitAnnounced && t.OriginalStatus is (TransferStatus.Queued or TransferStatus.Sending)
            && t.Status is not (TransferStatus.Queued or TransferStatus.Sending) && t.SettledBy != SettledBy.Operator).ToList();
        if (gone.Count > 0)
        {
            await connection.ExecuteAsync(
                """
                UPDATE cases SET status = 'settled', settled_at = now(), outcome = @Noted, reason = 'It waits no more.', settled_by = 'service'
                WHERE subject_id = ANY (@ids) AND kind = @NotSent AND status = 'open'
                """,
                new { CaseOutcome.Noted, CaseKind.NotSent, ids = gone.Select(t => t.Id).ToArray() });
        }

        var settled = rows.Where(t => t.IsSettled && t.OriginalStatus != t.Status && t.SettledBy is not (null or SettledBy.Operator)).ToList();
        if (settled.Count > 0)
        {
            await connection.ExecuteAsync(
                """
                UPDATE cases c
                SET status = 'settled', settled_at = now(), outcome = u.outcome, reason = 'Safaricom has told.', settled_by = 'service'
                FROM unnest(@ids, @outcomes) AS u (id, outcome)
                WHERE c.subject_id = u.id AND c.kind = ANY (@kinds) AND c.status = 'open'
                """,
                new
                {
                    ids = settled.Select(t => t.Id).ToArray(),
                    outcomes = settled.Select(t => t.Status == TransferStatus.Completed ? CaseOutcome.Paid : CaseOutcome.NotPaid).ToArray(),
                    kinds = new[] { CaseKind.OutcomeUnknown, CaseKind.ReversalRefused },
                });
        }
    }
}
