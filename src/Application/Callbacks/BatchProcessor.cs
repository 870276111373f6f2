using System.Diagnostics;
using Payments.Application.Common;

namespace Payments.Application.Callbacks;

/// <summary>Applies rows in one transaction, or finds out why not.</summary>
internal sealed class BatchProcessor(
    ICallbacks callbacks, CallbackDispatcher rules, HintThrottle questions, ITransactions transactions, DrainTelemetry telemetry)
{
    /// <summary>What was tried.</summary>
    /// <param name="Rows">The rows that were taken.</param>
    /// <param name="Failure">Why they were not applied, where that is theirs or their tables'; null when they are done.</param>
    public sealed record Tried(IReadOnlyList<InboxRow> Rows, Exception? Failure);

    /// <summary>Takes rows and applies them. What is the whole database's is thrown: the job, or the sweeper, comes again.</summary>
    public async Task<Tried> Try(Func<Task<IReadOnlyList<InboxRow>>> take, CancellationToken cancellation)
    {
        IReadOnlyList<InboxRow> rows = [];
        IReadOnlyList<CallbackResult> judgements = [];
        IReadOnlyCollection<string> hints = [];
        DateTimeOffset begun = default;
        var started = 0L;
        try
        {
            await transactions.Run(
                async now =>
                {
                    (begun, started) = (now, Stopwatch.GetTimestamp());
                    rows = await take();
                    if (rows.Count == 0)
                    {
                        return 0;
                    }

                    (judgements, hints) = await rules.Apply(rows, now);
                    await callbacks.Finish(judgements);
                    return rows.Count;
                },
                cancellation);
        }
        catch (Exception failure) when (rows.Count > 0 && DrainFailure.PlaceOf(failure) != FailurePlace.Database)
        {
            return new(rows, failure);
        }

        if (rows.Count > 0)
        {
            await telemetry.Committed(rows, judgements, begun, Stopwatch.GetElapsedTime(started));
        }

        await questions.Ask(hints, cancellation);
        return new(rows, null);
    }
}
