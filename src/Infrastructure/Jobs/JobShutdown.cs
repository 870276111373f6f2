namespace Payments.Infrastructure.Jobs;

/// <summary>Tells running jobs that the process is ending: they finish the step they are at and leave the rest to whoever comes next.</summary>
public sealed class JobShutdown : IDisposable
{
    private readonly CancellationTokenSource source = new();

    /// <summary>Cancelled when jobs are to end.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>Runs a job that may be told to end; what it leaves undone stays undone in its rows, which is no failure of the job.</summary>
    public async Task Run(Func<CancellationToken, Task> job)
    {
        try
        {
            await job(Token);
        }
        catch (OperationCanceledException) when (Token.IsCancellationRequested)
        {
            // Handed back: rows stay new, leases run out.
        }
    }

    public void Dispose() => source.Dispose();

    internal void Start() => source.Cancel();
}
