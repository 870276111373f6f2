using MediatR;
using Microsoft.Extensions.Logging;
using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Application.Callbacks;

/// <summary>Understands stored callbacks, up to a thousand in one commit, until none is new. Answers how many were dealt with.</summary>
public sealed record DrainCallbacks : IRequest<int>;

/// <summary>
/// One path for one callback or a thousand. Everything a batch changes, and its rows being done, is one commit: a process that dies
/// leaves the rows new, and another drain (or the sweeper) starts over. What fails is taken apart (<see cref="FailedBatch"/>) within limits,
/// and the drain goes on with what came meanwhile.
/// </summary>
public sealed class DrainCallbacksHandler(
    ICallbacks callbacks, CallbackDispatcher rules, HintThrottle questions, ITransactions transactions, DrainTelemetry telemetry,
    ILogger<DrainCallbacksHandler> log)
    : IRequestHandler<DrainCallbacks, int>
{
    /// <summary>Rows in one commit: enough to make the statements' cost vanish, few enough to hold locks only briefly.</summary>
    private const int BatchSize = 1000;

    private readonly BatchProcessor batch = new(callbacks, rules, questions, transactions, telemetry);

    public async Task<int> Handle(DrainCallbacks request, CancellationToken cancellationToken)
    {
        var total = 0;
        int taken;
        do
        {
            var tried = await batch.Try(() => callbacks.TakeNew(BatchSize), cancellationToken);
            if (tried.Failure is { } failure)
            {
                await new FailedBatch(callbacks, rules, transactions, telemetry, batch, log).TakeApart(tried.Rows, failure, cancellationToken);
            }

            taken = tried.Rows.Count;
            total += taken;
        }
        while (taken == BatchSize && !cancellationToken.IsCancellationRequested);

        return total;
    }
}

/// <summary>Applies a parked callback; retried by its job, and by an operator from the dashboard. True when it was applied now.</summary>
public sealed record RetryFailedCallback(CallbackId Id) : IRequest<bool>;

/// <summary>
/// The same rules for one row; it throws when the row still cannot be applied, so that its job shows as failed. What stood behind it is tried
/// again with it.
/// </summary>
public sealed class RetryFailedCallbackHandler(ICallbacks callbacks, CallbackDispatcher rules, ITransactions transactions, DrainTelemetry telemetry)
    : IRequestHandler<RetryFailedCallback, bool>
{
    private sealed record Applied(InboxRow Row, IReadOnlyList<CallbackResult> Judgements, DateTimeOffset Now);

    public async Task<bool> Handle(RetryFailedCallback request, CancellationToken cancellationToken)
    {
        var applied = await transactions.Run(
            async now =>
            {
                if (await callbacks.TakeParked(request.Id) is not { } row)
                {
                    return null;
                }

                var (judgements, _) = await rules.Apply([row], now);
                await callbacks.Finish(judgements);
                await callbacks.Release(row.Id);
                return new Applied(row, judgements, now);
            },
            cancellationToken);
        if (applied is null)
        {
            return false;
        }

        await telemetry.Committed([applied.Row], applied.Judgements, applied.Now, TimeSpan.Zero);
        return true;
    }
}
