using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>The list of our accounts is believed only as far as it was read.</summary>
public sealed class BalanceTests(TestDatabase databases)
{
    [Theory]
    [InlineData("Utility Account|KES|9.00|9.00|0.00|0.00&Working Account|KES|soon|soon|0.00|0.00", "1 of 2 accounts", 1)]
    [InlineData("The balance is 7", "not an account", 0)]
    public async Task A_balance_that_was_not_read_whole_says_so(string told, string problem, int accounts)
    {
        await using var host = await PaymentsHost.Start(databases);
        await host.ScriptApi("balance", new { parameters = new Dictionary<string, string> { ["AccountBalance"] = told } });
        await host.Ops.GetFromJsonAsync<JsonNode>("/api/ops/balance");

        JsonNode? shown = null;
        await PaymentsHost.Eventually(
            async () => (string?)(shown = await host.Ops.GetFromJsonAsync<JsonNode>("/api/ops/balance"))!["problem"] is not null, "it says so", 8,
            () => shown!.ToJsonString());

        Assert.Contains(problem, (string?)shown!["problem"], StringComparison.Ordinal);
        Assert.Equal(accounts, shown["accounts"]!.AsArray().Count);
    }
}
