using System.Globalization;

namespace Payments.Tests.Faults;

/// <summary>What is still to be understood.</summary>
internal static class Backlog
{
    /// <summary>Promised in docs/reliability.md: done within 30 s of the last start.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Waits until no callback is new and the spools are empty.</summary>
    /// <param name="since">How much of the time has passed already: since the last start.</param>
    public static async Task Check(TestEnvironment world, TimeSpan? limit = null, TimeSpan since = default)
    {
        var took = await world.Run.Until(
            async () => world.Apis.All(api => !Directory.Exists(api.Spool) || Directory.GetFiles(api.Spool, "*.spool").Length == 0)
                && !await world.Sql<bool>("SELECT EXISTS (SELECT FROM callbacks WHERE state = 'new')"),
            (limit ?? Limit) - since);
        if (took is { } time)
        {
            world.Run.Did(string.Create(CultureInfo.InvariantCulture, $"backlog done after {(since + time).TotalSeconds:0.0} s"));
        }
        else
        {
            var left = await world.Sql<long>("SELECT count(*) FROM callbacks WHERE state = 'new'");
            world.Run.Must(false, $"after {(limit ?? Limit).TotalSeconds:0} s {left} callbacks are still new, or the spool is not empty");
        }
    }
}
