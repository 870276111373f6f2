using Hangfire;
using Hangfire.States;
using Payments.Domain.Common;

namespace Payments.Infrastructure.Jobs;

/// <summary>The jobs this service enqueues. Inside a TransactionScope they are part of its commit.</summary>
public interface IJobs
{
    /// <summary>One drain for a batch just stored.</summary>
    void Drain(int count);

    /// <summary>A job of its own for a callback set aside.</summary>
    void ApplyParked(CallbackId id);

    /// <summary>The sending of a payout.</summary>
    void SendTransfer(PayoutId id);

    /// <summary>The sending of a refund.</summary>
    void SendTransfer(RefundId id);
}

/// <summary>Enqueues through Hangfire. Arguments are ids and counts only: the dashboard shows them.</summary>
internal sealed class HangfireJobs(IBackgroundJobClient client) : IJobs
{
    public void Drain(int count) => client.Create<CallbackJobs>(jobs => jobs.Drain(count), new EnqueuedState(CallbackJobs.Queue));

    public void ApplyParked(CallbackId id) => client.Create<CallbackJobs>(
        jobs => jobs.Apply(id.ToString()), new EnqueuedState(CallbackJobs.Queue));

    public void SendTransfer(PayoutId id) => SendTransfer(id.ToString());

    public void SendTransfer(RefundId id) => SendTransfer(id.ToString());

    private void SendTransfer(string transferId) => client.Create<TransferJobs>(jobs => jobs.Send(transferId), new EnqueuedState(TransferJobs.Queue));
}
