using MediatR;
using Microsoft.Extensions.Logging;
using Payments.Application.Common;

namespace Payments.Application.Callbacks;

/// <summary>Tries what has stepped aside and whose time has come, for about a second. Answers how many rows it looked at.</summary>
public sealed record DrainSetAside : IRequest<int>;

/// <summary>
/// Apart from what is new, so that it delays nobody: a second in each of the sweeper's rounds, however many wait. A row that fails for
/// reasons of its own is parked; behind a parked one of its payment it has no job, and is tried again when that one is applied.
/// </summary>
public sealed class DrainSetAsideHandler(
    ICallbacks callbacks, CallbackDispatcher rules, HintThrottle questions, ITransactions transactions, DrainTelemetry telemetry,
    ILogger<DrainSetAsideHandler> log)
    : IRequestHandler<DrainSetAside, int>
{
    /// <summary>Few enough to be tried one by one within a round or two.</summary>
    private const int BatchSize = 200;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    public async Task<int> Handle(DrainSetAside request, CancellationToken cancellationToken)
    {
        var batch = new BatchProcessor(callbacks, rules, questions, transactions, telemetry);
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        var total = 0;
        BatchProcessor.Tried tried;
        do
        {
            tried = await batch.Try(() => callbacks.TakeSetAside(BatchSize), cancellationToken);
            if (tried.Failure is { } failure)
            {
                var left = Timeout - System.Diagnostics.Stopwatch.GetElapsedTime(started);
                await new FailedBatch(callbacks, rules, transactions, telemetry, batch, log) { TriesEach = true, Timeout = left }
                    .TakeApart(tried.Rows, failure, cancellationToken);
            }

            total += tried.Rows.Count;
        }
        while (tried.Rows.Count == BatchSize && System.Diagnostics.Stopwatch.GetElapsedTime(started) < Timeout);

        return total;
    }
}
