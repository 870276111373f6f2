using System.Collections.Concurrent;

namespace Payments.Simulator;

/// <summary>A phone that waits for an answer. <paramref name="Until"/> null: it waits for ever (a payout somebody holds back).</summary>
internal sealed record Ring(
    string Id, string Kind, string Msisdn, decimal Amount, string Shortcode, string Account, DateTimeOffset At, DateTimeOffset? Until);

/// <summary>Whatever waits for a person or a script to decide.</summary>
internal sealed class PendingPrompts
{
    private readonly ConcurrentDictionary<string, (Ring Ring, TaskCompletionSource<Plan> Answered)> all = new();

    /// <summary>Waits for the answer; null when the time ran out first.</summary>
    public async Task<Plan?> Wait(Ring ring, CancellationToken cancel)
    {
        var answered = new TaskCompletionSource<Plan>(TaskCreationOptions.RunContinuationsAsynchronously);
        all[ring.Id] = (ring, answered);
        try
        {
            var left = ring.Until is not { } until ? Timeout.InfiniteTimeSpan
                : until > DateTimeOffset.UtcNow ? until - DateTimeOffset.UtcNow
                : TimeSpan.Zero;
            return await answered.Task.WaitAsync(left, cancel);
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            all.TryRemove(ring.Id, out _);
        }
    }

    /// <summary>Whether something of this kind rings on the phone.</summary>
    public Ring? Oldest(string msisdn, string? id) =>
        Show().FirstOrDefault(r => r.Msisdn == msisdn && (id is null || r.Id == id));

    /// <summary>Answers; false when somebody was faster or the time ran out.</summary>
    public bool Answer(Ring ring, Plan plan) => all.TryGetValue(ring.Id, out var waiting) && waiting.Answered.TrySetResult(plan);

    public IEnumerable<Ring> Show() => all.Values.Select(w => w.Ring).OrderBy(r => r.At);
}
