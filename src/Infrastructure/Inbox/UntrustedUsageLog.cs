using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Inbox;

/// <summary>Writes down by source and hour what callbacks without a valid token have cost, tells the quota what the day has come to, and logs refusals.</summary>
internal sealed partial class UntrustedUsageLog(
    Connections database, DatabaseState state, UntrustedUsage usage, UntrustedQuota quota, UntrustedRateLimiter limiter, ILogger<UntrustedUsageLog> log)
    : BackgroundService
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await state.Ready.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        for (var round = 0L; !stoppingToken.IsCancellationRequested; round++)
        {
            var isMinute = round % 12 == 0;
            try
            {
                // What leaves the day's window is noticed every minute; with nothing to write that is all there is to do.
                await Write(reads: isMinute, stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotWritten(failure.Message);
            }

            if (isMinute && usage.TakeRefused() is > 0 and var refused)
            {
                var (source, requests) = limiter.Busiest();
                LogRefused(refused, source, requests);
            }

            await Task.Delay(PollInterval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Write(bool reads, CancellationToken cancellation)
    {
        using var purpose = Connections.For(Purpose.Watch);
        var taken = usage.Take();
        if (taken.Count == 0 && !reads)
        {
            return;
        }

        try
        {
            var rows = taken.OrderBy(entry => entry.Key, StringComparer.Ordinal).ToList();
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await connection.ExecuteAsync(
                """
                INSERT INTO untrusted_intake AS u (hour, source, stored, bytes, refused)
                SELECT date_trunc('hour', now()), source, stored, bytes, refused
                FROM unnest(@sources, @stored, @bytes, @refused) AS t (source, stored, bytes, refused)
                ORDER BY source
                ON CONFLICT (hour, source) DO UPDATE SET
                    stored = u.stored + excluded.stored, bytes = u.bytes + excluded.bytes, refused = u.refused + excluded.refused
                """,
                new
                {
                    sources = rows.ConvertAll(row => row.Key).ToArray(),
                    stored = rows.ConvertAll(row => row.Value.Stored).ToArray(),
                    bytes = rows.ConvertAll(row => row.Value.Bytes).ToArray(),
                    refused = rows.ConvertAll(row => row.Value.Refused).ToArray(),
                });
            var sum = await connection.QuerySingleAsync<long>(
                "SELECT coalesce(sum(bytes), 0)::bigint FROM untrusted_intake WHERE hour > now() - interval '1 day'");
            quota.Written(taken.Values.Sum(tally => tally.Bytes), sum);
        }
        catch
        {
            usage.PutBack(taken);
            throw;
        }
    }

    [LoggerMessage(EventName = "untrusted_refused", Level = LogLevel.Warning,
        Message = "{Count} callbacks without a valid token were refused since the last minute; the busiest source is {Source} with {Requests} in this one")]
    private partial void LogRefused(long count, string source, int requests);

    [LoggerMessage(EventName = "untrusted_not_written", Level = LogLevel.Debug, Message = "The count of untrusted callbacks is not written yet: {Why}")]
    private partial void LogNotWritten(string why);
}
