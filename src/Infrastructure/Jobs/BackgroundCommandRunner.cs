using System.Collections.Concurrent;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Payments.Application.Common;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Jobs;

/// <summary>Runs commands that outlive their request; a shutdown waits for them as long as the host lets it.</summary>
internal sealed partial class BackgroundCommandRunner(IServiceScopeFactory scopes, ILogger<BackgroundCommandRunner> log) : IBackgroundCommands, IHostedService
{
    private readonly ConcurrentDictionary<Task, byte> running = new();

    public Task<T> Send<T>(IRequest<T> command)
    {
        var task = Task.Run(() => Run(command));
        running[task] = 0;
        task.ContinueWith(done => running.TryRemove(done, out _), TaskScheduler.Default);
        return task;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(running.Keys).WaitAsync(cancellationToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    private async Task<T> Run<T>(IRequest<T> command)
    {
        try
        {
            // The request's Idempotency-Key is for its intent, which is committed; what follows is not part of it.

            // Safaricom's reply is not one of the requests that crowd each other.
            using var purpose = Connections.For(Purpose.Jobs);
            await using var scope = scopes.CreateAsyncScope();
            return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(command, CancellationToken.None);
        }
        catch (Exception failure)
        {
            // What it leaves undone is on record and found by reconciliation.
            LogFailed(command.GetType().Name, failure);
            throw;
        }
    }

    [LoggerMessage(EventName = "detached_failed", Level = LogLevel.Error, Message = "{Command} failed; reconciliation finds out")]
    private partial void LogFailed(string command, Exception failure);
}
