namespace Payments.Infrastructure;

/// <summary>
/// One look at something for all who ask at the same time, and for those who ask a moment later: anybody may ask for health, as often as he
/// likes, and each look would cost the database its statements.
/// </summary>
/// <param name="look">Looks; ends by itself within seconds.</param>
/// <param name="fresh">How long what was seen is told again.</param>
public sealed class SharedLook<T>(Func<Task<T>> look, TimeSpan fresh, TimeProvider clock)
{
    private readonly Lock gate = new();
    private Task<T>? seen;
    private long seenAt;

    /// <summary>What is seen now; a caller who goes away leaves the look to the others.</summary>
    public Task<T> Look(CancellationToken cancellation)
    {
        lock (gate)
        {
            if (seen is null || (seen.IsCompleted && (!seen.IsCompletedSuccessfully || clock.GetElapsedTime(seenAt) > fresh)))
            {
                seen = Begin();
            }

            return seen.WaitAsync(cancellation);
        }
    }

    private async Task<T> Begin()
    {
        // Not on the caller's thread, which holds the lock.
        await Task.Yield();
        var found = await look();
        lock (gate)
        {
            seenAt = clock.GetTimestamp();
        }

        return found;
    }
}
