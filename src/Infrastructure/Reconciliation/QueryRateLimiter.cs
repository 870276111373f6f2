using Dapper;
using Payments.Application.Reconciliation;
using Payments.Domain.C2b;
using Payments.Domain.Checkouts;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Reconciliation;

/// <summary>
/// The budget of questions as one row all processes lock in turn: for the milliseconds in which one of them takes what is due. A process
/// that freezes with the row in its hands loses it after 15 s, as every transaction here does.
/// </summary>
internal sealed class QueryRateLimiter(Connections database, DarajaStatusStore board, ClockStep steps, ReconciliationOptions options, OurShortcodes ours) : IQueryRateLimiter
{
    private sealed record ApiRow
    {
        public string Api { get; init; } = "";
        public string State { get; init; } = "";
        public DateTimeOffset? PausedUntil { get; init; }
        public string? Why { get; init; }
        public string FoundBy { get; init; } = "";
        public DateTimeOffset ChangedAt { get; init; }
    }

    private sealed record ReconciliationRow
    {
        public double Tokens { get; init; }
        public long Overdue { get; init; }
        public DateTimeOffset? OldestDueAt { get; init; }
        public long OpenCases { get; init; }
        public DateTimeOffset? PulledUntil { get; init; }
        public string? PullState { get; init; }
        public string? PullWhy { get; init; }
        public DateTimeOffset? PullSince { get; init; }
        public DateTimeOffset? PullStartedAt { get; init; }
    }

    public async Task<int> Available(DarajaQuery question, int most)
    {
        await using var connection = await database.OpenConnectionAsync();
        await steps.Notice(connection);

        // The time of this statement and not of the transaction, which may have waited for the row: so the clock goes back here only if it was
        // set back, and then the bucket begins again at once, whatever it held.
        var tokens = await connection.QuerySingleAsync<double>(
            """
            UPDATE question_budget
            SET tokens = least(@burst, tokens + @rate * greatest(0, extract(epoch FROM clock_timestamp() - counted_at))), counted_at = clock_timestamp()
            RETURNING tokens
            """,
            new { burst = (double)options.QuestionBurst, rate = options.QuestionsPerSecond });
        LockOrder.Took(LockStep.QuestionBudget);
        var open = (await connection.QueryAsync<(string Api, bool IsPaused)>(
            "SELECT api, paused_until > now() FROM daraja_apis WHERE state = 'open'")).ToDictionary(row => row.Api, row => row.IsPaused);
        board.Remember(open.Keys);

        // A list may be long, customers may be many, and an order waits for its own question: Pull and claims take only what is above half of the burst, so
        // whatever is due finds the other half at any time.
        tokens -= question is DarajaQuery.Pull or DarajaQuery.Claim ? options.QuestionBurst / 2 : 0;
        return !open.TryGetValue(DarajaStatusStore.NameOf(ApiOf(question)), out var isPaused) ? Math.Clamp((int)tokens, 0, most)
            : isPaused ? 0
            : Math.Clamp((int)tokens, 0, Math.Min(most, 1));
    }

    public async Task Consume(int questions)
    {
        if (questions > 0)
        {
            await using var connection = await database.OpenConnectionAsync();
            await connection.ExecuteAsync("UPDATE question_budget SET tokens = tokens - @questions", new { questions });
            LockOrder.Took(LockStep.QuestionBudget);
        }
    }

    public async Task<MissedSchedules> FindForgotten(TimeSpan age, TimeSpan pullAge, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleAsync<MissedSchedules>(
            $"""
            SELECT EXISTS (SELECT FROM question_budget WHERE counted_at > clock_timestamp() + {ClockStep.Slack})
                    OR EXISTS (SELECT FROM attempts WHERE next_question_at < now() - @age)
                    OR EXISTS (
                        SELECT FROM payouts
                        WHERE next_question_at < now() - @age
                            OR (status = 'queued' AND waiting_for IS NULL AND coalesce(retry_at, enqueued_at + @forgotten) < now() - @age))
                    OR EXISTS (
                        SELECT FROM refunds
                        WHERE next_question_at < now() - @age
                            OR (status = 'queued' AND waiting_for IS NULL AND coalesce(retry_at, enqueued_at + @forgotten) < now() - @age)) AS questions,
                EXISTS (
                    SELECT FROM checkouts
                    WHERE expires_at < now() - @endAge AND status IN ('open', 'pending', 'failed') AND (status <> 'pending' OR expires_at < now() - @endAge - @life)
                    UNION ALL SELECT FROM receipts WHERE surplus_due_at < now() - @endAge) AS ends,
                coalesce((SELECT max(started_at) FROM pull_rounds), (SELECT min(stamped_at) FROM deployment)) NOT BETWEEN now() - @pullAge AND now() + {ClockStep.Slack} AS pull
            """,
            new { age, pullAge, forgotten = options.ForgottenAfter, endAge = TimeSpan.FromMinutes(1), life = Attempt.PromptLifetime });
    }

    public async Task<DarajaView> Read(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var apis = (await connection.QueryAsync<ApiRow>(
            """
            SELECT api, CASE WHEN state = 'open' AND paused_until <= now() THEN 'half_open' ELSE state END AS state, paused_until, why, found_by, changed_at
            FROM daraja_apis
            ORDER BY api
            """)).AsList();
        var row = await connection.QuerySingleAsync<ReconciliationRow>(
            """
            SELECT least(@burst, b.tokens + @rate * greatest(0, extract(epoch FROM now() - b.counted_at))) AS tokens, due.overdue, due.oldest_due_at,
                (SELECT count(*) FROM cases WHERE status = 'open') AS open_cases, p.read_until AS pulled_until, r.state AS pull_state, r.why AS pull_why, r.since AS pull_since, r.started_at AS pull_started_at
            FROM question_budget b LEFT JOIN pull_progress p ON p.shortcode = @shortcode LEFT JOIN pull_rounds r ON r.shortcode = @shortcode, (
                SELECT count(*) AS overdue, min(at) AS oldest_due_at
                FROM (
                    SELECT next_question_at FROM attempts WHERE next_question_at <= now()
                    UNION ALL SELECT next_question_at FROM payouts WHERE next_question_at <= now()
                    UNION ALL SELECT next_question_at FROM refunds WHERE next_question_at <= now()) AS all_due (at)) due
            """,
            new { burst = (double)options.QuestionBurst, rate = options.QuestionsPerSecond, shortcode = ours.Main });
        board.Remember([.. apis.Where(a => a.State != DarajaStatusStore.Closed).Select(a => a.Api)]);
        return new(
            [.. apis.Select(a => new DarajaApiView(a.Api, a.State, a.PausedUntil, a.Why, a.FoundBy, a.ChangedAt))],
            new(options.QuestionsPerSecond, Math.Round(row.Tokens, 1), row.Overdue, row.OldestDueAt, row.OpenCases, row.PulledUntil),
            row.PullStartedAt is { } started ? new(row.PulledUntil, row.PullState, row.PullWhy, row.PullSince, started) : null);
    }

    private static DarajaOperation ApiOf(DarajaQuery question) => question switch
    {
        DarajaQuery.Stk => DarajaOperations.PromptQuery,
        DarajaQuery.Status or DarajaQuery.Claim => DarajaOperations.Status,
        DarajaQuery.Balance => DarajaOperations.Balance,
        DarajaQuery.Pull => DarajaOperations.Pull,
    };
}
