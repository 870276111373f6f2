namespace Payments.Application;

/// <summary>
/// Has payments that hints name asked about sooner, within two limits: one payment at most twice a minute (the statements see to that), all
/// together at most so many a minute and worker. What is over the limit is asked about when its schedule says so.
/// </summary>
public sealed class HintQuestions(ICheckouts checkouts, ITransfers transfers, ITransactions transactions, LimitOptions limits, TimeProvider clock) : IDisposable
{
    /// <summary>One at a time: what one has asked is what the next has left.</summary>
    private readonly SemaphoreSlim turn = new(1);
    private long? began;
    private int asked;

    /// <summary>Brings the next questions about what these ids name forward; answers how many.</summary>
    public async Task<int> Ask(IReadOnlyCollection<string> hints, CancellationToken cancellation)
    {
        if (hints.Count == 0)
        {
            return 0;
        }

        await turn.WaitAsync(cancellation);
        try
        {
            if (Left() is not (> 0 and var left))
            {
                return 0;
            }

            var moved = await transactions.Run(
                async _ =>
                {
                    var pushes = await checkouts.AskSooner(hints, left);
                    return pushes + (pushes < left ? await transfers.AskSooner(hints, left - pushes) : 0);
                },
                cancellation);
            asked += moved;
            return moved;
        }
        finally
        {
            turn.Release();
        }
    }

    private int Left()
    {
        if (began is not { } at || clock.GetElapsedTime(at) >= TimeSpan.FromMinutes(1))
        {
            (began, asked) = (clock.GetTimestamp(), 0);
        }

        return limits.HintQuestionsPerMinute - asked;
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();
}
