using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Payments.Application.Callbacks;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Inbox;

/// <summary>
/// The row is the truth, the job a hint: drains what is still new after 10 s, whatever Hangfire's tables say. Runs in every worker;
/// SKIP LOCKED lets them share. What has stepped aside has its turn here, apart from what is new.
/// </summary>
internal sealed partial class InboxRecovery(IServiceScopeFactory scopes, DatabaseState state, ILogger<InboxRecovery> log) : BackgroundService
{
    /// <summary>Well above the half second a callback takes under full load, well below what a waiting shopper notices as broken.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    /// <summary>One look; answers how many callbacks were dealt with.</summary>
    public static async Task<int> RunOnce(IServiceProvider services, CancellationToken cancellation)
    {
        var mediator = services.GetRequiredService<IMediator>();
        var swept = await services.GetRequiredService<ICallbacks>().HasStale(Age, cancellation) ? await mediator.Send(new DrainCallbacks(), cancellation) : 0;
        await mediator.Send(new DrainSetAside(), cancellation);
        return swept;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var purpose = Connections.For(Purpose.Drain);
        await state.Ready.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                if (await RunOnce(scope.ServiceProvider, stoppingToken) is > 0 and var swept)
                {
                    LogSwept(swept);
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                LogFailed(failure.Message);
            }

            await Task.Delay(PollInterval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(EventName = "inbox_swept", Level = LogLevel.Warning, Message = "{Count} callbacks had lost their job and were drained")]
    private partial void LogSwept(int count);

    [LoggerMessage(EventName = "sweep_failed", Level = LogLevel.Warning, Message = "The sweep failed: {Why}; trying again")]
    private partial void LogFailed(string why);
}
