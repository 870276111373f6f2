using System.Collections.Concurrent;

namespace Payments.Simulator;

/// <summary>A phone that waits for an answer. <paramref name="Until"/> null: it waits for ever (a payout somebody holds back).</summary>
internal sealed record Ring(
    string Id, string Kind, string Msisdn, decimal Amount, string Shortcode, string Account, DateTimeOffset At, DateTimeOffset? Until);

/// <summary>Whatever waits for a person or a script to decide.</summary>
internal sealed class PendingPrompts
{
    // M-PESA ends a prompt with the third wrong PIN.
    private const int PinTries = 3;

    private readonly ConcurrentDictionary<string, Waiting> all = new();

    /// <summary>Waits for the answer; null when the time ran out first. <paramref name="plan"/> is what was planned beside it.</summary>
    public async Task<Plan?> Wait(Ring ring, Plan plan, CancellationToken cancel)
    {
        var waiting = all[ring.Id] = new(ring, plan);
        try
        {
            var left = ring.Until is not { } until ? Timeout.InfiniteTimeSpan
                : until > DateTimeOffset.UtcNow ? until - DateTimeOffset.UtcNow
                : TimeSpan.Zero;
            return await waiting.Answered.Task.WaitAsync(left, cancel);
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

    /// <summary>Answers what rings by its outcome alone: callback and reply stay as they were planned.</summary>
    public bool Answer(Ring ring, Outcome outcome) =>
        all.TryGetValue(ring.Id, out var waiting) && waiting.Answered.TrySetResult(waiting.Plan with { Outcome = outcome, Delay = null });

    /// <summary>How often a PIN may still be tried.</summary>
    public int TriesLeft(Ring ring) => all.TryGetValue(ring.Id, out var waiting) ? waiting.TriesLeft : 0;

    /// <summary>A wrong PIN: how often it may be tried again.</summary>
    public int TakeTry(Ring ring) => all.TryGetValue(ring.Id, out var waiting) ? waiting.TakeTry() : 0;

    public IEnumerable<Ring> Show() => all.Values.Select(w => w.Ring).OrderBy(r => r.At);

    private sealed class Waiting(Ring ring, Plan plan)
    {
        private int triesLeft = PinTries;

        public Ring Ring => ring;

        public Plan Plan => plan;

        public TaskCompletionSource<Plan> Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int TriesLeft => Volatile.Read(ref triesLeft);

        public int TakeTry() => Interlocked.Decrement(ref triesLeft);
    }
}
