using Hangfire;
using MediatR;
using Payments.Application.Privacy;

namespace Payments.Infrastructure.Privacy;

/// <summary>The recurring job that erases personal data whose retention period has expired.</summary>
public sealed class PrivacyJobs(IMediator mediator)
{
    /// <summary>One round; what it does not finish the next hour's does.</summary>
    [AutomaticRetry(Attempts = 0)]
    public Task Erase() => mediator.Send(new ErasePersonalData());
}
