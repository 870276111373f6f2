using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Payments.Tests.Faults;

/// <summary>
/// The books are lost and restored to an earlier moment, by the steps of docs/operations.md; then the shop, Safaricom and operators do what
/// people do: they repeat themselves.
/// </summary>
internal static class Restore
{
    public static async Task Run(Run run)
    {
        await using var world = await TestEnvironment.Start(run);
        var api = await world.AddApi();
        var shop = new Shop(world);
        await world.Set(new { rates = new { seed = run.Options.Seed, loseCallback = 0.1, fail = 0.1, duplicate = 0.2 } });
        await shop.Trade(run.Options.Pick(48, 400), atOnce: 6, api);

        // With things under way, then and now.
        var (backedUpAt, requests) = (DateTimeOffset.UtcNow, shop.Requests);
        await world.Postgres.BackUp(run.Stop);
        await api.Ready();
        await shop.Trade(run.Options.Pick(64, 500), atOnce: 6, api);
        var told = await Feed(run, api, "0");
        var lost = await ApiSnapshot.Read(api);

        await api.Kill();
        await world.Postgres.Restore(run.Stop);
        await api.Command("restore", "prepare");
        var restoredAt = DateTimeOffset.UtcNow;
        shop.RestoredAt = restoredAt;
        api.Launch();
        await api.Ready();
        run.Did($"{lost.Checkouts.Count} orders, {lost.Payouts.Count} payouts, {lost.Refunds.Count} refunds; restored to {(restoredAt - backedUpAt).TotalSeconds:0} s before");

        // Who has paid does not pay again when he is asked again.
        await world.Set(new { rates = new { seed = run.Options.Seed, loseCallback = 0, fail = 0, duplicate = 0 } });
        foreach (var phone in (await world.Ledger()).Where(t => (string)t["kind"]! == "stk").Select(t => (string)t["msisdn"]!))
        {
            await world.Script(phone, new { outcome = "cancelled", api = "stk" });
        }

        var repeated = await RepeatCallbacks(run, world, backedUpAt);
        await shop.Repeat(api, requests);
        run.Did($"{shop.Requests - requests} requests and {repeated} callbacks repeated");
        await Release(run, world, api);
        await LedgerComparison.Check(world, shop, api, TimeSpan.FromSeconds(200));
        var duplicates = await world.Duplicates();
        run.Must(duplicates > 0, "no request met the refusal of its name");
        run.Did($"{duplicates} refused under a name seen before");
        await CheckFeed(run, api, told, restoredAt);
    }

    /// <summary>Half of what Safaricom told since the backup, told once more: to addresses whose payments may be forgotten.</summary>
    private static async Task<int> RepeatCallbacks(Run run, TestEnvironment world, DateTimeOffset since)
    {
        using var safaricom = TestEnvironment.Client(world.Apis[0].Url, null);
        var all = (await world.Deliveries(since)).Where(_ => run.Choices.Next(2) == 0).ToList();
        foreach (var (path, body) in all)
        {
            using var answer = await safaricom.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"), run.Stop);
            run.Must(answer.IsSuccessStatusCode, $"a repeated callback was answered {(int)answer.StatusCode}");
        }

        return all.Count;
    }

    /// <summary>An operator goes through what is held back, with the portal before him, then lets the rest go.</summary>
    private static async Task Release(Run run, TestEnvironment world, Api api)
    {
        List<JsonNode> held = [];
        var all = await run.Until(
            async () =>
            {
                var books = await ApiSnapshot.Read(api);
                held = [.. books.Payouts.Concat(books.Refunds).Where(t => (string)t["status"]! == "queued")];
                return held.All(t => (string?)t["waitingFor"]?["code"] == "restored" && books.Cases[(string)t["id"]!].Contains("not_sent"));
            },
            TimeSpan.FromSeconds(60));
        run.Must(all is not null, "what is held back does not say so");
        var ledger = await world.Ledger();
        var cases = (await api.Read("/api/ops/cases?status=open&kind=not_sent&limit=100"))["items"]!.AsArray();
        var paid = 0;
        foreach (var transfer in held.Where(t => HasMoved(t, ledger)))
        {
            paid++;
            var open = cases.Single(c => (string?)c!["subjectId"] == (string?)transfer["id"])!;
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/ops/cases/{open["id"]}/settle")
            {
                Content = JsonContent.Create(new { outcome = "paid", reason = "It is in the statement." }),
            };
            using var answer = await api.Client.SendAsync(request, run.Stop);
            run.Must(answer.IsSuccessStatusCode, $"{transfer["id"]} could not be settled: {(int)answer.StatusCode}");
        }

        await api.Command("restore", "release");
        run.Did($"{held.Count} payouts and refunds held back, {paid} of them found in the statement");
    }

    /// <summary>What has no name of its own is found in the statement by whom it went to; a refund by B2C is left to its name.</summary>
    private static bool HasMoved(JsonNode transfer, IReadOnlyList<JsonNode> ledger) => transfer["originalReceipt"] is { } original
        ? (string)transfer["method"]! == "reversal" && ledger.Any(t => (string?)t["originalReceipt"] == (string)original!)
        : ledger.Any(t => (string)t["kind"]! == "b2b" && (string?)t["to"] == (string?)transfer["recipient"]);

    /// <summary>From the place the shop had before: what ended since is told, and no id means two things.</summary>
    private static async Task CheckFeed(Run run, Api api, (Dictionary<string, string> Events, HashSet<string> Told, string Next) before, DateTimeOffset restoredAt)
    {
        var after = await Feed(run, api, before.Next);

        // One that had no place yet in the backup has another now, and is told again under its own id.
        run.Must(!after.Events.Any(told => before.Events.TryGetValue(told.Key, out var earlier) && earlier != told.Value), "one id means two events");
        var books = await ApiSnapshot.Read(api);
        var ended = books.Payouts.Concat(books.Refunds).Where(t => (string)t["status"]! == "completed" && (DateTimeOffset)t["createdAt"]! > restoredAt)
            .Concat(books.Checkouts.Where(c => (string)c["status"]! == "paid" && (DateTimeOffset)c["createdAt"]! > restoredAt)).ToList();
        var untold = ended.Where(t => !after.Told.Contains((string)t["id"]!)).ToList();
        run.Must(untold.Count == 0, string.Create(CultureInfo.InvariantCulture, $"{untold.Count} of {ended.Count} that ended since were not told, such as {untold.FirstOrDefault()?["id"]}"));
        run.Did(string.Create(CultureInfo.InvariantCulture, $"{ended.Count} that ended since told from the place before"));
    }

    private static async Task<(Dictionary<string, string> Events, HashSet<string> Told, string Next)> Feed(Run run, Api api, string after)
    {
        var (events, told) = (new Dictionary<string, string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        while (true)
        {
            var page = await api.Read($"/api/events?limit=100&after={after}");
            foreach (var one in page["items"]!.AsArray())
            {
                events[(string)one!["id"]!] = $"{one["type"]} of {one["data"]!["id"]}";
                if ((string)one["type"]! is "payout.completed" or "refund.completed" or "checkout.paid")
                {
                    told.Add((string)one["data"]!["id"]!);
                }
            }

            if ((string)page["next"]! == after)
            {
                return (events, told, after);
            }

            after = (string)page["next"]!;
        }
    }
}
