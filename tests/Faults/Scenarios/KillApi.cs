namespace Payments.Tests.Faults;

/// <summary>kill -9 of the API at random moments under load.</summary>
internal static class KillApi
{
    public static async Task Run(Run run)
    {
        await using var world = await World.Start(run);
        var api = await world.AddApi();
        var shoppers = new Shoppers(world);
        using var noMoreOrders = new CancellationTokenSource();
        await using var load = new RawLoad(api.Url, senders: 4);
        var orders = shoppers.OrderUntil(atOnce: 4, TimeSpan.FromMilliseconds(run.Options.Pick(100, 500)), [api], noMoreOrders.Token);
        var kills = run.Options.Pick(6, 50);
        for (var i = 0; i < kills; i++)
        {
            // From amid the start to well under load.
            await Task.Delay(run.Choices.Next(200, 2500), run.Stop);
            await api.Kill();
            api.Launch();
        }

        await api.Ready();
        run.Did($"{kills} times kill -9");
        await noMoreOrders.CancelAsync();
        await orders;
        await load.Stop();
        await Backlog.Check(world);
        await load.Check(world);
        await Truth.Check(world, shoppers, api, TimeSpan.FromSeconds(200));
    }
}
