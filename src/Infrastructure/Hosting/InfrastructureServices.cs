using FluentValidation;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Infrastructure.Access;
using Payments.Infrastructure.C2b;
using Payments.Infrastructure.Callbacks;
using Payments.Infrastructure.Cases;
using Payments.Infrastructure.Checkouts;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Events;
using Payments.Infrastructure.Health;
using Payments.Infrastructure.Idempotency;
using Payments.Infrastructure.Inbox;
using Payments.Infrastructure.Inbox.Spool;
using Payments.Infrastructure.Jobs;
using Payments.Infrastructure.Pairing;
using Payments.Infrastructure.Privacy;
using Payments.Infrastructure.Reconciliation;
using Payments.Infrastructure.Restores;
using Payments.Infrastructure.Telemetry;
using Payments.Infrastructure.Transfers;
using Payments.Infrastructure.Webhooks;

namespace Payments.Infrastructure.Hosting;

/// <summary>What this process does: serve the API, run the jobs, or both (configuration key <c>Roles</c>).</summary>
[Flags]
public enum Roles
{
    None = 0,
    Api = 1,
    Worker = 2,
}

/// <summary>Puts the features together; each registers its own in its module.</summary>
public static class InfrastructureServices
{
    /// <summary>
    /// Adds every feature that works on the database. Hosted services start in this order and stop in the opposite one: the workers stop first,
    /// then the inbox, which stores what it has taken, and the database last.
    /// </summary>
    public static IServiceCollection AddInfrastructure(
        this IServiceCollection services, string connectionString, Roles roles, DeploymentStamp stamp, SpoolOptions? spool = null)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddDatabase(connectionString, roles, stamp);
        services.AddMediator();
        services.AddIdempotency();
        services.AddC2b();
        services.AddAccess();
        services.AddPairing();
        services.AddPrivacy();
        services.AddCheckouts();
        services.AddTransfers();
        services.AddRestores();
        services.AddCases();
        services.AddCallbacks();
        services.AddTelemetry();
        services.AddHealth(roles);
        services.AddBackgroundCommands();
        services.AddInbox(roles, spool ?? new());
        services.AddEvents(roles);
        services.AddJobs(roles);
        services.AddInboxRecovery(roles);
        services.AddReconciliation(roles);
        services.AddWebhooks(roles);
        return services;
    }

    private static void AddMediator(this IServiceCollection services)
    {
        services.AddTransient<ServiceFactory>(provider => provider.GetRequiredService);
        services.AddTransient<IMediator, Mediator>();
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(Validation<,>));
        foreach (var type in typeof(DrainCallbacks).Assembly.GetTypes().Where(t => t is { IsAbstract: false, IsGenericTypeDefinition: false }))
        {
            foreach (var contract in type.GetInterfaces().Where(i => i.IsGenericType))
            {
                var definition = contract.GetGenericTypeDefinition();
                if (definition == typeof(IRequestHandler<,>) || definition == typeof(IValidator<>))
                {
                    services.AddTransient(contract, type);
                }
            }
        }
    }
}
