using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Hosting;

namespace Payments.Infrastructure.Health;

/// <summary>What is looked at to say how a process is.</summary>
internal static class HealthModule
{
    /// <summary>Adds the checks of these roles. A report has them in this order, under these names: alerts may be built on them.</summary>
    public static IServiceCollection AddHealth(this IServiceCollection services, Roles roles)
    {
        services.AddSingleton<BacklogReader>();
        services.AddSingleton<DatabaseProbe>();
        services.AddSingleton<BacklogProbe>();
        services.AddSingleton(provider => new HealthReports(
            provider.GetRequiredService<HealthCheckService>(), provider.GetRequiredService<DatabaseState>(), provider.GetRequiredService<DatabaseProbe>(),
            provider.GetRequiredService<BacklogProbe>(), provider.GetRequiredService<IHostApplicationLifetime>(), provider.GetRequiredService<TimeProvider>()));

        // Whoever asks hears what a check found; the log would repeat it with every question of a balancer.
        services.AddLogging(logging => logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None));

        var checks = services.AddHealthChecks().AddCheck<DatabaseHealthCheck>("database").AddCheck<MigrationsHealthCheck>("migrations");
        if (roles.HasFlag(Roles.Api))
        {
            checks.AddCheck<CircuitHealthCheck>("circuit").AddCheck<SpoolHealthCheck>("spool").AddCheck<SpoolAsideHealthCheck>("spool_aside")
                .AddCheck<InboxQueueHealthCheck>("inbox_queue");
        }

        checks.AddCheck<BreakersHealthCheck>("daraja_breakers").AddCheck<BacklogHealthCheck>("backlog").AddCheck<CallbacksHealthCheck>("callbacks")
            .AddCheck<SetAsideHealthCheck>("callbacks_set_aside").AddCheck<JobsHealthCheck>("jobs").AddCheck<TokensHealthCheck>("daraja_token")
            .AddCheck<InDoubtHealthCheck>("in_doubt").AddCheck<CasesHealthCheck>("cases").AddCheck<PullHealthCheck>("pull")
            .AddCheck<WebhooksHealthCheck>("webhooks");
        return services;
    }
}
