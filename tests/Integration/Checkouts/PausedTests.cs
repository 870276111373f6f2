using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>When Safaricom keeps failing, no prompt is sent for a moment, and the shop is told when to try again.</summary>
public sealed class PausedTests(TestDatabase databases)
{
    [Fact]
    public async Task While_the_breaker_is_open_a_checkout_stays_open_and_says_why()
    {
        await using var host = await PaymentsHost.Start(databases, "Daraja:Breaker:LeastCalls=3", "Daraja:Breaker:Break=00:00:30");
        (await host.Simulator.PutAsJsonAsync("/simulator/apis/stk", new { error = "html-503" })).EnsureSuccessStatusCode();
        for (var i = 0; i < 4; i++)
        {
            await host.Checkout($"25470005000{i}");
        }

        var refused = await host.Checkout("254700050009");
        Assert.Equal(("open", "prompts_paused"), ((string?)refused["status"], (string?)refused["promptRefused"]!["code"]));
        Assert.Empty(refused["attempts"]!.AsArray());
        Assert.InRange((DateTimeOffset)refused["promptRefused"]!["retryAt"]!, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddSeconds(31));

        var pay = await host.Shop.PostAsJsonAsync($"/api/checkouts/{refused["id"]}/pay", new { phone = "254700050009" });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, pay.StatusCode);
        Assert.Equal("prompts_paused", (string?)(await pay.Content.ReadFromJsonAsync<JsonNode>())!["code"]);
        Assert.NotNull(pay.Headers.RetryAfter);
    }
}
