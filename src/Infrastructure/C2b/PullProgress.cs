using System.Globalization;
using Dapper;
using Microsoft.Extensions.Logging;
using Payments.Application.C2b;
using Payments.Application.Common;
using Payments.Domain.Common;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Reconciliation;

namespace Payments.Infrastructure.C2b;

/// <summary>How far Pull has read (<c>pull_progress</c>) and how its rounds go (<c>pull_rounds</c>), by PostgreSQL's clock.</summary>
internal sealed partial class PullProgress(Connections database, ILogger<PullProgress> log) : IPullProgress
{
    private const int MaxWhy = 1000;

    private sealed record WindowRow
    {
        public DateTimeOffset ReadFrom { get; init; }
        public DateTimeOffset ReadTo { get; init; }
        public DateTimeOffset Earliest { get; init; }
        public DateTimeOffset? ReadUntil { get; init; }
    }

    private sealed record StandingRow
    {
        public DateTimeOffset? ReadUntil { get; init; }
        public string? State { get; init; }
        public string? Why { get; init; }
        public DateTimeOffset? Since { get; init; }
        public DateTimeOffset StartedAt { get; init; }
        public DateTimeOffset? GapFrom { get; init; }
        public DateTimeOffset? GapUntil { get; init; }
        public DateTimeOffset Now { get; init; }
    }

    public async Task<PullWindow?> Begin(
        string shortcode, Guid round, TimeSpan lease, TimeSpan overlap, TimeSpan kept, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var begun = await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO pull_rounds AS r (shortcode, round, running_until) VALUES (@shortcode, @round, now() + @lease)
            ON CONFLICT (shortcode) DO UPDATE SET round = excluded.round, running_until = excluded.running_until, started_at = now()
            WHERE r.running_until IS NULL OR r.running_until < now() OR r.running_until > now() + @lease
            """,
            new { shortcode, round, lease }, cancellationToken: cancellation));
        if (begun == 0)
        {
            return null;
        }

        // What moved before this database began belongs to whatever kept the shop's books then; the quarter of an hour is for M-PESA's clock,
        // which may be behind ours. The end is rounded up: Pull takes seconds. A mark in the future was written by a clock that was wrong,
        // and says nothing of what was read: all that Safaricom keeps is.
        var row = await connection.QuerySingleAsync<WindowRow>(new CommandDefinition(
            $"""
            SELECT greatest(
                    now() - @kept,
                    (SELECT date_trunc('second', least(min(stamped_at), now())) - interval '15 minutes' FROM deployment),
                    CASE WHEN p.read_until <= now() + {ClockStep.Slack} THEN least(p.read_until, now()) - @overlap END) AS read_from,
                date_trunc('second', now()) + interval '1 second' AS read_to, now() - @kept AS earliest, p.read_until
            FROM (SELECT (SELECT read_until FROM pull_progress WHERE shortcode = @shortcode) AS read_until) p
            """,
            new { shortcode, overlap, kept }, cancellationToken: cancellation));
        return new(row.ReadFrom, row.ReadTo, row.Earliest, row.ReadUntil);
    }

    public async Task<bool> Renew(string shortcode, Guid round, TimeSpan lease)
    {
        await using var connection = await database.OpenConnectionAsync();
        return await connection.ExecuteAsync(
            "UPDATE pull_rounds SET running_until = now() + @lease WHERE shortcode = @shortcode AND round = @round", new { shortcode, round, lease }) == 1;
    }

    public async Task MoveMark(string shortcode, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);

        // One statement, one commit. Both parts see the mark as it was.
        var gap = await connection.QuerySingleOrDefaultAsync<(DateTimeOffset From, DateTimeOffset Until)?>(new CommandDefinition(
            $"""
            WITH moved AS (
                INSERT INTO pull_progress AS p (shortcode, read_until) VALUES (@shortcode, @until)
                ON CONFLICT (shortcode) DO UPDATE SET read_at = now(), read_until = CASE
                    WHEN p.read_until > now() + {ClockStep.Slack} THEN excluded.read_until ELSE greatest(p.read_until, excluded.read_until) END)
            UPDATE pull_rounds r SET gap_from = p.read_until, gap_until = @from
            FROM pull_progress p
            WHERE r.shortcode = @shortcode AND p.shortcode = @shortcode AND p.read_until < @from
            RETURNING r.gap_from, r.gap_until
            """,
            new { shortcode, from, until }, cancellationToken: cancellation));
        if (gap is var (since, to))
        {
            LogGap(since, to);
        }
    }

    public async Task End(string shortcode, Guid round, PullReport report)
    {
        await using var connection = await database.OpenConnectionAsync();
        var isComplete = report.State == PullState.Complete;
        await connection.ExecuteAsync(
            """
            UPDATE pull_rounds SET round = NULL, running_until = NULL, ended_at = now(), state = @state, why = @why,
                since = CASE WHEN @isComplete THEN NULL ELSE coalesce(since, started_at) END
            WHERE shortcode = @shortcode AND round = @round
            """,
            new
            {
                shortcode,
                round,
                state = EnumNames.Name(report.State),
                why = report.Why is { Length: > MaxWhy } why ? why[..MaxWhy] : report.Why,
                isComplete,
            });
    }

    public async Task<(ReceiptNumber Number, DateTimeOffset At)?> FindKnown(
        string shortcode, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation)
    {
        // That Pull lists what was paid by prompts, or to another number than the one it is asked about, is not written anywhere: only payments by
        // hand to that number prove it wrong.
        // Ids begin with the time they were made, and no receipt is recorded before it was paid: an hour allows for two clocks.
        var hex = from.AddHours(-1).ToUnixTimeMilliseconds().ToString("x12", CultureInfo.InvariantCulture);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<(ReceiptNumber, DateTimeOffset)?>(new CommandDefinition(
            """
            SELECT receipt, at FROM receipts
            WHERE id >= @first AND receipt IS NOT NULL AND method <> 'stk' AND settled_by <> 'operator'
              AND (shortcode IS NULL OR shortcode = @shortcode) AND at BETWEEN @from AND @to
            ORDER BY id LIMIT 1
            """,
            new { first = Guid.Parse($"{hex[..8]}-{hex[8..]}-7000-8000-000000000000"), shortcode, from, to }, cancellationToken: cancellation));
    }

    public async Task<PullStanding?> Read(string shortcode, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var row = await connection.QuerySingleOrDefaultAsync<StandingRow>(new CommandDefinition(
            """
            SELECT p.read_until, r.state, r.why, r.since, r.started_at, r.gap_from, r.gap_until, now() AS now
            FROM pull_rounds r LEFT JOIN pull_progress p USING (shortcode)
            WHERE r.shortcode = @shortcode
            """,
            new { shortcode }, cancellationToken: cancellation));
        return row is null ? null
            : new(row.ReadUntil, row.State is { } state ? EnumNames.Read<PullState>(state) : null, row.Why, row.Since, row.StartedAt, row.GapFrom, row.GapUntil, row.Now);
    }

    [LoggerMessage(
        EventName = "pull_gap", Level = LogLevel.Warning,
        Message = "Nobody has pulled what was paid from {From:u} to {Until:u}, and Safaricom keeps no more than 48 hours: compare with the M-PESA statement")]
    private partial void LogGap(DateTimeOffset from, DateTimeOffset until);
}
