using System.Collections.Concurrent;

namespace Payments.Simulator;

/// <summary>
/// Seeded chance that does not depend on the order in which concurrent requests happen to arrive: the n-th event of a key
/// (a phone, a question) gets the same numbers in every run with the same seed.
/// </summary>
internal sealed class Chance(SettingsStore settings)
{
    private readonly ConcurrentDictionary<string, int> events = new();

    public Random For(string key)
    {
        var nth = events.AddOrUpdate(key, 1, static (_, count) => count + 1);
        // FNV-1a: string.GetHashCode differs from one process to the next.
        var hash = 14695981039346656037UL ^ (ulong)settings.Current.Rates.Seed;
        foreach (var character in key)
        {
            hash = (hash ^ character) * 1099511628211UL;
        }

        hash = (hash ^ (ulong)nth) * 1099511628211UL;
        // The high bits are the well mixed ones.
        return new Random((int)(hash >> 32));
    }

    public void Reset() => events.Clear();
}
