using FluentValidation;
using Hangfire;
using Hangfire.PostgreSql;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Payments.Application.Callbacks;
using Payments.Application.Cases;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Events;
using Payments.Application.Payouts;
using Payments.Application.Reconciliation;
using Payments.Application.Refunds;
using Payments.Application.Restores;
using Payments.Application.Telemetry;
using Payments.Application.Transfers;
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
using Payments.Infrastructure.Jobs;
using Payments.Infrastructure.Payouts;
using Payments.Infrastructure.Privacy;
using Payments.Infrastructure.Reconciliation;
using Payments.Infrastructure.Refunds;
using Payments.Infrastructure.Restores;
using Payments.Infrastructure.Spooling;
using Payments.Infrastructure.Telemetry;
using Payments.Infrastructure.Transfers;

namespace Payments.Infrastructure.Hosting;

/// <summary>What this process does: serve the API, run the jobs, or both (configuration key <c>Roles</c>).</summary>
[Flags]
public enum Roles
{
    None = 0,
    Api = 1,
    Worker = 2,
}

/// <summary>Puts the adapters behind the application's ports.</summary>
public static class InfrastructureServices
{
    /// <summary>Adds the database, the inbox, the repositories, MediatR and Hangfire.</summary>
    public static IServiceCollection AddInfrastructure(
        this IServiceCollection services, string connectionString, Roles roles, DeploymentStamp stamp, SpoolOptions? spool = null)
    {
        services.AddSingleton(_ =>
        {
            var settings = DatabaseSettings.Read(connectionString, roles);
            return roles == Roles.None ? settings : settings.Within(ConnectionLimit.TryRead(settings));
        });
        services.AddSingleton(provider => ConnectionBudget.For(roles, provider.GetRequiredService<DatabaseSettings>().Connection.MaxPoolSize));
        services.AddSingleton<Connections>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<DatabaseRequirements>(provider, roles));
        services.AddSingleton<DatabaseState>();
        services.AddSingleton(stamp);
        services.AddHostedService<DatabaseStartup>();
        services.AddSingleton<ITransactions, Transactions>();
        services.AddIdempotency();
        services.AddPaybill();
        services.AddApiKeys();
        services.AddPrivacy();
        services.AddSingleton<ICheckouts, CheckoutRepository>();
        services.AddSingleton<IPayouts, PayoutRepository>();
        services.AddSingleton<IRefunds, RefundRepository>();
        services.AddSingleton<ITransfers, TransferRepository>();
        services.AddSingleton<IRestores, RestoreRepository>();
        services.AddSingleton<LostPayments>();
        services.AddSingleton<IStatusQueries, StatusQueryRepository>();
        services.AddSingleton<ClockStep>();
        services.AddSingleton<IQueryRateLimiter, QueryRateLimiter>();
        services.AddSingleton<ReadTriggeredQueryThrottle>();
        services.AddSingleton<ICases, CaseRepository>();
        services.AddSingleton<ICallbacks, CallbackRepository>();
        services.AddSingleton<IEvents, EventRepository>();
        services.AddSingleton<CallbackDispatcher>();
        services.AddSingleton<HintThrottle>();
        services.AddHostedService<SigningKeys>();
        var spooling = spool ?? new();
        services.AddSingleton(spooling);
        services.AddSingleton<DrainTelemetry>();
        services.AddSingleton<ITraceContexts, TraceContexts>();
        services.AddHealth(roles);
        services.AddHostedService<Gauges>();
        services.AddSingleton<JobShutdown>();
        services.AddSingleton(new InboxNotifier(roles));
        services.AddSingleton<BackgroundCommandRunner>();
        services.AddSingleton<IBackgroundCommands>(s => s.GetRequiredService<BackgroundCommandRunner>());
        services.AddHostedService(s => s.GetRequiredService<BackgroundCommandRunner>());
        services.AddMediator();
        services.AddHangfireStorage();

        if (roles.HasFlag(Roles.Api))
        {
            services.AddSingleton<IntakeCapacity>();
            services.AddSingleton<InboxWriter>();
            services.AddSingleton<IInbox>(s => s.GetRequiredService<InboxWriter>());
            services.AddHostedService(s => s.GetRequiredService<InboxWriter>());
            services.AddSingleton(s => new InboxQueueMetrics(s.GetRequiredService<InboxWriter>(), s.GetRequiredService<IntakeCapacity>(), s.GetRequiredService<InboxOptions>()));
            services.AddSpool(spooling);
            services.AddSingleton<UntrustedRateLimiter>();
            services.AddHostedService(s => s.GetRequiredService<UntrustedRateLimiter>());
            services.AddSingleton<UnroutedIntake>();
            services.AddHostedService(s => s.GetRequiredService<UnroutedIntake>());
            services.AddSingleton<WatchedCheckouts>();
            services.AddHostedService(s => s.GetRequiredService<WatchedCheckouts>());
            services.AddHostedService<LiveEvents>();
        }

        if (roles.HasFlag(Roles.Worker))
        {
            services.AddSingleton<SingleRunGuard>();
            services.AddHostedService<HangfireServers>();
            services.AddHostedService<InboxRecovery>();
            services.AddHostedService<InboxListener>();
            services.AddHostedService<MissedScheduleRecovery>();
        }

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

    private static void AddHangfireStorage(this IServiceCollection services)
    {
        services.AddSingleton<IJobs, HangfireJobs>();

        // Its schema is known once the database is: DatabaseStartup puts it in.
        services.AddSingleton(new PostgreSqlStorageOptions
        {
            SchemaName = JobsSchema.Own,
            EnableTransactionScopeEnlistment = true,

            // Within one process an enqueue wakes a worker by itself; this is the wait for what another process enqueued.
            QueuePollInterval = TimeSpan.FromSeconds(1),

            // A job fetched by a process that died is taken again after this, not after half an hour: the worker's heartbeat keeps
            // a live one's fetch fresh.
            UseSlidingInvisibilityTimeout = true,
            InvisibilityTimeout = TimeSpan.FromSeconds(30),

            // Hangfire's locks are rows, which a process or a PostgreSQL that dies leaves behind: every worker that meets one, and all rounds,
            // would wait for ten minutes. They are held for milliseconds, and nothing of ours relies on them: our rows have locks of their own.
            DistributedLockTimeout = TimeSpan.FromSeconds(10),

            // Finished jobs go quickly: at a job per batch these tables would grow by millions a day.
            JobExpirationCheckInterval = TimeSpan.FromMinutes(1),
            DeleteExpiredBatchSize = 10_000,
            // The migrator does it, under its lock: a process must start while the database is away.
            PrepareSchemaIfNecessary = false,
        });
        services.AddSingleton<JobStorage>(provider => new PostgreSqlStorage(
            new HangfireConnections(provider.GetRequiredService<Connections>()), provider.GetRequiredService<PostgreSqlStorageOptions>()));
        services.AddHangfire((_, config) => config
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseTypeSerializer(JobTypeNames.Write)
            .UseTypeResolver(JobTypeNames.Read)
            .UseRecommendedSerializerSettings()
            .UseFilter(new ShortRetention()));
    }

    /// <summary>A job that is enqueued in a transaction of ours is part of it, on that transaction's own connection.</summary>
    private sealed class HangfireConnections(Connections database) : IConnectionFactory
    {
        public NpgsqlConnection GetOrCreateConnection() => database.HangfirePool.CreateConnection();
    }
}
