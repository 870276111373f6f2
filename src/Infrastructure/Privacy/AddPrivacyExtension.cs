using Hangfire;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Privacy;

namespace Payments.Infrastructure.Privacy;

/// <summary>Puts the erasing of personal data together.</summary>
internal static class AddPrivacyExtension
{
    public static void AddPrivacy(this IServiceCollection services) => services.AddSingleton<IErasure, ErasureRepository>();

    /// <summary>Hourly, at a minute nothing else begins.</summary>
    public static void ScheduleErasing(this IRecurringJobManager recurring) =>
        recurring.AddOrUpdate<PrivacyJobs>("erase-personal-data", jobs => jobs.Erase(), "41 * * * *");
}

/// <summary>The recurring job that erases what its time is over for.</summary>
public sealed class PrivacyJobs(IMediator mediator)
{
    /// <summary>One round; what it does not finish the next hour's does.</summary>
    [AutomaticRetry(Attempts = 0)]
    public Task Erase() => mediator.Send(new ErasePersonalData());
}
