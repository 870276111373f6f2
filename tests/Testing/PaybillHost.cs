using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Testing;

/// <summary>An API whose C2B URLs are registered with its simulator; derive to give it settings.</summary>
public class RegisteredPaybill(TestDatabase databases) : IAsyncLifetime
{
    public PaymentsHost Host { get; private set; } = null!;

    /// <summary>The registration token, as only the database and Safaricom know it.</summary>
    public string Token { get; private set; } = "";

    /// <summary>For further deployments beside this one.</summary>
    public TestDatabase Databases => databases;

    /// <summary>Configuration of the API, or of the simulator.</summary>
    protected virtual string[] Settings => [];

    public async ValueTask InitializeAsync()
    {
        Host = await PaymentsHost.Start(databases, Settings);
        Token = await Host.RegisterC2b();
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

/// <summary>What customers do by hand, and what operators look at.</summary>
internal static class PaybillHost
{
    private const string Bodies =
        """{"TransactionType":"%type%","TransID":"%id%","TransTime":"%time%","TransAmount":"%amount%","BusinessShortCode":"%shortcode%","BillRefNumber":"%account%","InvoiceNumber":"","OrgAccountBalance":"","ThirdPartyTransID":"","MSISDN":"%msisdn%","FirstName":"JOHN","MiddleName":"","LastName":""}""";

    /// <summary>Registers; gives the token, which no answer shows.</summary>
    public static async Task<string> RegisterC2b(this PaymentsHost host)
    {
        var answer = await host.Ops.PostAsync("/api/ops/c2b/register", null);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await host.Sql<string>("SELECT token FROM c2b_registrations");
    }

    /// <summary>A customer pays by hand at the simulator.</summary>
    public static async Task<JsonNode> PayByHand(this PaymentsHost host, decimal amount, string account, string? shortcode = null, string msisdn = PaymentsHost.Customer)
    {
        var answer = await host.Simulator.PostAsJsonAsync("/simulator/c2b", new { shortcode, amount, account, msisdn });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    /// <summary>A validation or confirmation as Safaricom writes it.</summary>
    public static string Body(
        string receipt, string account, decimal amount = 1500, string shortcode = "174379", string msisdn = "2547 ***** 149", bool till = false) => Bodies
        .Replace("%type%", till ? "Buy Goods" : "Pay Bill", StringComparison.Ordinal)
        .Replace("%id%", receipt, StringComparison.Ordinal)
        .Replace("%time%", DateTime.UtcNow.AddHours(3).ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("%amount%", amount.ToString("0.00", CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("%shortcode%", shortcode, StringComparison.Ordinal)
        .Replace("%account%", account, StringComparison.Ordinal)
        .Replace("%msisdn%", msisdn, StringComparison.Ordinal);

    /// <summary>Sends a confirmation and waits until it is understood; gives its verdict.</summary>
    public static async Task<string> Confirm(this PaymentsHost host, string token, string body)
    {
        var path = token.Length == 0 ? "/callbacks/c2b/confirm" : $"/callbacks/c2b/confirm/{token}";
        Assert.Equal(HttpStatusCode.OK, (await host.Call(path, body)).StatusCode);
        return await host.Verdict(body);
    }

    /// <summary>Waits until every callback with this body is understood; gives the last one's verdict.</summary>
    public static async Task<string> Verdict(this PaymentsHost host, string body)
    {
        var hex = Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(body));
        string? verdict = null;
        await PaymentsHost.Eventually(
            async () => (verdict = await host.Sql<string>(
                $"SELECT coalesce((SELECT CASE WHEN bool_and(state = 'done') THEN (array_agg(verdict ORDER BY id DESC))[1] ELSE '' END FROM callbacks WHERE body = '\\x{hex}'), '')")) != "",
            "the callback is understood");
        return verdict!;
    }

    /// <summary>The receipt with this number as operators see it; null when there is none.</summary>
    public static async Task<JsonNode?> Receipt(this PaymentsHost host, string number, bool matched = false)
    {
        var page = await host.Ops.GetFromJsonAsync<JsonNode>($"/api/ops/receipts?matched={(matched ? "true" : "false")}&limit=100");
        return page!["items"]!.AsArray().FirstOrDefault(r => (string?)r!["receipt"] == number);
    }

    /// <summary>An operator matches.</summary>
    public static Task<HttpResponseMessage> Match(this PaymentsHost host, JsonNode receipt, JsonNode checkout) =>
        host.Ops.PostAsJsonAsync($"/api/ops/receipts/{receipt["id"]}/match", new { checkoutId = (string?)checkout["id"] });

    /// <summary>The stable code of a problem.</summary>
    public static async Task<(int Status, string? Code)> Problem(this HttpResponseMessage answer)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return ((int)answer.StatusCode, (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["code"]);
    }
}
