using Hangfire;
using Hangfire.PostgreSql;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Payments.Application.Common;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Hosting;

namespace Payments.Infrastructure.Jobs;

/// <summary>Hangfire, and commands that run beside a request.</summary>
internal static class JobsModule
{
    public static void AddJobs(this IServiceCollection services, Roles roles)
    {
        services.AddSingleton<IJobs, HangfireJobs>();
        services.AddSingleton<JobShutdown>();
        services.AddStorage();
        if (roles.HasFlag(Roles.Worker))
        {
            services.AddSingleton<SingleRunGuard>();
            services.AddHostedService<HangfireServers>();
        }
    }

    public static void AddBackgroundCommands(this IServiceCollection services)
    {
        services.AddSingleton<BackgroundCommandRunner>();
        services.AddSingleton<IBackgroundCommands>(s => s.GetRequiredService<BackgroundCommandRunner>());
        services.AddHostedService(s => s.GetRequiredService<BackgroundCommandRunner>());
    }

    private static void AddStorage(this IServiceCollection services)
    {

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
