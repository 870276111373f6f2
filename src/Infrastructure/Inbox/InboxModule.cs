using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Callbacks;
using Payments.Application.Intake;
using Payments.Infrastructure.C2b;
using Payments.Infrastructure.Hosting;
using Payments.Infrastructure.Inbox.Spool;

namespace Payments.Infrastructure.Inbox;

/// <summary>The way in for callbacks, and what hands them to the workers.</summary>
internal static class InboxModule
{
    public static void AddInbox(this IServiceCollection services, Roles roles, SpoolOptions spool)
    {
        services.AddSingleton(new InboxNotifier(roles));
        services.AddSingleton(spool);
        if (roles.HasFlag(Roles.Api))
        {
            services.AddSingleton<IntakeCapacity>();
            services.AddSingleton<IIntakeCapacity>(s => s.GetRequiredService<IntakeCapacity>());
            services.AddSingleton<InboxQueue>();
            services.AddSingleton<IInbox>(s => s.GetRequiredService<InboxQueue>());
            services.AddSingleton<InboxStore>();
            services.AddHostedService<InboxBatchWriter>();
            services.AddSingleton(s => new InboxQueueMetrics(
                s.GetRequiredService<InboxQueue>(), s.GetRequiredService<IntakeCapacity>(), s.GetRequiredService<InboxOptions>()));
            services.AddSpool(spool);
            services.AddSingleton<UntrustedUsage>();
            services.AddSingleton<UntrustedRateLimiter>();
            services.AddSingleton<IIntakeRateLimiter>(s => s.GetRequiredService<UntrustedRateLimiter>());
            services.AddSingleton<UntrustedQuota>();
            services.AddSingleton<IIntakeQuota>(s => s.GetRequiredService<UntrustedQuota>());
            services.AddHostedService<UntrustedUsageLog>();
            services.AddHostedService<RegistrationTokenPreload>();
            services.AddSingleton<UnroutedIntake>();
            services.AddSingleton<IUnroutedLog>(s => s.GetRequiredService<UnroutedIntake>());
            services.AddHostedService(s => s.GetRequiredService<UnroutedIntake>());
        }
    }

    /// <summary>What finds stored callbacks nobody has begun; after the jobs, so that it stops before them.</summary>
    public static void AddInboxRecovery(this IServiceCollection services, Roles roles)
    {
        if (roles.HasFlag(Roles.Worker))
        {
            services.AddHostedService<InboxRecovery>();
            services.AddHostedService<InboxListener>();
        }
    }
}
