using System.Globalization;
using System.Runtime.InteropServices;

namespace Payments.Tests.Faults;

/// <summary>One of two processes has a clock that is an hour off, either way, then dies; the database's time decides, and the other goes on.</summary>
internal static class Clock
{
    public static async Task Run(Run run)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            run.CannotRun("a process's clock is moved on Linux on x64 only");
            return;
        }

        await using var world = await TestEnvironment.Start(run);
        var right = await world.AddApi("right", more: Schedules);

        // Everything a wrong clock could spoil: prompts that fail (believed after a minute), callbacks that never come, orders that expire.
        await world.Set(new { rates = new { seed = run.Options.Seed, loseCallback = 0.3, fail = 0.2, duplicate = 0.2 } });
        var shops = new List<Shop>();
        foreach (var hours in new[] { 1, -1 })
        {
            var wrong = await world.AddApi(string.Create(CultureInfo.InvariantCulture, $"wrong{hours}"), more: [.. MovedClock.Settings(TimeSpan.FromHours(hours)), .. Schedules]);
            var off = await ClockOf(wrong) - DateTimeOffset.UtcNow;
            if (Math.Abs((off - TimeSpan.FromHours(hours)).TotalMinutes) > 5)
            {
                run.CannotRun($"the process's clock could not be moved: it is {off.TotalMinutes:0} minutes off");
                return;
            }

            var shop = new Shop(world) { ExpiresInMinutes = 30 };
            shops.Add(shop);
            await shop.Trade(run.Options.Pick(24, 160), atOnce: 4, right, wrong);

            // Dies with jobs, leases and schedules of its own time in the database.
            await wrong.Kill();
            var after = new Shop(world) { ExpiresInMinutes = 30 };
            shops.Add(after);
            await after.Trade(run.Options.Pick(16, 80), atOnce: 4, right);
            run.Did(string.Create(CultureInfo.InvariantCulture, $"a process whose clock is {hours:+0;-0} h beside one that is right, then kill -9"));
        }

        // The process that was ahead has put Hangfire's next rounds into the coming hour: every question is then one made up for, 20 s late.
        await LedgerComparison.Check(world, shops, right, TimeSpan.FromSeconds(320));

        var expired = await world.Sql<long>("SELECT count(*) FROM checkouts WHERE status = 'expired'");
        run.Must(expired == 0, $"{expired} orders expired before their time");
        var early = await world.Sql<long>(
            "SELECT count(*) FROM attempts WHERE settled_by = 'stk_query' AND status = 'failed' AND ended_at < started_at + interval '60 seconds'");
        run.Must(early == 0, $"{early} failures were believed before their time");
        var spread = await world.Sql<double>("SELECT coalesce(max(abs(extract(epoch FROM started_at - now()))), 0)::double precision FROM attempts");
        run.Must(spread < 1800, $"an attempt is {spread:0} s away from the database's time");
    }

    /// <summary>Few questions, for each may be 20 s late; every one of them is answered here, and the last comes when a failure is believed.</summary>
    private static (string Name, string Value)[] Schedules =>
        [.. new[] { "Pending", "Unknown", "Transfer", "Doubt" }.Select(kind => ($"Reconciliation__{kind}Schedule", "00:00:05 00:00:20 00:00:45"))];

    /// <summary>The time a process puts on its answers.</summary>
    private static async Task<DateTimeOffset> ClockOf(Api api) => (await api.Client.GetAsync("/health/live")).Headers.Date ?? DateTimeOffset.UtcNow;
}
