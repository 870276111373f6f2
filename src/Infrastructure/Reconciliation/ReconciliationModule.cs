using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Reconciliation;
using Payments.Infrastructure.Hosting;

namespace Payments.Infrastructure.Reconciliation;

/// <summary>Status queries about what no callback came for, and their budget.</summary>
internal static class ReconciliationModule
{
    public static void AddReconciliation(this IServiceCollection services, Roles roles)
    {
        services.AddSingleton<IStatusQueries, StatusQueryRepository>();
        services.AddSingleton<ClockStep>();
        services.AddSingleton<IQueryRateLimiter, QueryRateLimiter>();
        services.AddSingleton<ReadTriggeredQueryThrottle>();
        if (roles.HasFlag(Roles.Worker))
        {
            services.AddHostedService<MissedScheduleRecovery>();
        }
    }
}
