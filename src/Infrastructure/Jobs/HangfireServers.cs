using Hangfire;
using Hangfire.AspNetCore;
using Hangfire.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Payments.Application.C2b;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Jobs;

/// <summary>
/// Starts Hangfire's servers once the database is there (callbacks have one of their own), and again each time it comes back: a worker that
/// met an outage waits longer after every failure, in the end for minutes, and payouts would wait with it.
/// </summary>
internal sealed partial class HangfireServers(
    IServiceProvider services, Connections database, DatabaseState state, JobShutdown end, ILogger<HangfireServers> log)
    : BackgroundService, IHostedLifecycleService
{
    /// <summary>Between two looks at the database: what an outage adds at its end. A shorter one costs a worker a second or two by itself.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(2);

    private List<IBackgroundProcessingServer> servers = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await state.Ready.WaitAsync(stoppingToken);
        servers = StartServers();
        while (!TryAddRecurring())
        {
            await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken);
        }

        var isAway = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(PollInterval, stoppingToken);
            var answers = await Answers(stoppingToken);
            if (answers && isAway)
            {
                LogRestarting();
                var old = servers;
                servers = StartServers();

                // Their jobs end in their own time; what they cannot finish is fetched again and finds its row as it is.
                old.ForEach(server => server.SendStop());
                _ = Task.WhenAll(old.Select(async server =>
                {
                    await server.WaitForShutdownAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    server.Dispose();
                }));
            }

            isAway = !answers;
        }
    }

    private async Task<bool> Answers(CancellationToken stop)
    {
        // Busy jobs are no outage.
        using var purpose = Connections.For(Purpose.Watch);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            await using var command = database.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(patience.Token);
            return true;
        }
        catch (Exception) when (!stop.IsCancellationRequested)
        {
            return false;
        }
    }

    private List<IBackgroundProcessingServer> StartServers()
    {
        var started = new List<IBackgroundProcessingServer>();
        var storage = services.GetRequiredService<JobStorage>();

        // Not Hangfire's static one: two hosts in one process, as in tests, would run each other's jobs.
        var activator = new AspNetCoreJobActivator(services.GetRequiredService<IServiceScopeFactory>());

        // Two workers: while one waits for PostgreSQL the other works; more would only meet at the same locks.
        Start("callbacks", [CallbackJobs.Queue], workers: 2);
        Start("default", ["default"], workers: 4);

        // One worker may wait 30 s for Daraja; eight of them still send a payout every few seconds then.
        Start("transfers", [TransferJobs.Queue], workers: 8);
        return started;

        void Start(string name, string[] queues, int workers) => started.Add(new BackgroundJobServer(
            new BackgroundJobServerOptions
            {
                ServerName = $"{System.Environment.MachineName}:{System.Environment.ProcessId}:{name}",
                Queues = queues,
                WorkerCount = workers,
                Activator = activator,

                // How soon a recurring job's second is noticed; the smallest cron step used here is 5 s. Any server's look serves all queues, and
                // each costs seven commits: one of them looks every second, the others only in case it does not.
                SchedulePollingInterval = TimeSpan.FromSeconds(name == "default" ? 1 : 15),

                // A worker finishes its batch or call within this or is abandoned: an abandoned batch rolls back and is drained again, an
                // abandoned sending is in doubt. Below the host's own limit, above nearly every answer of Safaricom's.
                ShutdownTimeout = TimeSpan.FromSeconds(20),
            },
            storage));
    }

    /// <summary>The database may go away again the moment it was ready: that must not end the process.</summary>
    private bool TryAddRecurring()
    {
        try
        {
            Schedules.Set(
                services.GetRequiredService<IRecurringJobManager>(), services.GetRequiredService<IOptions<DarajaOptions>>().Value, services.GetRequiredService<C2bOptions>());
            return true;
        }
        catch (Exception failure)
        {
            LogNotSet(failure.Message);
            return false;
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// No job is begun from here on, and those that go on for long end at their next step: while the web side finishes its requests, not
    /// after it. What is left in the queues is another process's, or the next start's.
    /// </summary>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        end.Start();
        servers.ForEach(server => server.SendStop());
        return Task.CompletedTask;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);

        // Those a late start has begun since.
        servers.ForEach(server => server.SendStop());
        foreach (var server in servers)
        {
            // Out of time: abandoned, as above. That is no failure of the process.
            await server.WaitForShutdownAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            server.Dispose();
        }
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(EventName = "recurring_jobs_waiting", Level = LogLevel.Warning, Message = "The recurring jobs cannot be set yet: {Why}")]
    private partial void LogNotSet(string why);
    [LoggerMessage(EventName = "workers_restarted", Level = LogLevel.Warning, Message = "The database is back; the workers start afresh")]
    private partial void LogRestarting();
}
