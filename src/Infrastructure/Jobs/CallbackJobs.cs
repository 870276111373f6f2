using Hangfire;
using MediatR;
using Payments.Application.Callbacks;
using Payments.Application.Checkouts;
using Payments.Application.Reconciliation;
using Payments.Domain.Common;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Jobs;

/// <summary>The jobs that understand callbacks. Each is safe to run twice: what was done is done.</summary>
public sealed class CallbackJobs(IMediator mediator, JobShutdown end)
{
    /// <summary>Callbacks have a queue and a server of their own: nothing else may stand in their way.</summary>
    public const string Queue = "callbacks";

    /// <summary>Drains whatever is new; the batch it was enqueued for may be gone already.</summary>
    /// <param name="count">How many callbacks the batch had; for the dashboard only.</param>
    [Queue(Queue)]
    [AutomaticRetry(Attempts = 3, DelaysInSeconds = [1, 5, 15], OnAttemptsExceeded = AttemptsExceededAction.Fail)]
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Style", "IDE0060", Justification = "Shown by the dashboard.")]
    public async Task Drain(int count)
    {
        using var purpose = Connections.For(Purpose.Drain);
        await end.Run(stop => mediator.Send(new DrainCallbacks(), stop));
    }

    /// <summary>Applies one parked callback. Retried for about an hour, then left failed for an operator to requeue.</summary>
    /// <param name="callbackId">The callback's public id.</param>
    [Queue(Queue)]
    [AutomaticRetry(Attempts = 5, DelaysInSeconds = [5, 30, 120, 600, 3000], OnAttemptsExceeded = AttemptsExceededAction.Fail)]
    public async Task Apply(string callbackId)
    {
        using var purpose = Connections.For(Purpose.Drain);
        await mediator.Send(CallbackId.TryParse(callbackId, out var id)
            ? new RetryFailedCallback(id) : throw new ArgumentException($"'{callbackId}' is no callback id.", nameof(callbackId)));
    }
}

/// <summary>
/// One round of each kind at a time in one process; other processes have rounds of their own. A slow Daraja would otherwise fill every
/// worker, and the queue behind them, with rounds that wait for the same answers.
/// </summary>
public sealed class SingleRunGuard : IDisposable
{
    private readonly SemaphoreSlim prompts = new(1);
    private readonly SemaphoreSlim transfers = new(1);

    internal Task OfAttempts(Func<Task> round) => Run(prompts, round);

    internal Task OfTransfers(Func<Task> round) => Run(transfers, round);

    public void Dispose()
    {
        prompts.Dispose();
        transfers.Dispose();
    }

    private static async Task Run(SemaphoreSlim one, Func<Task> round)
    {
        if (!await one.WaitAsync(TimeSpan.Zero))
        {
            return;
        }

        try
        {
            await round();
        }
        finally
        {
            one.Release();
        }
    }
}

/// <summary>The recurring jobs.</summary>
public sealed class RecurringJobs(IMediator mediator, SingleRunGuard rounds, JobShutdown end)
{
    /// <summary>Asks Safaricom about what is overdue.</summary>
    [AutomaticRetry(Attempts = 0)]
    public Task Reconcile() => rounds.OfAttempts(() => end.Run(stop => mediator.Send(new QueryOverdueAttempts(), stop)));

    /// <summary>Asks Safaricom about payouts and refunds, and enqueues again what lost its job.</summary>
    [AutomaticRetry(Attempts = 0)]
    public Task ReconcileTransfers() => rounds.OfTransfers(() => end.Run(stop => mediator.Send(new QueryOverdueTransfers(), stop)));

    /// <summary>Asks about what customers claimed and nobody asked about.</summary>
    [AutomaticRetry(Attempts = 0)]
    public Task AskAboutClaims() => end.Run(stop => mediator.Send(new AskAboutWaitingClaims(), stop));

    /// <summary>Expires checkouts and declares surplus.</summary>
    [AutomaticRetry(Attempts = 0)]
    public Task EndDue() => end.Run(stop => mediator.Send(new ExpireDueCheckouts(), stop));
}
