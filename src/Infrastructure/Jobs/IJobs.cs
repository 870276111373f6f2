using Hangfire;
using Hangfire.States;
using Payments.Application.Common;

namespace Payments.Infrastructure.Jobs;

/// <summary>The jobs this service enqueues. Inside a TransactionScope they are part of its commit.</summary>
public interface IJobs
{
    /// <summary>One drain for a batch just stored.</summary>
    void Drain(int count);

    /// <summary>A job of its own for a callback set aside.</summary>
    void ApplyParked(Guid id);

    /// <summary>The sending of a payout or refund.</summary>
    /// <param name="prefix"><see cref="PublicId.Payout"/> or <see cref="PublicId.Refund"/>.</param>
    void SendTransfer(string prefix, Guid id);
}

/// <summary>Enqueues through Hangfire. Arguments are ids and counts only: the dashboard shows them.</summary>
internal sealed class HangfireJobs(IBackgroundJobClient client) : IJobs
{
    public void Drain(int count) => client.Create<CallbackJobs>(jobs => jobs.Drain(count), new EnqueuedState(CallbackJobs.Queue));

    public void ApplyParked(Guid id) => client.Create<CallbackJobs>(
        jobs => jobs.Apply(PublicId.Write(PublicId.Callback, id)), new EnqueuedState(CallbackJobs.Queue));

    public void SendTransfer(string prefix, Guid id) => client.Create<TransferJobs>(
        jobs => jobs.Send(PublicId.Write(prefix, id)), new EnqueuedState(TransferJobs.Queue));
}
