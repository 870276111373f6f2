using Payments.Domain.Checkouts;

namespace Payments.Tests.Unit;

/// <summary>What waits, and since when: moved as the service moves it when PostgreSQL's clock was set back, and watched by a clock that nobody sets.</summary>
internal sealed partial class Store
{
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(1);

    /// <summary>When a wait was last written, by the clock on the wall, and how long it was to be.</summary>
    private readonly Dictionary<Guid, (DateTimeOffset At, DateTimeOffset Until, TimeSpan Wait)> waits = [];

    /// <summary>Questions that were asked so late that somebody waited for a clock.</summary>
    public List<string> Late { get; } = [];

    /// <summary>As ClockStep moves them: a wait that began "later" than now begins now.</summary>
    public int Heal()
    {
        var now = time.Database;
        var ahead = attempts.Values.Where(a => a.NextQueryAt > now && Began(a.Id.Value, a.StartedAt) > now + Slack).ToList();
        foreach (var attempt in ahead)
        {
            var row = Copies.Of(attempt);
            row.Become(r => r with { Queries = r.Queries.Postpone(now + (attempt.NextQueryAt!.Value - Began(attempt.Id.Value, attempt.StartedAt))) });
            Put(attempts, row.Id, row);
            Put(askedAt, row.Id.Value, now);
        }

        var money = transfers.Values.Where(t => t.NextQueryAt > now && Began(t.TransferId.Value, t.SendingAt!.Value) > now + Slack).ToList();
        foreach (var transfer in money)
        {
            var next = now + (transfer.NextQueryAt!.Value - Began(transfer.TransferId.Value, transfer.SendingAt!.Value));
            var row = Copies.Changed(transfer, r => r with { Queries = r.Queries.Postpone(next) });
            Put(transfers, row.TransferId, row);
            Put(askedAt, row.TransferId.Value, now);
        }

        return ahead.Count + money.Count;
    }

    private DateTimeOffset Began(Guid id, DateTimeOffset begun) => askedAt.TryGetValue(id, out var asked) ? asked : begun;

    private void NoteWait(Attempt row)
    {
        if (row.NextQueryAt is { } until && (!waits.TryGetValue(row.Id.Value, out var known) || known.Until != until))
        {
            waits[row.Id.Value] = (time.Now, until, until - time.Database);
        }
    }

    /// <summary>A wait may begin again when the clock is set back, and a round and the budget take their time; nothing else may come of it.</summary>
    private void NoteLateness(Attempt attempt)
    {
        if (waits.TryGetValue(attempt.Id.Value, out var wait) && time.Now - wait.At is var took
            && took > (wait.Wait > TimeSpan.Zero ? 2 * wait.Wait : TimeSpan.Zero) + TimeSpan.FromMinutes(10))
        {
            Late.Add($"a prompt that was to be asked about after {wait.Wait} was asked about after {took}");
        }
    }
}
