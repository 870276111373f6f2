using Dapper;
using Npgsql;
using Payments.Application.C2b;
using Payments.Application.Diagnostics;
using Payments.Domain.Common;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Diagnostics;

/// <summary>What the doctor reads of the last hour, and what it remembers of initiators' credentials.</summary>
internal sealed class DiagnosticsStore(Connections database, TimeProvider clock) : IDiagnosticsStore
{
    public async Task<Traffic> Traffic(CancellationToken cancellation)
    {
        // Ids begin with their time: the primary key finds an hour, or a day, of a table of years. Those of payouts and refunds by B2C do not,
        // they are made of what the caller said.
        var (hour, day, since) = (FirstIdOf(clock.GetUtcNow().AddHours(-1)), FirstIdOf(clock.GetUtcNow().AddDays(-1)), clock.GetUtcNow().AddDays(-1));
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var kinds = (await connection.QueryAsync<KindRow>(
            """
            SELECT kind, count(*)::int AS count,
                count(*) FILTER (WHERE subject_id IS NULL AND verdict IN ('hint', 'malformed') AND token_hash = ANY (@elsewhere) IS NOT TRUE)::int AS hints,
                count(*) FILTER (WHERE token_hash = ANY (@elsewhere))::int AS elsewhere,
                count(*) FILTER (WHERE subject_id IS NOT NULL AND verdict = 'malformed' AND kind <> 'c2b_validate')::int AS unreadable
            FROM callbacks WHERE id >= @hour AND probe_id IS NULL GROUP BY kind ORDER BY kind
            """,
            new { hour, elsewhere = await Elsewhere(connection) })).ToList();
        var prompts = await connection.QuerySingleAsync<PromptRow>(
            """
            SELECT count(*)::int AS accepted, (count(*) FILTER (WHERE settled_by = 'callback'))::int AS by_callback,
                (count(*) FILTER (WHERE ended_at IS NULL))::int AS unanswered
            FROM attempts WHERE id >= @hour AND request_id IS NOT NULL AND started_at < now() - interval '3 minutes'
            """,
            new { hour });
        var last = await connection.QuerySingleAsync<LastRow>(
            """
            SELECT (SELECT received_at FROM callbacks WHERE probe_id IS NULL ORDER BY id DESC LIMIT 1) AS heard,
                greatest(
                    (SELECT max(started_at) FROM attempts WHERE id >= @day AND request_id IS NOT NULL),
                    (SELECT max(sending_at) FROM payouts WHERE created_at >= @since AND conversation_id IS NOT NULL),
                    (SELECT max(sending_at) FROM refunds WHERE created_at >= @since AND conversation_id IS NOT NULL)) AS accepted
            """,
            new { day, since });

        // A busy customer's phone says nothing about the set-up.
        var refused = await connection.QueryAsync<RefusedRow>(
            """
            SELECT DISTINCT ON (what) what, id, at, failure_result_code, failure_message, failure_provider_text,
                NOT EXISTS (SELECT FROM attempts a WHERE what = 'prompt' AND a.id >= @day AND a.request_id IS NOT NULL AND a.started_at > r.at)
                AND NOT EXISTS (SELECT FROM payouts p WHERE what = 'payout' AND p.created_at >= @since AND p.conversation_id IS NOT NULL AND p.sending_at > r.at)
                AND NOT EXISTS (SELECT FROM refunds f WHERE what = 'refund' AND f.created_at >= @since AND f.conversation_id IS NOT NULL AND f.sending_at > r.at) AS is_last
            FROM (
                SELECT 'prompt' AS what, id, started_at AS at, failure_result_code, failure_message, failure_provider_text
                FROM attempts WHERE id >= @day AND status = 'failed' AND request_id IS NULL AND settled_by IS NULL AND failure_code <> 'busy'
                UNION ALL
                SELECT 'payout', id, sending_at, failure_result_code, failure_message, failure_provider_text
                FROM payouts WHERE created_at >= @since AND status = 'failed' AND sending_at IS NOT NULL AND conversation_id IS NULL AND settled_by IS NULL AND failure_code <> 'busy'
                UNION ALL
                SELECT 'refund', id, sending_at, failure_result_code, failure_message, failure_provider_text
                FROM refunds WHERE created_at >= @since AND status = 'failed' AND sending_at IS NOT NULL AND conversation_id IS NULL AND settled_by IS NULL AND failure_code <> 'busy') r
            ORDER BY what, at DESC
            """,
            new { day, since });
        return new(
            [.. kinds.Select(k => (k.Kind, k.Count))], kinds.Sum(k => k.Hints), kinds.Sum(k => k.Elsewhere), kinds.Sum(k => k.Unreadable), last.Heard, prompts.Accepted, prompts.ByCallback, prompts.Unanswered,
            last.Accepted, [.. refused.Select(r => r.ToRefused())]);
    }

    public async Task<(DateTimeOffset At, int Times)?> SupersededToken(string tokenKey, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<StolenRow>(
            "SELECT refused_at, refusals FROM access_tokens WHERE app = @tokenKey AND refused_at IS NOT NULL", new { tokenKey });
        return rows.SingleOrDefault() is { } row ? (row.RefusedAt, row.Refusals) : null;
    }

    public async Task<InitiatorTrial?> FindTry(IReadOnlyCollection<byte[]> fingerprints, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<TryRow>(
            """
            SELECT t.question_id, t.asked_at, t.refusal, q.answered_at, q.answer
            FROM initiator_tries t JOIN questions q ON q.id = t.question_id
            WHERE t.fingerprint = ANY (@fingerprints)
            ORDER BY t.asked_at DESC LIMIT 1
            """,
            new { fingerprints = fingerprints.ToArray() });
        return rows.SingleOrDefault() is { } row ? new(row.QuestionId, row.AskedAt, row.Refusal, row.AnsweredAt, row.Answer) : null;
    }

    public async Task<bool> BeginTry(byte[] fingerprint, StatusQueryId question, bool ofPayouts)
    {
        await using var connection = await database.OpenConnectionAsync();

        // One statement, one commit: the question exists before it is asked, and whoever comes second makes neither row.
        return await connection.ExecuteAsync(
            """
            WITH first AS (
                INSERT INTO initiator_tries (fingerprint, question_id, of_payouts) VALUES (@fingerprint, @question, @ofPayouts)
                ON CONFLICT (fingerprint) DO NOTHING
                RETURNING question_id)
            INSERT INTO questions (id, kind) SELECT question_id, 'balance' FROM first
            """,
            new { fingerprint, question, ofPayouts }) == 1;
    }

    public async Task RefuseTry(StatusQueryId question, string why)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "UPDATE initiator_tries SET refusal = @why WHERE question_id = @question AND refusal IS NULL",
            new { question, why = why.Length > 1000 ? why[..1000] : why });
    }

    public async Task ForgetTry(StatusQueryId question)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            WITH gone AS (DELETE FROM initiator_tries WHERE question_id = @question RETURNING question_id)
            DELETE FROM questions WHERE id IN (SELECT question_id FROM gone)
            """,
            new { question });
    }

    /// <summary>The smallest UUIDv7 of a moment: 48 bits of milliseconds, version, variant, zeros.</summary>
    private static Guid FirstIdOf(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        var milliseconds = time.ToUnixTimeMilliseconds();
        for (var i = 5; i >= 0; i--, milliseconds >>= 8)
        {
            bytes[i] = (byte)milliseconds;
        }

        bytes[6] = 0x70;
        bytes[8] = 0x80;
        return new(bytes, bigEndian: true);
    }

    public async Task<IReadOnlyList<FromElsewhere>> FromElsewhere(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<FromElsewhere>(
            """
            SELECT coalesce(source, 'unknown') AS source, count(*)::int AS count, max(received_at) AS last_at
            FROM callbacks
            WHERE state = 'done' AND subject_id IS NULL AND done_at > now() - interval '7 days' AND verdict IN ('hint', 'malformed')
              AND token_hash = ANY (@elsewhere)
            GROUP BY source ORDER BY max(received_at) DESC LIMIT 20
            """,
            new { elsewhere = await Elsewhere(connection) });
        return [.. rows];
    }

    public async Task<IReadOnlyList<Unrouted>> Unrouted(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<Unrouted>(
            """
            SELECT path, sum(taken)::bigint AS taken, sum(refused)::bigint AS refused FROM unrouted_callbacks WHERE hour > now() - interval '1 day'
            GROUP BY path ORDER BY sum(taken) DESC, sum(refused) DESC LIMIT 5
            """)).AsList();
    }

    /// <summary>What tokens of ours that came from elsewhere are stored as; one that was replaced is nobody's.</summary>
    private static async Task<byte[][]> Elsewhere(NpgsqlConnection connection) =>
    [
        .. (await connection.QueryAsync<string>("SELECT token FROM c2b_registrations UNION ALL SELECT token FROM c2b_other_registrations WHERE replaced_at IS NULL"))
            .Select(RegistrationToken.HashFromElsewhere),
    ];

    private sealed record KindRow(string Kind, int Count, int Hints, int Elsewhere, int Unreadable);

    private sealed record PromptRow(int Accepted, int ByCallback, int Unanswered);

    private sealed record LastRow
    {
        public DateTimeOffset? Heard { get; init; }
        public DateTimeOffset? Accepted { get; init; }
    }

    private sealed record StolenRow
    {
        public DateTimeOffset RefusedAt { get; init; }
        public int Refusals { get; init; }
    }

    private sealed record TryRow
    {
        public StatusQueryId QuestionId { get; init; }
        public DateTimeOffset AskedAt { get; init; }
        public string? Refusal { get; init; }
        public DateTimeOffset? AnsweredAt { get; init; }
        public string? Answer { get; init; }
    }

    private sealed record RefusedRow
    {
        public string What { get; init; } = "";
        public Guid Id { get; init; }
        public DateTimeOffset At { get; init; }
        public string? FailureResultCode { get; init; }
        public string FailureMessage { get; init; } = "";
        public string? FailureProviderText { get; init; }
        public bool IsLast { get; init; }

        public RefusedInitiation ToRefused() => new(
            What, PublicIds.Text(What switch { "prompt" => AttemptId.Prefix, "payout" => PayoutId.Prefix, _ => RefundId.Prefix }, Id), At, FailureResultCode,
            FailureMessage, FailureProviderText, IsLast);
    }
}
