using Hangfire;
using MediatR;
using Payments.Application.C2b;
using Payments.Infrastructure.Jobs;

namespace Payments.Infrastructure.C2b;

/// <summary>The recurring job of C2B payments.</summary>
public sealed class C2bJobs(IMediator mediator, JobShutdown end)
{
    /// <summary>One round; what it does not reach the next one does.</summary>
    [AutomaticRetry(Attempts = 0)]
    public Task Pull() => end.Run(stop => mediator.Send(new PullConfirmations(), stop));
}
