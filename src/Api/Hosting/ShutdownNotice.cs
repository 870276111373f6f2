using Microsoft.AspNetCore.Connections;

namespace Payments.Api.Hosting;

/// <summary>
/// Waits out the notice before anything is stopped; balancers see it in <c>/health/ready</c> meanwhile. Then connections have their share
/// of the limit.
/// </summary>
internal sealed partial class ShutdownNotice(ShutdownOptions options, ILogger<ShutdownNotice> log) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource over = new();

    /// <summary>Ends a connection when its time is over.</summary>
    public static ConnectionDelegate Watch(IServiceProvider services, ConnectionDelegate next)
    {
        var token = services.GetRequiredService<ShutdownNotice>().over.Token;
        return async connection =>
        {
            using var ending = token.UnsafeRegister(static c => ((ConnectionContext)c!).Abort(), connection);
            await next(connection);
        };
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        LogEnding(options.Notice.TotalSeconds, options.Limit.TotalSeconds);
        await Task.Delay(options.Notice, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        over.CancelAfter(options.Requests);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        LogEnded();
        return Task.CompletedTask;
    }

    public void Dispose() => over.Dispose();

    [LoggerMessage(EventName = "process_ending", Level = LogLevel.Information,
        Message = "Told to end: taking requests for {Notice} s more, then finishing within {Limit} s")]
    private partial void LogEnding(double notice, double limit);

    [LoggerMessage(EventName = "process_ended", Level = LogLevel.Information, Message = "Every part has stopped; the process ends")]
    private partial void LogEnded();
}
