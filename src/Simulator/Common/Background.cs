namespace Payments.Simulator;

/// <summary>Work that goes on after a request was answered: outcomes and callbacks to come. Reset and shutdown end all of it.</summary>
internal sealed partial class Background(IHostApplicationLifetime lifetime, ILogger<Background> log)
{
    private CancellationTokenSource generation = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping);

    /// <summary>Starts the work and returns its task, which never fails: what goes wrong is logged.</summary>
    public Task Run(Func<CancellationToken, Task> work)
    {
        var cancel = generation.Token;
        return Task.Run(
            async () =>
            {
                try
                {
                    await work(cancel);
                }
                catch (OperationCanceledException) when (cancel.IsCancellationRequested)
                {
                    // Reset or shutdown: nobody waits for this any more.
                }
#pragma warning disable CA1031 // Nothing above would catch it: log it, go on with the other prompts.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    LogFailed(e);
                }
            },
            CancellationToken.None);
    }

    [LoggerMessage(EventName = "simulated_work_failed", Level = LogLevel.Error, Message = "Simulated work failed")]
    private partial void LogFailed(Exception failure);

    public void Reset()
    {
        var old = Interlocked.Exchange(ref generation, CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping));
        old.Cancel();
    }
}
