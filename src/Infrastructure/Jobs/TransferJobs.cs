using Hangfire;
using MediatR;
using Payments.Application.Transfers;
using Payments.Domain.Common;

namespace Payments.Infrastructure.Jobs;

/// <summary>The jobs that send money. One job, one sending: never retried by Hangfire, and a run that comes again sends nothing.</summary>
public sealed class TransferJobs(IMediator mediator)
{
    /// <summary>A queue of their own: a slow Daraja (30 s a call) must not keep questions waiting, nor wait behind them.</summary>
    public const string Queue = "transfers";

    /// <summary>
    /// Sends a payout or refund. Fails before the row was <c>sending</c>: the sweep enqueues it again. Fails after it: the row says so, and
    /// reconciliation finds out. An operator's requeue finds <c>sending</c> and sends nothing.
    /// </summary>
    /// <param name="transferId">The public id of a payout or refund.</param>
    [Queue(Queue)]
    [AutomaticRetry(Attempts = 0)]
    public Task Send(string transferId) =>
        PayoutId.TryParse(transferId, out var payout) ? mediator.Send(new SendTransfer(payout))
            : RefundId.TryParse(transferId, out var refund) ? mediator.Send(new SendTransfer(refund))
            : throw new ArgumentException($"'{transferId}' is no id of a payout or refund.", nameof(transferId));
}
