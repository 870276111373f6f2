using System.Globalization;
using Hangfire;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Payments.Application.C2b;
using Payments.Domain.C2b;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Jobs;

namespace Payments.Infrastructure.C2b;

/// <summary>Puts Paybill together.</summary>
internal static class AddPaybillExtension
{
    public static void AddPaybill(this IServiceCollection services)
    {
        services.AddSingleton<IC2bPayments, C2bPaymentRepository>();
        services.AddSingleton<IPullProgress, PullProgress>();
        services.AddSingleton<RegistrationTokenCache>();
        services.AddTransient<VerifyConfirmation>();
        services.AddSingleton(provider =>
        {
            var daraja = provider.GetRequiredService<IOptions<DarajaOptions>>().Value;
            return new OurShortcodes(daraja.Shortcode ?? "", daraja.TillNumber);
        });
    }

    /// <summary>Pulls as often as is configured, where the shop was granted it.</summary>
    public static void SchedulePull(this IRecurringJobManager recurring, DarajaOptions daraja, C2bOptions options)
    {
        const string Id = "pull-confirmations";
        if (daraja.NominatedNumber is null)
        {
            recurring.RemoveIfExists(Id);
        }
        else
        {
            recurring.AddOrUpdate<C2bJobs>(Id, jobs => jobs.Pull(), Cron(options.PullEvery));
        }
    }

    private static string Cron(TimeSpan every) => every < TimeSpan.FromMinutes(1)
        ? string.Create(CultureInfo.InvariantCulture, $"*/{every.TotalSeconds} * * * * *")
        : every < TimeSpan.FromHours(1) ? string.Create(CultureInfo.InvariantCulture, $"*/{every.TotalMinutes} * * * *") : "0 * * * *";
}

/// <summary>The recurring job of Paybill.</summary>
public sealed class C2bJobs(IMediator mediator, JobShutdown end)
{
    /// <summary>One round; what it does not reach the next one does.</summary>
    [AutomaticRetry(Attempts = 0)]
    public Task Pull() => end.Run(stop => mediator.Send(new PullConfirmations(), stop));
}
