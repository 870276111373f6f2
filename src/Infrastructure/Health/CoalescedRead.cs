namespace Payments.Infrastructure.Health;

/// <summary>
/// A look at something that anybody may ask for: however many ask, one looks, and the others have its answer, for a moment after it too.
/// </summary>
/// <param name="look">Bounded in time by itself: nobody's going away ends it.</param>
/// <param name="fresh">How long its answer is told again; null: <see cref="Fresh"/>.</param>
internal sealed class CoalescedRead<T>(Func<Task<T>> look, TimeProvider clock, TimeSpan? fresh = null)
{
    /// <summary>Balancers ask once a second; four looks a second are nothing to a database.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(250);

    private readonly Lock gate = new();
    private Task<T>? looking;
    private long began;

    /// <summary>What is seen now, or was a quarter of a second ago.</summary>
    public Task<T> See(CancellationToken cancellation)
    {
        lock (gate)
        {
            if (looking is null || (looking.IsCompleted && clock.GetElapsedTime(began) >= (fresh ?? Fresh)))
            {
                began = clock.GetTimestamp();
                looking = look();
            }

            return looking.WaitAsync(cancellation);
        }
    }

    /// <summary>Whoever asks from here on is not told what was seen before.</summary>
    public void Renew()
    {
        lock (gate)
        {
            if (looking is { IsCompleted: true })
            {
                looking = null;
            }
        }
    }
}
