using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Payments.Application.C2b;
using Payments.Application.Checkouts;
using Payments.Application.Reconciliation;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Jobs;

namespace Payments.Infrastructure.Reconciliation;

/// <summary>
/// The row is the truth, the job a hint: runs the round that has not come although it was due, whatever Hangfire's tables say. A process whose
/// clock was an hour wrong may have put the next run of every recurring job an hour away; PostgreSQL's, the next question of every payment. Runs
/// in every worker; SKIP LOCKED lets them share.
/// </summary>
internal sealed partial class MissedScheduleRecovery(IServiceScopeFactory scopes, DatabaseState state, ILogger<MissedScheduleRecovery> log) : BackgroundService
{
    /// <summary>Questions come in rounds of 5 s and may wait for their budget: four rounds without one is a round that is missing.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    /// <summary>A round of Pull that is made up for. It may last for minutes, and questions about orders do not wait for it.</summary>
    private Task pulling = Task.CompletedTask;

    private async Task RunOnce(IServiceProvider services, CancellationToken cancellation)
    {
        var (mediator, rounds) = (services.GetRequiredService<IMediator>(), services.GetRequiredService<SingleRunGuard>());
        await services.GetRequiredService<ClockStep>().Heal(cancellation);
        var missing = await services.GetRequiredService<IQueryRateLimiter>().FindForgotten(Age, services.GetRequiredService<C2bOptions>().PullEvery * 2, cancellation);
        if (missing.Questions)
        {
            await rounds.OfAttempts(() => mediator.Send(new QueryOverdueAttempts(), cancellation));
            await rounds.OfTransfers(() => mediator.Send(new QueryOverdueTransfers(), cancellation));
        }

        if (missing.Ends)
        {
            await mediator.Send(new ExpireDueCheckouts(), cancellation);
        }

        if (missing.Pull && pulling.IsCompleted && services.GetRequiredService<IOptions<DarajaOptions>>().Value.NominatedNumber is not null)
        {
            pulling = Pull(cancellation);
        }
    }

    private async Task Pull(CancellationToken cancellation)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new PullConfirmations(), cancellation);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogFailed(failure.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await state.Ready.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await RunOnce(scope.ServiceProvider, stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                LogFailed(failure.Message);
            }

            await Task.Delay(PollInterval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await pulling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [LoggerMessage(EventName = "rounds_failed", Level = LogLevel.Warning, Message = "Looking after missing rounds failed: {Why}; trying again")]
    private partial void LogFailed(string why);
}
