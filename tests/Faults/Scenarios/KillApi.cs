using System.Diagnostics;

namespace Payments.Tests.Faults;

/// <summary>kill -9 of the API at random moments under load: amid its start, right after it, when it is busy, and when a webhook was just sent.</summary>
internal static class KillApi
{
    public static async Task Run(Run run)
    {
        await using var world = await TestEnvironment.Start(run);
        var api = await world.AddApi();
        var shop = new Shop(world);
        using var noMore = new CancellationTokenSource();
        await using var load = new RawLoad(api.Url, senders: 4);
        var trade = shop.TradeUntil(atOnce: 4, TimeSpan.FromMilliseconds(run.Options.Pick(50, 300)), [api], noMore.Token);
        var kills = run.Options.Pick(6, 50);
        for (var i = 0; i < kills; i++)
        {
            // One in four dies before it can have answered; the others once they have, however long this machine takes to start them.
            if (run.Choices.Next(4) > 0)
            {
                var answered = load.Acknowledged;
                await run.Until(() => Task.FromResult(load.Acknowledged > answered), TimeSpan.FromSeconds(30));
            }

            // Long enough for business in between, in the long run; or in the moment between a webhook's sending and its record.
            if (i % 3 == 2)
            {
                await run.Until(() => Task.FromResult(world.Told.WasJustTold), TimeSpan.FromSeconds(30), pause: TimeSpan.FromMilliseconds(1));
            }
            else
            {
                await Task.Delay(run.Choices.Next(0, run.Options.Pick(1500, 4000)), run.Stop);
            }

            await api.Kill();
            api.Launch();
        }

        var started = api.LaunchedAt;
        run.Did($"{kills} times kill -9");
        await api.Ready();
        await load.Stop();
        await Backlog.Check(world, since: Stopwatch.GetElapsedTime(started));
        await noMore.CancelAsync();
        await trade;
        await load.Check(world);
        await LedgerComparison.Check(world, shop, api, TimeSpan.FromSeconds(200));
    }
}
