using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Requests;

namespace Payments.Infrastructure.Reconciliation;

/// <summary>
/// PostgreSQL's clock may be set back. Leases and windows need nobody then: a mark further ahead than it can have been set counts for nothing
/// where it is read (<see cref="Slack"/>). What waits for its next question waits by a schedule of hours, so it is moved: a wait lasts no longer
/// than it was meant to, from now on (decision 0038).
/// </summary>
public sealed partial class ClockStep(Connections database, ILogger<ClockStep> log)
{
    /// <summary>
    /// How far ahead of now a mark of the past may seem, as SQL: transactions begin before they wait for locks, and a clock may be put right by
    /// seconds. What is further ahead was written before the clock was set back.
    /// </summary>
    public const string Slack = "interval '1 minute'";

    /// <summary>
    /// Moves questions whose waits began "later" than now. Looked for in every worker every few seconds, whatever else happens: also a clock
    /// that was ahead only for a moment leaves such waits. Dies before the commit, or meets a row somebody else holds for too long: the next
    /// look finds them. Twice at once: they meet at the rows, and the second finds none. Answers how many there were.
    /// </summary>
    public async Task<int> Heal(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await Heal(connection);
    }

    /// <summary>
    /// Every round of questions leaves the time it had; one that finds it in the future heals at once, and moves the pauses of Safaricom's APIs
    /// back by as much. In the transaction that takes the budget, whose row it holds.
    /// </summary>
    public async Task Notice(NpgsqlConnection connection)
    {
        var by = TimeSpan.FromSeconds(await connection.ExecuteScalarAsync<double>(
            "SELECT extract(epoch FROM counted_at - clock_timestamp())::double precision FROM question_budget FOR UPDATE"));
        if (by > TimeSpan.FromMinutes(1))
        {
            LogSetBack(by);
            await Heal(connection);
            await connection.ExecuteAsync("UPDATE daraja_apis SET paused_until = paused_until - @by WHERE paused_until > now()", new { by });
        }
    }

    private async Task<int> Heal(NpgsqlConnection connection)
    {
        var moved = 0;
        foreach (var table in RequestTable.All)
        {
            moved += await DueQueries.Heal(connection, table);
        }

        if (moved > 0)
        {
            LogMoved(moved);
        }

        return moved;
    }

    [LoggerMessage(EventName = "database_clock_set_back", Level = LogLevel.Warning, Message = "PostgreSQL's clock was set back by {By}")]
    private partial void LogSetBack(TimeSpan by);

    [LoggerMessage(
        EventName = "questions_moved", Level = LogLevel.Warning,
        Message = "{Count} questions waited for a time that PostgreSQL's clock was set back from, and were moved to when they are due now")]
    private partial void LogMoved(int count);
}
