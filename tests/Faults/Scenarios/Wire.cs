using Npgsql;

namespace Payments.Tests.Faults;

/// <summary>A bad wire between the API and PostgreSQL: cut right after a COMMIT was sent, slow, half-open.</summary>
internal static class Wire
{
    public static async Task Run(Run run)
    {
        await using var world = await TestEnvironment.Start(run);
        await using var wire = new TcpProxy(world.Postgres.Port);
        var api = await world.AddApi(connectionString: new NpgsqlConnectionStringBuilder(world.Postgres.ConnectionString) { Port = wire.Port }.ConnectionString);
        var shop = new Shop(world);
        using var noMore = new CancellationTokenSource();
        await using var load = new RawLoad(api.Url, senders: 4);
        var trade = shop.TradeUntil(atOnce: 2, TimeSpan.FromMilliseconds(150), [api], noMore.Token);

        for (var i = 0; i < run.Options.Pick(20, 100); i++)
        {
            await Task.Delay(run.Choices.Next(100, 500), run.Stop);
            wire.CutAfterCommit(run.Choices.Next(1, 4));
        }

        wire.CutAfterCommit(0);
        run.Did($"{wire.Cuts} connections cut right after COMMIT was sent");
        wire.Latency = TimeSpan.FromMilliseconds(50);
        await Task.Delay(TimeSpan.FromSeconds(run.Options.Pick(3, 20)), run.Stop);
        wire.Latency = TimeSpan.Zero;
        var halfOpen = TimeSpan.FromSeconds(run.Options.Pick(6, 30));
        wire.IsHalfOpen = true;
        await Task.Delay(halfOpen, run.Stop);
        wire.IsHalfOpen = false;
        run.Did($"50 ms more for a while; half-open for {halfOpen.TotalSeconds:0} s");
        var back = await run.Until(
            async () => (await api.Client.GetStringAsync("/health/ready")).Contains("\"ready\"", StringComparison.Ordinal)
                && (await api.Client.GetAsync("/api/checkouts?limit=1")).IsSuccessStatusCode,
            Backlog.Limit);
        run.Must(back is not null, "30 s after the wire was good again the API was not");
        await noMore.CancelAsync();
        await trade;
        await load.Stop();
        await Backlog.Check(world);
        await load.Check(world);
        await LedgerComparison.Check(world, shop, api, TimeSpan.FromSeconds(200));
    }
}
