namespace Payments.Infrastructure.Webhooks;

/// <summary>
/// What is on its way to one webhook. Events about different things go out together, those about one thing one after another, in the feed's order:
/// while the first waits to be tried again, the others of its thing wait behind it. Knows no clock and no database.
/// </summary>
/// <param name="place">Up to here in the feed nothing is left to take.</param>
internal sealed class DeliveryQueue(long place)
{
    private readonly Dictionary<long, Delivery> all = [];
    private readonly Dictionary<Guid, List<Delivery>> things = [];
    private readonly SortedSet<(DateTimeOffset At, long Position)> due = [];

    /// <summary>Taken from the feed and not stored yet: the place stays before the first of them.</summary>
    private readonly SortedSet<long> fresh = [];

    /// <summary>The last place taken from the feed.</summary>
    public long Taken { get; set; } = place;

    /// <summary>Up to here everything is delivered, given up or stored; a process that starts there loses nothing.</summary>
    public long Place => fresh.Count > 0 ? fresh.Min - 1 : Taken;

    public int Count => all.Count;

    public int FreshCount => fresh.Count;

    public int InFlight { get; private set; }

    /// <summary>When the next one can be sent that is not being sent; null when there is none.</summary>
    public DateTimeOffset? NextDue => due.Count > 0 ? due.Min.At : null;

    /// <summary>Puts one in; answers false for one that is in already. What comes behind a waiting one is to be stored, too.</summary>
    public bool Add(Delivery delivery)
    {
        if (!all.TryAdd(delivery.Position, delivery))
        {
            return false;
        }

        if (!delivery.IsStored)
        {
            fresh.Add(delivery.Position);
        }

        if (!things.TryGetValue(delivery.Thing, out var line))
        {
            things[delivery.Thing] = line = [];
        }

        // Read from two places (the feed, and what was stored of it), they may come in any order.
        var at = line.FindIndex(other => other.Position > delivery.Position);
        var (index, first) = (at < 0 ? line.Count : at, line.Count > 0 ? line[0] : null);
        line.Insert(index, delivery);
        if (index == 0)
        {
            if (first is { IsInFlight: false })
            {
                due.Remove((first.NextTryAt, first.Position));
            }

            if (first is not { IsInFlight: true })
            {
                due.Add((delivery.NextTryAt, delivery.Position));
            }
        }

        return true;
    }

    /// <summary>Takes out the one that is due first; null when none is.</summary>
    public Delivery? Next(DateTimeOffset now)
    {
        if (due.Count == 0 || due.Min.At > now)
        {
            return null;
        }

        var delivery = all[due.Min.Position];
        due.Remove(due.Min);
        delivery.IsInFlight = true;
        InFlight++;
        return delivery;
    }

    /// <summary>It was delivered or given up: the next of its thing may go.</summary>
    public void End(Delivery delivery)
    {
        Land(delivery);
        all.Remove(delivery.Position);
        fresh.Remove(delivery.Position);
        var line = things[delivery.Thing];
        line.Remove(delivery);
        if (line.Count == 0)
        {
            things.Remove(delivery.Thing);
        }
        else
        {
            due.Add((line[0].NextTryAt, line[0].Position));
        }
    }

    /// <summary>It was refused and waits. Answers those that are to be stored with it: itself, and what is behind it and has no row yet.</summary>
    public IReadOnlyList<Delivery> Wait(Delivery delivery, DateTimeOffset nextTryAt)
    {
        Land(delivery);
        delivery.NextTryAt = nextTryAt;
        var line = things[delivery.Thing];
        due.Add((line[0].NextTryAt, line[0].Position));
        List<Delivery> stored = [delivery, .. line.Where(other => other != delivery && !other.IsStored)];
        stored.ForEach(MarkStored);
        return stored;
    }

    /// <summary>Those that came behind one that waits, and have no row yet: to be stored, so that the place can move past them.</summary>
    public IReadOnlyList<Delivery> TakeBlocked()
    {
        List<Delivery> blocked = [.. fresh.Select(position => all[position]).Where(delivery =>
            things[delivery.Thing][0] is { IsStored: true } head && head != delivery)];
        blocked.ForEach(MarkStored);
        return blocked;
    }

    /// <summary>The endpoint is there again: what waits is tried now.</summary>
    public void Hurry(DateTimeOffset now)
    {
        foreach (var waiting in due.Where(d => d.At > now).ToList())
        {
            Hurry(waiting, now);
        }
    }

    /// <summary>To find out whether it is: the one whose time comes first is tried now.</summary>
    public void HurryFirst(DateTimeOffset now)
    {
        if (due.Count > 0 && due.Min.At > now)
        {
            Hurry(due.Min, now);
        }
    }

    private void Hurry((DateTimeOffset At, long Position) waiting, DateTimeOffset now)
    {
        due.Remove(waiting);
        all[waiting.Position].NextTryAt = now;
        due.Add((now, waiting.Position));
    }

    private void Land(Delivery delivery)
    {
        delivery.IsInFlight = false;
        InFlight--;
    }

    private void MarkStored(Delivery delivery)
    {
        delivery.IsStored = true;
        fresh.Remove(delivery.Position);
    }
}
