using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Callbacks;
using Payments.Infrastructure.Hosting;
using Payments.Infrastructure.Spooling;

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
            services.AddSingleton<InboxWriter>();
            services.AddSingleton<IInbox>(s => s.GetRequiredService<InboxWriter>());
            services.AddHostedService(s => s.GetRequiredService<InboxWriter>());
            services.AddSingleton(s => new InboxQueueMetrics(
                s.GetRequiredService<InboxWriter>(), s.GetRequiredService<IntakeCapacity>(), s.GetRequiredService<InboxOptions>()));
            services.AddSpool(spool);
            services.AddSingleton<UntrustedRateLimiter>();
            services.AddHostedService(s => s.GetRequiredService<UntrustedRateLimiter>());
            services.AddSingleton<UnroutedIntake>();
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
