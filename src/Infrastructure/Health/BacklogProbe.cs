using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Payments.Infrastructure.Health;

/// <summary>What was read of the backlog.</summary>
/// <param name="Backlog">Null when the database does not answer at all, or <paramref name="Failure"/> says why it could not be read.</param>
internal sealed record BacklogAnswer(Backlog? Backlog, string? Failure);

/// <summary>Reads the <see cref="Backlog"/> once for all the checks of a report, which judge a part of it each. Never throws, takes five seconds at most.</summary>
internal sealed class BacklogProbe
{
    /// <summary>The backlog may cost a busy database a little more than a sign of life.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    private readonly DatabaseProbe database;
    private readonly BacklogReader backlogs;
    private readonly CoalescedRead<BacklogAnswer> answers;

    public BacklogProbe(DatabaseProbe database, BacklogReader backlogs, TimeProvider clock)
    {
        (this.database, this.backlogs) = (database, backlogs);

        // However long the other checks of the report take; the next one begins it anew.
        answers = new(Ask, clock, TimeSpan.MaxValue);
    }

    /// <summary>A report begins: what the last one was told is over.</summary>
    public void Renew() => answers.Renew();

    /// <summary>What waits now, or did when this report began.</summary>
    public Task<BacklogAnswer> Read(CancellationToken cancellation) => answers.See(cancellation);

    /// <summary>One part of it judged; nothing to tell where it could not be read, which <see cref="BacklogHealthCheck"/> tells once for all.</summary>
    public async Task<HealthCheckResult> Judge(Func<Backlog, HealthCheckResult> judge, CancellationToken cancellation) =>
        (await Read(cancellation)).Backlog is { } behind ? judge(behind) : HealthReports.NothingToTell;

    private async Task<BacklogAnswer> Ask()
    {
        try
        {
            // A database that is away has been told of by its own check.
            return (await database.Read(CancellationToken.None)).Answers
                ? new(await backlogs.Read(CancellationToken.None).WaitAsync(Timeout), null)
                : new(null, null);
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            return new(null, failure.Message);
        }
    }
}
