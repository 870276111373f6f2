namespace Payments.Tests.Faults;

/// <summary>One process's clock is an hour off, either way; the database's time decides.</summary>
internal static class Clock
{
    private static readonly string[] Places =
    [
        "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1", "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1", "/usr/lib/faketime/libfaketime.so.1",
    ];

    public static async Task Run(Run run)
    {
        if (Places.FirstOrDefault(File.Exists) is not { } library)
        {
            run.CannotRun("libfaketime is not installed");
            return;
        }

        await using var world = await World.Start(run);
        foreach (var (name, shift) in new[] { ("early", "-1h"), ("late", "+1h") })
        {
            var api = await world.AddApi(
                name, more: [("LD_PRELOAD", library), ("FAKETIME", shift), ("DONT_FAKE_MONOTONIC", "1"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")]);
            var shoppers = new Shoppers(world);
            await shoppers.Order(run.Options.Pick(20, 100), atOnce: 4, api);
            await Truth.Check(world, shoppers, api, TimeSpan.FromSeconds(120));
            var wrong = await world.Sql<long>("SELECT count(*) FROM checkouts WHERE status <> 'paid'");
            run.Must(wrong == 0, $"with a clock {shift} {wrong} orders are not paid");
            var spread = await world.Sql<double>("SELECT coalesce(max(abs(extract(epoch FROM started_at - now()))), 0)::double precision FROM attempts");
            run.Must(spread < 1800, $"an attempt is {spread:0} s away from the database's time");
            run.Did($"a process at {shift}");
            await api.Kill();
        }
    }
}
