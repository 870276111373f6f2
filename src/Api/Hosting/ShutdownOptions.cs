using Microsoft.AspNetCore.Connections;
namespace Payments.Api.Hosting;

/// <summary>How a process ends when it is told to (configuration section <c>Shutdown</c>).</summary>
internal sealed class ShutdownOptions
{
    /// <summary>
    /// How long it goes on serving while <c>/health/ready</c> says 503 already, so that a balancer which asks every few seconds sends
    /// nothing more when the door closes. Zero where nothing asks; beyond a minute nobody waits for a process to end.
    /// </summary>
    public TimeSpan Notice { get; set; }

    /// <summary>
    /// How long the last requests, the last commit and the jobs may take after the notice. The last prompt's reply takes seconds, a batch
    /// half a second; whoever stops the process must wait longer than both together (compose.yaml and the unit file do).
    /// </summary>
    public TimeSpan Limit { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>
    /// The share of the limit that requests under way get, above the eight seconds the longest of ours waits for a prompt's reply. Kestrel
    /// waits for its last connection and minds no other limit while it ends: without this, one client that sends half a request and
    /// falls silent would use up the time of everything that ends after it.
    /// </summary>
    public TimeSpan Requests => Limit / 2;
}

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
