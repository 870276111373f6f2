namespace Payments.Tests.Faults;

/// <summary>kill -9 of PostgreSQL under load: callbacks go to the spool, and the shop is told to come back.</summary>
internal static class KillPostgres
{
    public static async Task Run(Run run)
    {
        await using var world = await TestEnvironment.Start(run);
        var api = await world.AddApi();
        var shop = new Shop(world);
        using var noMore = new CancellationTokenSource();
        await using var load = new RawLoad(api.Url, senders: 4);
        var trade = shop.TradeUntil(atOnce: 2, TimeSpan.FromMilliseconds(run.Options.Pick(50, 200)), [api], noMore.Token);
        var kills = run.Options.Pick(3, 10);
        for (var i = 0; i < kills; i++)
        {
            await Task.Delay(run.Choices.Next(1000, 4000), run.Stop);
            await world.Postgres.Kill();
            await Task.Delay(run.Choices.Next(200, 3000), run.Stop);
            await world.Postgres.Restart(run.Stop);
        }

        run.Did($"{kills} times kill -9 of PostgreSQL");
        run.Must(!api.Process.HasEnded, "the API ended with its database");
        await load.Stop();
        await Backlog.Check(world);
        await noMore.CancelAsync();
        await trade;
        await load.Check(world);
        await LedgerComparison.Check(world, shop, api, TimeSpan.FromSeconds(200));
    }
}
