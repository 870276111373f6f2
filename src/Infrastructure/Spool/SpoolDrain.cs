using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Payments.Infrastructure;

/// <summary>
/// Brings spooled callbacks into the inbox at a bounded rate, oldest first, and finds out whether the database is back: what waits is
/// the best probe there is, for it needs the same write.
/// </summary>
internal sealed partial class SpoolDrain(
    Connections database, DatabaseState state, DatabaseCircuit circuit, IJobs jobs, InboxBell bell, SpoolOptions options, ILogger<SpoolDrain> log, Spool? spool = null)
    : BackgroundService
{
    /// <summary>Rows in one commit: few enough to be quick on a database that has just come back.</summary>
    private const int BatchRows = 500;

    /// <summary>Between two looks: the wait an outage adds at its end, and the pause between two probes.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>A probe that takes longer has failed; the first connection after a restart may need longer than a commit's deadline.</summary>
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var purpose = Connections.For(Purpose.Inbox);

        // Before the tables are there is nothing to write to.
        await state.Ready.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await DrainAll(stoppingToken) && circuit.IsOpen)
                {
                    await Probe(stoppingToken);
                }

                circuit.Close();
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                if (circuit.IsOpen)
                {
                    circuit.Confirm();
                }

                LogFailed(failure.Message);
            }

            await Task.Delay(Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>True when something was written.</summary>
    private async Task<bool> DrainAll(CancellationToken cancellation)
    {
        if (spool is null)
        {
            return false;
        }

        if (spool.Adopt() is > 0 and var adopted)
        {
            LogAdopted(adopted);
        }

        var total = 0;
        while (spool.Next() is { } segment)
        {
            total += await Drain(segment, cancellation);
        }

        if (total > 0)
        {
            LogDrained(total);
        }

        return total > 0;
    }

    /// <summary>
    /// One segment. Dies before a commit: nothing happened. Dies after it: the segment is adopted and its rows meet themselves. Only a
    /// segment of which every whole record is committed, and every other byte set aside, is deleted.
    /// </summary>
    private async Task<int> Drain(SpoolSegment segment, CancellationToken cancellation)
    {
        var (records, damage) = SpoolRecord.ReadAll(segment.Read());
        foreach (var batch in records.Chunk(BatchRows))
        {
            cancellation.ThrowIfCancellationRequested();
            var clock = Stopwatch.StartNew();
            var refused = await Write(batch);
            if (refused.Count > 0)
            {
                // PostgreSQL will not have them, today or tomorrow; nothing that comes through the endpoints is like that.
                LogRefused(refused.Count, segment.Path);
                spool!.SetAside(segment, ".refused", [.. refused.Select(row => row.Callback.Body)]);
            }

            circuit.Close();
            var pace = TimeSpan.FromSeconds((double)batch.Length / options.RowsPerSecond) - clock.Elapsed;
            await Task.Delay(pace > TimeSpan.Zero ? pace : TimeSpan.Zero, cancellation);
        }

        if (damage.Count > 0)
        {
            LogDamaged(damage.Sum(piece => piece.Length), segment.Path);
            spool!.SetAside(segment, ".torn", damage);
        }

        spool!.Remove(segment);
        return records.Count;
    }

    private async Task<List<SpooledCallback>> Write(IReadOnlyList<SpooledCallback> batch)
    {
        try
        {
            await SpooledRows.Insert(database, jobs, bell, batch).WaitAsync(ProbeLimit);
            return [];
        }
        catch (Exception refused) when (SpooledRows.IsRefused(refused))
        {
            var bad = new List<SpooledCallback>();
            foreach (var row in batch)
            {
                try
                {
                    await SpooledRows.Insert(database, jobs, bell, [row]).WaitAsync(ProbeLimit);
                }
                catch (Exception one) when (SpooledRows.IsRefused(one))
                {
                    bad.Add(row);
                }
            }

            return bad;
        }
    }

    private async Task Probe(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ProbeLimit);
        await using var command = database.CreateCommand("SELECT 1");
        await command.ExecuteScalarAsync(limit.Token);
    }

    [LoggerMessage(EventName = "spool_drained", Level = LogLevel.Warning, Message = "{Count} spooled callbacks entered the inbox")]
    private partial void LogDrained(int count);

    [LoggerMessage(EventName = "spool_adopted", Level = LogLevel.Warning, Message = "Took over {Count} spool segments that a dead process left")]
    private partial void LogAdopted(int count);

    [LoggerMessage(EventName = "spool_damaged", Level = LogLevel.Error,
        Message = "{Bytes} bytes of {Path} are torn or damaged and are kept beside it as .torn")]
    private partial void LogDamaged(int bytes, string path);

    [LoggerMessage(EventName = "spool_refused", Level = LogLevel.Error,
        Message = "PostgreSQL refuses {Count} callbacks of {Path}; they are kept beside it as .refused")]
    private partial void LogRefused(int count, string path);

    [LoggerMessage(EventName = "spool_waiting", Level = LogLevel.Warning, Message = "The spool cannot be drained yet: {Why}")]
    private partial void LogFailed(string why);
}
