using Hangfire;
using MediatR;
using Payments.Application.Idempotency;
using Payments.Infrastructure.Jobs;

namespace Payments.Infrastructure.Idempotency;

/// <summary>The recurring job that forgets old keys.</summary>
public sealed class IdempotencyJobs(IMediator mediator, JobShutdown end)
{
    /// <summary>One round; what it does not finish the next hour's does.</summary>
    [AutomaticRetry(Attempts = 0)]
    public Task Clean() => end.Run(stop => mediator.Send(new CleanIdempotencyKeys(), stop));
}
