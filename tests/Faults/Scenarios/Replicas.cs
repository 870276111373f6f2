using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Payments.Tests.Faults;

/// <summary>Several processes over one database.</summary>
internal static class Replicas
{
    /// <summary>Two APIs and two workers; one of each is frozen for a while, its locks and leases in its hands.</summary>
    public static async Task TwoAndTwo(Run run)
    {
        await using var world = await TestEnvironment.Start(run);
        var spool = Path.Combine(run.Folder, "spool");
        var first = await world.AddApi("api-1", spool: spool, more: ("Roles", "api"));
        var second = await world.AddApi("api-2", spool: spool, more: ("Roles", "api"));
        var worker = await world.AddApi("worker-1", spool: spool, publicUrl: first.Url, more: ("Roles", "worker"));
        await world.AddApi("worker-2", spool: spool, publicUrl: first.Url, more: ("Roles", "worker"));
        var shop = new Shop(world);
        using var noMore = new CancellationTokenSource();
        var trade = shop.TradeUntil(atOnce: 4, TimeSpan.FromMilliseconds(100), [first, second], noMore.Token);
        await using var load = new RawLoad(first.Url, senders: 2);
        var freeze = TimeSpan.FromSeconds(run.Options.Pick(8, 60));
        foreach (var frozen in new[] { worker, second })
        {
            await Task.Delay(run.Choices.Next(1000, 3000), run.Stop);
            Signal.Freeze(frozen.Process.Id);
            await Task.Delay(freeze / 2, run.Stop);
            Signal.Thaw(frozen.Process.Id);
        }

        await Task.Delay(1000, run.Stop);
        Signal.Freeze(worker.Process.Id);
        Signal.Freeze(second.Process.Id);
        await Task.Delay(freeze, run.Stop);
        Signal.Thaw(worker.Process.Id);
        Signal.Thaw(second.Process.Id);
        run.Did($"two APIs and two workers; one of each SIGSTOPped in turn for {freeze.TotalSeconds / 2:0} s, then both for {freeze.TotalSeconds:0} s");
        await noMore.CancelAsync();
        await trade;
        await load.Stop();
        await Backlog.Check(world);
        await load.Check(world);
        await LedgerComparison.Check(world, shop, first, TimeSpan.FromSeconds(200));
        var stuck = await world.Sql<long>(
            """
            SELECT (SELECT count(*) FROM attempts WHERE status = 'sending')
                + (SELECT count(*) FROM (SELECT status FROM payouts UNION ALL SELECT status FROM refunds) t WHERE status IN ('queued', 'sending'))
            """);
        run.Must(stuck == 0, $"{stuck} prompts, payouts or refunds are stuck");
    }

    // Two medians of some milliseconds may differ by more than themselves when the machine does something else for a moment.
    private const double Noise = 0.05;

    /// <summary>API and worker in one process, then in two: from the callback's arrival to paid.</summary>
    public static async Task Split(Run run)
    {
        var count = run.Options.Pick(200, 400);
        double together;
        await using (var world = await TestEnvironment.Start(run))
        {
            together = await Median(world, await world.AddApi(), count);
        }

        await using (var world = await TestEnvironment.Start(new Run(run.Name, run.Options, Directory.CreateDirectory(Path.Combine(run.Folder, "split")).FullName, run.Stop)))
        {
            var api = await world.AddApi("api", more: ("Roles", "api"));
            await world.AddApi("worker", publicUrl: api.Url, more: ("Roles", "worker"));
            var split = await Median(world, api, count);
            run.Did(string.Create(CultureInfo.InvariantCulture, $"{count} payments each: p50 {together * 1000:0} ms in one process, {split * 1000:0} ms in two"));
            run.Must(split <= Math.Max(2 * together, Noise), $"callback→paid took {split * 1000:0} ms split, {together * 1000:0} ms together");
            run.Must(await LiveEvent(api), "no live event told of a payment the other process settled");
        }
    }

    private static async Task<double> Median(TestEnvironment world, Api api, int count)
    {
        var shop = new Shop(world);
        await shop.Trade(count, atOnce: 4, api);
        var paid = await world.Run.Until(
            async () => await world.Sql<long>("SELECT count(*) FROM checkouts WHERE status = 'paid'") == shop.Orders.Count, TimeSpan.FromSeconds(60));
        return paid is null
            ? throw new InvalidOperationException("Not every order was paid.")
            : await world.Sql<double>(
                """
                SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM c.done_at - c.received_at)::double precision)
                FROM callbacks c WHERE c.verdict = 'applied'
                """);
    }

    private static async Task<bool> LiveEvent(Api api)
    {
        var answer = await api.Client.PostAsJsonAsync("/api/checkouts", new { orderReference = "LIVE-1", amount = 10, phone = "254700099999" });
        var id = (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["id"]!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await using var stream = await api.Client.GetStreamAsync($"/api/checkouts/{id}/events", limit.Token);
            using var reader = new StreamReader(stream);
            while (await reader.ReadLineAsync(limit.Token) is { } line)
            {
                if (line.StartsWith("data:", StringComparison.Ordinal) && line.Contains("\"status\":\"paid\"", StringComparison.Ordinal))
                {
                    return true;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Said by the caller.
        }

        return false;
    }
}
