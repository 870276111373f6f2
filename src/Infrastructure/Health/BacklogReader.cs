using Dapper;
using Hangfire;
using Microsoft.Extensions.Options;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Health;

/// <summary>What waits in the database at one moment. Ages by PostgreSQL's clock.</summary>
/// <param name="New">Callbacks stored and not drained, without those that have stepped aside; counted up to <see cref="BacklogReader.Max"/>.</param>
/// <param name="OldestNew">The age of the oldest of them; null when there is none.</param>
/// <param name="SetAside">Callbacks that could not be applied and are tried again soon; counted up to <see cref="BacklogReader.Max"/>.</param>
/// <param name="InDoubt">Attempts, payouts and refunds sent with an unknown outcome, by how long.</param>
/// <param name="Cases">Open cases by kind.</param>
/// <param name="Webhooks">Webhooks that nothing reaches, by why.</param>
/// <param name="Tokens">The access token of each Daraja app.</param>
/// <param name="Servers">Hangfire servers with a heartbeat in the last minute.</param>
/// <param name="FailedJobs">Jobs whose retries are used up.</param>
/// <param name="Pull">How Pull stands; null where it is off.</param>
public sealed record Backlog(
    long New, TimeSpan? OldestNew, long SetAside, IReadOnlyList<InDoubtCount> InDoubt, IReadOnlyList<CaseCount> Cases, IReadOnlyList<WebhookCount> Webhooks,
    IReadOnlyList<TokenAge> Tokens,
    IReadOnlyList<JobServer> Servers, long FailedJobs, PullBacklog? Pull);

/// <summary>What Pull has not read.</summary>
/// <param name="Age">Since when: since the mark, or since this database began where there is none.</param>
/// <param name="State">How the last round ended, as in <see cref="Application.C2b.PullState"/>; <c>none</c> before the first has.</param>
/// <param name="Why">Why the mark stands; null when it does not.</param>
public sealed record PullBacklog(TimeSpan Age, string State, string? Why);

/// <summary>How many of a kind have been in doubt for about how long: <c>under_5m</c>, <c>under_1h</c>, <c>under_1d</c>, <c>over_1d</c>.</summary>
public sealed record InDoubtCount(string Kind, string Age, long Count);

/// <summary>How many cases of a kind are open.</summary>
public sealed record CaseCount(string Kind, long Count);

/// <summary>How many webhooks are out of reach.</summary>
/// <param name="Why"><c>failing</c> for an hour and still tried; <c>disabled_failing</c>, <c>disabled_gone</c>, <c>disabled_secret_unreadable</c>.</param>
public sealed record WebhookCount(string Why, long Count);

/// <summary>The access token of an app.</summary>
/// <param name="App"><c>main</c> or <c>payouts</c>.</param>
/// <param name="Left">Until it ends; negative when it has.</param>
public sealed record TokenAge(string App, TimeSpan Age, TimeSpan Left);

/// <summary>A Hangfire server.</summary>
public sealed record JobServer(string Name, IReadOnlyList<string> Queues, TimeSpan Heartbeat);

/// <summary>Reads <see cref="Backlog"/>s: a few index scans, each bounded, so that looking does not add to the trouble looked for.</summary>
public sealed class BacklogReader(Connections database, JobStorage jobs, IOptions<DarajaOptions> daraja)
{
    /// <summary>Counting stops here: beyond it the number says no more than "very many".</summary>
    public const int Max = 100_000;

    /// <summary>Twice Hangfire's own heartbeat of 30 s.</summary>
    private static readonly TimeSpan Alive = TimeSpan.FromMinutes(1);

    /// <summary>A database that takes longer for this has other worries; seconds.</summary>
    private const int Timeout = 3;

    /// <summary>Reads one. Throws what Npgsql throws.</summary>
    public async Task<Backlog> Read(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var rows = await connection.QueryMultipleAsync(new CommandDefinition(
            """
            SELECT count(*) FROM (SELECT FROM callbacks WHERE state = 'new' AND retry_at IS NULL LIMIT @Max) waiting;

            -- The index has those with a token before the others: its first, and the first of the others.
            SELECT now() - min(received_at) FROM (
                (SELECT received_at FROM callbacks WHERE state = 'new' AND retry_at IS NULL ORDER BY (subject_id IS NULL), id LIMIT 1)
                UNION ALL
                (SELECT received_at FROM callbacks WHERE state = 'new' AND retry_at IS NULL AND (subject_id IS NULL) = true ORDER BY id LIMIT 1)) oldest;

            SELECT count(*) FROM (SELECT FROM callbacks WHERE state = 'new' AND retry_at IS NOT NULL LIMIT @Max) aside;

            -- Those still asked about are in the reconciler's index; the others have an open case.
            WITH stuck AS (SELECT subject_id FROM cases WHERE status = 'open'), doubtful AS (
                (SELECT 'attempt' AS kind, started_at AS since FROM attempts WHERE next_question_at IS NOT NULL AND status = 'unknown' LIMIT @Max)
                UNION ALL
                SELECT 'attempt', started_at FROM attempts WHERE id IN (SELECT subject_id FROM stuck) AND next_question_at IS NULL AND status = 'unknown'
                UNION ALL
                (SELECT 'payout', sending_at FROM payouts WHERE next_question_at IS NOT NULL AND status = 'in_doubt' LIMIT @Max)
                UNION ALL
                SELECT 'payout', sending_at FROM payouts WHERE id IN (SELECT subject_id FROM stuck) AND next_question_at IS NULL AND status = 'in_doubt'
                UNION ALL
                (SELECT 'refund', sending_at FROM refunds WHERE next_question_at IS NOT NULL AND status = 'in_doubt' LIMIT @Max)
                UNION ALL
                SELECT 'refund', sending_at FROM refunds WHERE id IN (SELECT subject_id FROM stuck) AND next_question_at IS NULL AND status = 'in_doubt')
            SELECT kind,
                CASE WHEN since > now() - interval '5 minutes' THEN 'under_5m' WHEN since > now() - interval '1 hour' THEN 'under_1h'
                    WHEN since > now() - interval '1 day' THEN 'under_1d' ELSE 'over_1d' END AS age,
                count(*) AS count
            FROM doubtful GROUP BY 1, 2 ORDER BY 1, 2;

            SELECT kind, count(*) AS count FROM cases WHERE status = 'open' GROUP BY kind ORDER BY kind;

            SELECT CASE WHEN status = 'enabled' THEN 'failing' ELSE 'disabled_' || disabled_because END AS why, count(*) AS count
            FROM webhooks
            WHERE (status = 'enabled' AND failing_since < now() - interval '1 hour') OR disabled_because IN ('failing', 'gone', 'secret_unreadable')
            GROUP BY 1 ORDER BY 1;

            SELECT CASE WHEN app = @main THEN 'main' ELSE 'payouts' END AS app, now() - fetched_at AS age, expires_at - now() AS left
            FROM access_tokens
            WHERE app IN (@main, @paying) AND token IS NOT NULL AND fetched_at IS NOT NULL AND expires_at IS NOT NULL;

            SELECT greatest(interval '0', now() - coalesce(p.read_until, d.stamped_at, now())) AS age, coalesce(r.state, 'none') AS state, r.why
            FROM (SELECT @shortcode AS shortcode, (SELECT min(stamped_at) FROM deployment) AS stamped_at) d
            LEFT JOIN pull_progress p USING (shortcode) LEFT JOIN pull_rounds r USING (shortcode);
            """,
            new { Max, main = daraja.Value.Main.TokenKey, paying = daraja.Value.Paying.TokenKey, shortcode = daraja.Value.Main.Shortcode }, commandTimeout: Timeout, cancellationToken: cancellation));
        var waiting = await rows.ReadSingleAsync<long>();
        var oldest = await rows.ReadSingleAsync<TimeSpan?>();
        var aside = await rows.ReadSingleAsync<long>();
        var inDoubt = (await rows.ReadAsync<InDoubtCount>()).AsList();
        var cases = (await rows.ReadAsync<CaseCount>()).AsList();
        var webhooks = (await rows.ReadAsync<WebhookCount>()).AsList();
        var tokens = (await rows.ReadAsync<TokenAge>()).AsList();
        var pull = await rows.ReadSingleAsync<PullBacklog>();
        var (servers, failed) = await Task.Run(Jobs, cancellation);
        return new(waiting, oldest, aside, inDoubt, cases, webhooks, tokens, servers, failed, daraja.Value.Nominated is null ? null : pull);
    }

    private (List<JobServer> Servers, long Failed) Jobs()
    {
        var monitoring = jobs.GetMonitoringApi();
        var now = DateTime.UtcNow;
        var servers = monitoring.Servers().Select(s => new JobServer(s.Name, [.. s.Queues], now - (s.Heartbeat ?? DateTime.MinValue)))
            .Where(s => s.Heartbeat < Alive).ToList();
        return (servers, monitoring.FailedCount());
    }
}
