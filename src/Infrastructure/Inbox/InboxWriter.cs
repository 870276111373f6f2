using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Application.Telemetry;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Jobs;
using Payments.Infrastructure.Spooling;

namespace Payments.Infrastructure.Inbox;

/// <summary>Sizes of the inbox writer (configuration section <c>Inbox</c>).</summary>
public sealed class InboxOptions
{
    /// <summary>Callbacks in one commit: what a drain takes at once.</summary>
    public int BatchSize { get; set; } = 1000;

    /// <summary>
    /// How far apart a writer under load starts its batches: a Hangfire job costs about 43 SQL statements, so the number of batches is what
    /// has to be bounded. 20 ms is a fifth of the acknowledgement time promised under load; a lone callback never waits.
    /// </summary>
    public TimeSpan Linger { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Callbacks that may be read or wait for their commit; at 64 KiB each the worst case is bounded by <see cref="QueueBytes"/> first.</summary>
    public int QueueSize { get; set; } = 20_000;

    /// <summary>Bytes of them that may be here at once: beyond that, 503 at once rather than a slow death.</summary>
    public long QueueBytes { get; set; } = 64 * 1024 * 1024;
}

/// <summary>
/// Group commit: whatever arrives while one commit is under way goes into the next, with one Hangfire job in the same transaction.
/// A request is answered only after its commit. Dies before the commit: nothing was acknowledged. Dies after it: rows and job are there.
/// The commit fails, is too slow, or its answer is lost: the batch is spooled with the same ids, so that a row that is there after all
/// is there once. No spool, or no room in it: 503, and a row that is there after all is drained all the same.
/// </summary>
internal sealed partial class InboxWriter(
    Connections database, IJobs jobs, InboxNotifier bell, InboxOptions options, SpoolOptions spooling, DatabaseCircuit circuit, PaymentsMetrics metrics,
    ILogger<InboxWriter> log, CallbackSpool? spool = null) : BackgroundService, IInbox
{
    /// <summary>Without a spool giving up means 503, so a commit gets all the time in which somebody may still be waiting for the answer.</summary>
    private static readonly TimeSpan NoSpoolDeadline = TimeSpan.FromSeconds(20);

    private readonly Channel<Waiting> queue = Channel.CreateBounded<Waiting>(
        new BoundedChannelOptions(options.QueueSize) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Callbacks that wait for the next commit.</summary>
    public int Queued => queue.Reader.Count;

    private sealed record Waiting(IncomingCallback Callback, TaskCompletionSource<string> Stored);

    /// <inheritdoc/>
    public async Task Store(IncomingCallback callback, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var outcome = "refused";
        try
        {
            var waiting = new Waiting(callback, new(TaskCreationOptions.RunContinuationsAsynchronously));
            if (!queue.Writer.TryWrite(waiting))
            {
                throw new InboxUnavailableException("More callbacks are waiting than can be stored in time.");
            }

            outcome = await waiting.Stored.Task;
        }
        finally
        {
            metrics.Accepted(callback.Kind, Stopwatch.GetElapsedTime(started), outcome);
        }
    }

    /// <summary>Takes no more, and stores what has been taken.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        queue.Writer.TryComplete();
        if (ExecuteTask is { } running)
        {
            await running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
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
            var batch = new List<Waiting>();
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

    private async Task Commit(List<Waiting> batch)
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
    private async Task<string> WriteOrSpool(List<Waiting> batch)
    {
        if (!circuit.IsOpen)
        {
            try
            {
                await Task.Run(() => Write(batch)).WaitAsync(spool is null ? NoSpoolDeadline : spooling.Deadline);
                return "stored";
            }
            catch (Exception refused) when (SpooledRows.IsRefused(refused))
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

    private static bool IsStrangers(Waiting waiting) => waiting.Callback is { SubjectId: null, IsVouchedFor: false };

    private async Task Write(List<Waiting> batch)
    {
        try
        {
            using var scope = Connections.Begin(TimeSpan.FromSeconds(30));
            await Insert(batch);
            jobs.Drain(batch.Count);
            scope.Complete();
        }
        catch (Exception failure) when (failure is not NpgsqlException { IsTransient: true })
        {
            // The rows matter, the job is a hint: without it the sweeper drains them.
            LogWithoutJob(batch.Count, failure);
            await Insert(batch);
        }
    }

    /// <summary>One by one: whoever brought the row at fault is told so, the rest are stored. Nothing that comes through the endpoints is like that.</summary>
    private async Task WriteEach(List<Waiting> batch)
    {
        var stored = 0;
        foreach (var waiting in batch)
        {
            try
            {
                await Insert([waiting]);
                stored++;
            }
            catch (Exception refused) when (SpooledRows.IsRefused(refused))
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

    private async Task Insert(List<Waiting> batch)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO callbacks (id, kind, subject_id, source, content_type, trace_parent, body, token_hash, answer, probe_id, arrival)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            ON CONFLICT (id) DO NOTHING
            """,
            connection);
        void Add<T>(NpgsqlDbType type, Func<IncomingCallback, T> value) => command.Parameters.Add(
            new NpgsqlParameter<T[]> { NpgsqlDbType = NpgsqlDbType.Array | type, TypedValue = [.. batch.Select(w => value(w.Callback))] });
        Add(NpgsqlDbType.Uuid, c => c.Id);
        Add(NpgsqlDbType.Text, c => EnumNames.Name(c.Kind));
        Add(NpgsqlDbType.Uuid, c => c.SubjectId);
        Add(NpgsqlDbType.Text, c => c.Source);
        Add(NpgsqlDbType.Text, c => c.ContentType);
        Add(NpgsqlDbType.Text, c => c.TraceParent);
        Add(NpgsqlDbType.Bytea, c => c.Body);
        Add(NpgsqlDbType.Bytea, c => c.TokenHash);
        Add(NpgsqlDbType.Text, c => c.Answer);
        Add(NpgsqlDbType.Uuid, c => c.Probe?.Id);
        Add(NpgsqlDbType.Text, c => c.Probe?.Arrival);
        await command.ExecuteNonQueryAsync();
        await bell.Notify(connection);
    }

    [LoggerMessage(EventName = "inbox_failed", Level = LogLevel.Error, Message = "{Count} callbacks could not be stored and were answered 503: {Why}")]
    private partial void LogFailed(int count, string why);

    [LoggerMessage(EventName = "inbox_without_job", Level = LogLevel.Warning, Message = "{Count} callbacks are stored without their job; the sweeper drains them")]
    private partial void LogWithoutJob(int count, Exception failure);
}
