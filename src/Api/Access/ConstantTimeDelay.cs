namespace Payments.Api.Access;

/// <summary>
/// A refusal is answered a second late: whoever sends again at once, without minding <c>Retry-After</c>, would otherwise use up the machine with being
/// refused, and the requests that are worked on would wait behind him. Waiting costs a few kilobytes and no work.
/// </summary>
internal static class ConstantTimeDelay
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    /// <summary>Beyond that the answers come at once: a few MiB is what it may cost.</summary>
    private const int Max = 4096;

    private static int waiting;

    /// <summary>Waits, unless too many do.</summary>
    public static async Task Wait(CancellationToken gone)
    {
        if (Interlocked.Increment(ref waiting) <= Max)
        {
            await Task.Delay(Delay, gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Interlocked.Decrement(ref waiting);
    }
}
