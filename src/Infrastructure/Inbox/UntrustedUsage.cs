namespace Payments.Infrastructure.Inbox;

/// <summary>What callbacks without a valid token have cost in this process, by source, until it is written down.</summary>
public sealed class UntrustedUsage(TimeProvider clock)
{
    /// <summary>Sources named in the database in one hour and process; the others are one line together.</summary>
    private const int MaxNamed = 100;

    private readonly Lock gate = new();
    private readonly HashSet<string> named = new(StringComparer.Ordinal);
    private Dictionary<string, SourceUsage> unwritten = [];
    private DateTimeOffset namedSince;
    private long refusedSinceTold;

    internal sealed class SourceUsage
    {
        public long Stored { get; set; }
        public long Bytes { get; set; }
        public long Refused { get; set; }
    }

    /// <summary>One was refused, for its number or for the day's bytes.</summary>
    public void Refused(string source)
    {
        lock (gate)
        {
            Of(source).Refused++;
            refusedSinceTold++;
        }
    }

    /// <summary>One is stored.</summary>
    public void Stored(string source, long bytes)
    {
        lock (gate)
        {
            var tally = Of(source);
            tally.Stored++;
            tally.Bytes += bytes;
        }
    }

    /// <summary>What was counted since the last time.</summary>
    internal Dictionary<string, SourceUsage> Take()
    {
        lock (gate)
        {
            (var taken, unwritten) = (unwritten, []);
            return taken;
        }
    }

    /// <summary>It could not be written: it is counted on.</summary>
    internal void PutBack(Dictionary<string, SourceUsage> taken)
    {
        lock (gate)
        {
            foreach (var (source, tally) in taken)
            {
                var again = unwritten.TryGetValue(source, out var there) ? there : unwritten[source] = new();
                again.Stored += tally.Stored;
                again.Bytes += tally.Bytes;
                again.Refused += tally.Refused;
            }
        }
    }

    /// <summary>How many were refused since this was asked last.</summary>
    internal long TakeRefused()
    {
        lock (gate)
        {
            (var refused, refusedSinceTold) = (refusedSinceTold, 0);
            return refused;
        }
    }

    private SourceUsage Of(string source)
    {
        var now = clock.GetUtcNow();
        if (now - namedSince > TimeSpan.FromHours(1))
        {
            named.Clear();
            namedSince = now;
        }

        var key = named.Count < MaxNamed || named.Contains(source) ? source : "";
        named.Add(key);
        return unwritten.TryGetValue(key, out var tally) ? tally : unwritten[key] = new();
    }
}
