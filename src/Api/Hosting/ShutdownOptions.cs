using Payments.Infrastructure;

namespace Payments.Api;

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

    /// <summary>Everything that is wrong.</summary>
    public IEnumerable<ConfigurationProblem> Validate()
    {
        if (Notice < TimeSpan.Zero || Notice > TimeSpan.FromMinutes(1))
        {
            yield return new("Shutdown__Notice", $"{Notice} is no such time", "between 00:00:00 and 00:01:00");
        }

        if (Limit < TimeSpan.FromSeconds(1) || Limit > TimeSpan.FromMinutes(5))
        {
            yield return new("Shutdown__Limit", $"{Limit} is no such time", "between 00:00:01 and 00:05:00");
        }
    }
}

/// <summary>Waits out the notice before anything is stopped; balancers see it in <c>/health/ready</c> meanwhile.</summary>
internal sealed partial class ShutdownNotice(ShutdownOptions options, ILogger<ShutdownNotice> log) : IHostedLifecycleService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        LogEnding(options.Notice.TotalSeconds, options.Limit.TotalSeconds);
        await Task.Delay(options.Notice, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        LogEnded();
        return Task.CompletedTask;
    }

    [LoggerMessage(EventName = "process_ending", Level = LogLevel.Information,
        Message = "Told to end: taking requests for {Notice} s more, then finishing within {Limit} s")]
    private partial void LogEnding(double notice, double limit);

    [LoggerMessage(EventName = "process_ended", Level = LogLevel.Information, Message = "Everything taken is stored; the process ends")]
    private partial void LogEnded();
}
