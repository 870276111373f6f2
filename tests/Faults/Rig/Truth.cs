using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Payments.Tests.Faults;

/// <summary>Compares what Payments says with the money that really moved: every payment final and equal, or an open case.</summary>
internal static class Truth
{
    /// <summary>Waits until there is no difference, at most so long; what then differs is what did not hold.</summary>
    public static async Task Check(World world, Shoppers shoppers, Api api, TimeSpan limit)
    {
        var differences = new List<string> { "nothing was compared" };
        var summary = "";
        var took = await world.Run.Until(
            async () =>
            {
                (differences, summary) = await Compare(world, shoppers, api);
                return differences.Count == 0;
            },
            limit);
        if (took is not null)
        {
            // What is equal must stay equal.
            await Task.Delay(TimeSpan.FromSeconds(1), world.Run.Stop);
            (differences, summary) = await Compare(world, shoppers, api);
        }

        foreach (var difference in differences.Take(10))
        {
            world.Run.Must(false, difference);
        }

        world.Run.Must(differences.Count <= 10, $"… and {differences.Count - 10} more");
        world.Run.Did(summary);
    }

    private static async Task<(List<string> Differences, string Summary)> Compare(World world, Shoppers shoppers, Api api)
    {
        var moved = (await world.Ledger()).Where(item => (string?)item["kind"] == "stk").ToLookup(item => (string)item["msisdn"]!);
        var checkouts = await ReadAll(api);
        var cases = await Cases(world);
        var differences = new List<string>();
        var (paid, unpaid, open) = (0, 0, 0);
        foreach (var checkout in checkouts)
        {
            var id = (string)checkout["id"]!;
            var truth = moved[(string)checkout["phone"]!].ToList();
            var status = (string)checkout["status"]!;
            var payments = checkout["payments"]!.AsArray();
            if (cases.Contains(id))
            {
                open++;
            }
            else if (status == "paid")
            {
                paid++;
                if (truth.Count != 1 || payments.Count != 1 || (decimal)truth[0]["amount"]! != (decimal)checkout["amountPaid"]!
                    || ((string?)payments[0]!["receipt"] is { } receipt && receipt != (string?)truth[0]["receipt"]))
                {
                    differences.Add($"{checkout["orderReference"]} is paid by {payments.ToJsonString()}, and what moved is {Show(truth)}");
                }
            }
            else if (status is "failed" or "open" or "expired" or "cancelled")
            {
                unpaid++;
                if (truth.Count > 0)
                {
                    differences.Add($"{checkout["orderReference"]} is {status}, and what moved is {Show(truth)}");
                }
            }
            else
            {
                differences.Add($"{checkout["orderReference"]} is still {status} ({checkout["attempts"]!.AsArray().LastOrDefault()?["status"]}), and what moved is {Show(truth)}");
            }
        }

        var known = checkouts.Select(c => (string)c["phone"]!).ToHashSet(StringComparer.Ordinal);
        differences.AddRange(moved.Where(group => !known.Contains(group.Key)).Select(group => $"money moved from {group.Key}, of whom Payments knows nothing"));
        differences.AddRange(shoppers.Orders.Where(order => !known.Contains(order.Value)).Select(order => $"order {order.Key} is not there"));
        return (differences, string.Create(CultureInfo.InvariantCulture, $"{checkouts.Count} orders: {paid} paid, {unpaid} not, {open} with a case"));
    }

    private static string Show(List<JsonNode> truth) => truth.Count == 0 ? "nothing" : string.Join(" and ", truth.Select(t => t.ToJsonString()));

    private static async Task<List<JsonNode>> ReadAll(Api api)
    {
        var all = new List<JsonNode>();
        string? cursor = null;
        do
        {
            var page = await api.Shop.GetFromJsonAsync<JsonNode>($"/api/checkouts?limit=100{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}");
            all.AddRange(page!["items"]!.AsArray().Select(item => item!));
            cursor = (string?)page["nextCursor"];
        }
        while (cursor is not null);
        return all;
    }

    private static async Task<HashSet<string>> Cases(World world)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        await using var command = world.Database.CreateCommand("SELECT DISTINCT checkout_id FROM cases WHERE status = 'open' AND checkout_id IS NOT NULL");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            found.Add($"chk_{reader.GetGuid(0):N}");
        }

        return found;
    }
}
