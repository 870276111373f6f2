using System.Globalization;

namespace Payments.Tests.Unit;

/// <summary>
/// Simulated time and everything that is to happen in it, in one order that the seed decides. Nothing here waits, and nothing runs beside it:
/// a call that is under way is a task that this completes.
/// </summary>
internal sealed class VirtualClock(Random choices)
{
    private readonly PriorityQueue<(string What, Action Do), (DateTimeOffset At, int Order)> coming = new();
    private readonly List<string>? story = TellsStories ? [] : null;
    private int order;
    private TimeSpan off;

    /// <summary>Whether every step is put down: for one seed that is played again.</summary>
    public static bool TellsStories { get; set; }

    public DateTimeOffset Now { get; private set; } = CheckoutBuilder.Start;

    /// <summary>What PostgreSQL's clock shows: it may be set.</summary>
    public DateTimeOffset Database => Now + off;

    /// <summary>Somebody sets PostgreSQL's clock.</summary>
    public void SetDatabase(TimeSpan by) => off += by;

    /// <summary>What happened, a line each; empty unless stories are told.</summary>
    public IReadOnlyList<string> Story => story ?? [];

    /// <summary>Something happens after so long.</summary>
    public void After(TimeSpan wait, string what, Action action) => coming.Enqueue((what, action), (Now + wait, order++));

    /// <summary>Something happens between two waits from now.</summary>
    public void Within(double from, double to, string what, Action action) => After(TimeSpan.FromSeconds(Between(from, to)), what, action);

    /// <summary>Plays what comes next; false when nothing does until <paramref name="end"/>.</summary>
    public bool Step(DateTimeOffset end)
    {
        if (!coming.TryPeek(out _, out var at) || at.At > end)
        {
            return false;
        }

        var (what, action) = coming.Dequeue();
        Now = at.At;
        Tell(what);
        action();
        return true;
    }

    public void Tell(string line) => story?.Add(string.Create(CultureInfo.InvariantCulture, $"+{(Now - CheckoutBuilder.Start).TotalSeconds,10:0.000} s  {line}"));

    public bool Chance(double probability) => choices.NextDouble() < probability;

    public double Between(double from, double to) => from + (choices.NextDouble() * (to - from));

    public int Pick(int from, int to) => choices.Next(from, to + 1);

    public T Pick<T>(params ReadOnlySpan<T> any) => any[choices.Next(any.Length)];
}
