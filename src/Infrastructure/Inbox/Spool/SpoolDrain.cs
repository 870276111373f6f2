using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Inbox.Spool;

/// <summary>
/// Brings spooled callbacks into the inbox at a bounded rate, oldest first, and finds out whether the database is back: what waits is
/// the best probe there is, for it needs the same write.
/// </summary>
internal sealed partial class SpoolDrain(
    Connections database, DatabaseState state, DatabaseCircuit circuit, InboxStore store, SpoolOptions options, ILogger<SpoolDrain> log, CallbackSpool? spool = null)
    : BackgroundService
{
    /// <summary>Rows in one commit: few enough to be quick on a database that has just come back.</summary>
    private const int BatchRows = 500;

    /// <summary>Between two looks: the wait an outage adds at its end, and the pause between two probes.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    /// <summary>A probe that takes longer has failed; the first connection after a restart may need longer than a commit's deadline.</summary>
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(5);

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

            await Task.Delay(PollInterval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// True when something was written. What is wrong with a file or the folder is no word about the database: it is passed over until the next
    /// look, and the other segments go on.
    /// </summary>
    private async Task<bool> DrainAll(CancellationToken cancellation)
    {
        if (spool is null)
        {
            return false;
        }

        var (total, passedOver) = (0, new HashSet<SpoolSegment>());
        try
        {
            if (spool.Adopt() is > 0 and var adopted)
            {
                LogAdopted(adopted);
            }

            while (spool.Next(passedOver) is { } segment)
            {
                try
                {
                    total += await Drain(segment, cancellation);
                }
                catch (Exception own) when (IsOfAFile(own))
                {
                    passedOver.Add(segment);
                    LogPassedOver(segment.Path, own.Message);
                }
            }
        }
        catch (Exception own) when (IsOfAFile(own))
        {
            LogFailed(own.Message);
        }

        if (total > 0)
        {
            LogDrained(total);
        }

        return total > 0;
    }

    private static bool IsOfAFile(Exception failure) =>
        failure is (IOException or UnauthorizedAccessException) and { InnerException: not System.Net.Sockets.SocketException };

    /// <summary>
    /// One segment. Dies before a commit: nothing happened. Dies after it: the segment is adopted and its rows meet themselves. Only a
    /// segment of which every record that can be stored is committed, and every other byte set aside, is deleted.
    /// </summary>
    private async Task<int> Drain(SpoolSegment segment, CancellationToken cancellation)
    {
        if (spool!.Read(segment) is not { } content)
        {
            LogTooLarge(segment.Path);
            return 0;
        }

        foreach (var batch in (await Believed(content.Records)).Chunk(BatchRows))
        {
            cancellation.ThrowIfCancellationRequested();
            var clock = Stopwatch.StartNew();
            if (await Write(batch) is { Count: > 0 } refused)
            {
                // PostgreSQL will not have them, today or tomorrow; nothing that comes through the endpoints is like that.
                LogRefused(refused.Count, spool.SetAside(segment, AsideReason.Refused, refused.Select(row => row.Record)));
            }

            circuit.Close();
            var pace = TimeSpan.FromSeconds((double)batch.Length / options.RowsPerSecond) - clock.Elapsed;
            await Task.Delay(pace > TimeSpan.Zero ? pace : TimeSpan.Zero, cancellation);
        }

        foreach (var aside in content.Aside.GroupBy(piece => piece.Why))
        {
            var path = spool.SetAside(segment, aside.Key, aside.Select(piece => piece.Bytes));
            Log(aside.Key, aside.Count(), aside.Sum(piece => piece.Bytes.Length), path);
        }

        spool.Remove(segment);
        return content.Records.Count;
    }

    /// <summary>
    /// Records of the version before say whose payment succeeded and prove nothing: in the day after an upgrade they are what it has left, later
    /// (and in a database that was never upgraded) anybody's, and then hints.
    /// </summary>
    private async Task<IReadOnlyList<SpooledCallback>> Believed(IReadOnlyList<SpooledCallback> records)
    {
        if (records.All(record => record.IsSealed) || await UnsealedRecords.AreBelieved(database))
        {
            return records;
        }

        LogOld(records.Count(record => !record.IsSealed));
        return [.. records.Select(record => record.IsSealed ? record : record.AsHint())];
    }

    private async Task<List<SpooledCallback>> Write(IReadOnlyList<SpooledCallback> batch)
    {
        try
        {
            await Store(batch);
            return [];
        }
        catch (Exception refused) when (InboxStore.IsRefused(refused))
        {
            var bad = new List<SpooledCallback>();
            foreach (var row in batch)
            {
                try
                {
                    await Store([row]);
                }
                catch (Exception one) when (InboxStore.IsRefused(one))
                {
                    bad.Add(row);
                }
            }

            return bad;
        }
    }

    private Task Store(IReadOnlyList<SpooledCallback> rows) =>
        store.Store([.. rows.Select(row => row.Callback)], [.. rows.Select(row => row.ReceivedAt)]).WaitAsync(ProbeLimit);

    private async Task Probe(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ProbeLimit);
        await using var command = database.CreateCommand("SELECT 1");
        await command.ExecuteScalarAsync(limit.Token);
    }
}
