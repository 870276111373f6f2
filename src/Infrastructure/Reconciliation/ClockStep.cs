using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Payments.Infrastructure;

/// <summary>
/// PostgreSQL's clock may be set back. Every round of questions leaves the time it had (<c>question_budget.counted_at</c>); a round that finds
/// it in the future knows by how much the clock went back, and moves what waits for a time of before back with it (decision 0038). Leases and
/// windows need nobody: a mark further ahead than it can have been set counts for nothing where it is read (<see cref="Slack"/>).
/// </summary>
internal sealed partial class ClockStep(ILogger<ClockStep> log)
{
    /// <summary>
    /// How far ahead of now a mark of the past may seem, as SQL: transactions begin before they wait for locks, and a clock may be put right by
    /// seconds. What is further ahead was written before the clock was set back.
    /// </summary>
    public const string Slack = "interval '1 minute'";

    /// <summary>
    /// Heals what a step has left, in the transaction that takes the budget: it holds the row until then, so one round heals. Dies before the
    /// commit, or meets a row somebody else holds for too long: the next round finds the same step. What was asked before the time it is now is
    /// left alone: it waits no longer than its schedule said.
    /// </summary>
    public async Task Notice(NpgsqlConnection connection)
    {
        var by = TimeSpan.FromSeconds(await connection.ExecuteScalarAsync<double>(
            "SELECT extract(epoch FROM counted_at - clock_timestamp())::double precision FROM question_budget FOR UPDATE"));
        if (by <= TimeSpan.FromMinutes(1))
        {
            return;
        }

        var moved = 0;
        foreach (var (table, begun) in new[] { ("attempts", "started_at"), ("payouts", "sending_at"), ("refunds", "sending_at") })
        {
            moved += await connection.ExecuteAsync(
                $"""
                UPDATE {table} t
                SET next_question_at = t.next_question_at - @by, asked_at = least(t.asked_at, now())
                FROM (
                    SELECT id FROM {table}
                    WHERE next_question_at > now() AND coalesce(asked_at, {begun}) > now()
                    ORDER BY id
                    FOR UPDATE) ahead
                WHERE t.id = ahead.id
                """,
                new { by });
        }

        await connection.ExecuteAsync("UPDATE daraja_apis SET paused_until = paused_until - @by WHERE paused_until > now()", new { by });
        LogSteppedBack(by, moved);
    }

    [LoggerMessage(
        EventName = "database_clock_stepped_back", Level = LogLevel.Warning,
        Message = "PostgreSQL's clock was set back by {By}; {Moved} questions that waited for a time of before were moved with it")]
    private partial void LogSteppedBack(TimeSpan by, int moved);
}
