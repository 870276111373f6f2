using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Payments.Application.Callbacks;
using Payments.Application.Telemetry;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Inbox.Spool;
using Payments.Infrastructure.Jobs;

namespace Payments.Infrastructure.Inbox;

/// <summary>
/// Group commit: whatever arrives while one commit is under way goes into the next, with one Hangfire job in the same transaction.
/// A request is answered only after its commit. Dies before the commit: nothing was acknowledged. Dies after it: rows and job are there.
/// The commit fails, is too slow, or its answer is lost: the batch is spooled with the same ids, so that a row that is there after all
/// is there once. No spool, or no room in it: 503, and a row that is there after all is drained all the same.
/// </summary>
internal sealed partial class InboxBatchWriter(
    InboxQueue queue, InboxStore store, IJobs jobs, InboxOptions options, SpoolOptions spooling, DatabaseCircuit circuit, PaymentsMetrics metrics,
    ILogger<InboxBatchWriter> log, CallbackSpool? spool = null) : BackgroundService
{
    /// <summary>Without a spool giving up means 503, so a commit gets all the time in which somebody may still be waiting for the answer.</summary>
    private static readonly TimeSpan NoSpoolDeadline = TimeSpan.FromSeconds(20);

    /// <summary>Takes no more, and stores what has been taken.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        queue.Complete();
        if (ExecuteTask is { } running)
        {
            await running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var purpose = Connections.For(Purpose.Inbox);
        var busy = false;
        var began = 0L;
        while (await queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            if (busy)
            {
                // Counted from the last batch's start: its commit was waiting enough.
                var left = options.Linger - Stopwatch.GetElapsedTime(began);
                if (left > TimeSpan.Zero)
                {
                    await Task.Delay(left, CancellationToken.None);
                }
            }

            // Its own list each time: a commit given up at its deadline may still be reading it.
            var batch = new List<WaitingCallback>();
            while (batch.Count < options.BatchSize && queue.Reader.TryRead(out var next))
            {
                batch.Add(next);
            }

            // Alone: nobody is waiting, so the next one need not either.
            busy = batch.Count > 1;
            began = Stopwatch.GetTimestamp();
            await Commit(batch);
        }
    }

    private async Task Commit(List<WaitingCallback> batch)
    {
        try
        {
            var outcome = await WriteOrSpool(batch);
            batch.ForEach(waiting => waiting.Stored.TrySetResult(outcome));
            metrics.Batch(batch.Count, outcome);
        }
        catch (Exception failure)
        {
            metrics.Batch(batch.Count, "refused");
            LogFailed(batch.Count, failure.InnerException?.Message ?? failure.Message);
            var answer = new InboxUnavailableException("The callback could not be stored.", failure);
            batch.ForEach(waiting => waiting.Stored.TrySetException(answer));
        }
    }

    /// <summary>Where it went: <c>stored</c> or <c>spooled</c>.</summary>
    private async Task<string> WriteOrSpool(List<WaitingCallback> batch)
    {
        if (!circuit.IsOpen)
        {
            try
            {
                await Task.Run(() => Write(batch)).WaitAsync(spool is null ? NoSpoolDeadline : spooling.Deadline);
                return "stored";
            }
            catch (Exception refused) when (InboxStore.IsRefused(refused))
            {
                // It says nothing of the database, and the other rows are nobody's hostages.
                await WriteEach(batch);
                return "stored";
            }
            catch (Exception failure)
            {
                circuit.Open(failure);
                if (spool is null)
                {
                    throw;
                }
            }
        }

        if (spool is null)
        {
            throw new InboxUnavailableException("The database is away, and there is no spool.");
        }

        // The second half of the spool is for what is sure to be Safaricom's.
        var kept = batch;
        if (!spool.HasRoomForStrangers && batch.Exists(IsStrangers))
        {
            var full = new InboxUnavailableException("The database is away, and the spool has no room for callbacks without a valid token.");
            batch.FindAll(IsStrangers).ForEach(waiting => waiting.Stored.TrySetException(full));
            kept = batch.FindAll(waiting => !IsStrangers(waiting));
        }

        if (kept.Count > 0)
        {
            // A disk that stalls must not stall a thread the requests need.
            await Task.Run(() => spool.Append(kept.Select(waiting => waiting.Callback)));
        }

        return "spooled";
    }

    private static bool IsStrangers(WaitingCallback waiting) => waiting.Callback is { SubjectId: null, IsVouchedFor: false };

    private async Task Write(List<WaitingCallback> batch)
    {
        var callbacks = batch.ConvertAll(waiting => waiting.Callback);
        try
        {
            await store.Store(callbacks, []);
        }
        catch (Exception failure) when (failure is not NpgsqlException { IsTransient: true })
        {
            // The rows matter, the job is a hint: without it the sweeper drains them.
            LogWithoutJob(batch.Count, failure);
            await store.Insert(callbacks, []);
        }
    }

    /// <summary>One by one: whoever brought the row at fault is told so, the rest are stored. Nothing that comes through the endpoints is like that.</summary>
    private async Task WriteEach(List<WaitingCallback> batch)
    {
        var stored = 0;
        foreach (var waiting in batch)
        {
            try
            {
                await store.Insert([waiting.Callback], []);
                stored++;
            }
            catch (Exception refused) when (InboxStore.IsRefused(refused))
            {
                LogFailed(1, refused.Message);
                waiting.Stored.TrySetException(new InboxUnavailableException("The callback cannot be stored.", refused));
            }
        }

        if (stored > 0)
        {
            jobs.Drain(stored);
        }
    }

    [LoggerMessage(EventName = "inbox_failed", Level = LogLevel.Error, Message = "{Count} callbacks could not be stored and were answered 503: {Why}")]
    private partial void LogFailed(int count, string why);

    [LoggerMessage(EventName = "inbox_without_job", Level = LogLevel.Warning, Message = "{Count} callbacks are stored without their job; the sweeper drains them")]
    private partial void LogWithoutJob(int count, Exception failure);
}
