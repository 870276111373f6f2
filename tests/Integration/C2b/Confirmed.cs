using System.Globalization;
using System.Text.Json.Nodes;
using Payments.Application.Reconciliation;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Confirmations in other words than the usual ones, and what became of them.</summary>
internal static class Confirmed
{
    /// <summary>A confirmation or validation; null leaves a member out.</summary>
    public static string Body(
        string? receipt, string? account, decimal amount, string? shortcode, string? type = "Pay Bill", string? payer = "", string firstName = "JOHN", TimeSpan off = default)
    {
        var body = new JsonObject
        {
            ["TransTime"] = (DateTime.UtcNow.AddHours(3) + off).ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture),
            ["TransAmount"] = amount.ToString("0.00", CultureInfo.InvariantCulture),
            ["OrgAccountBalance"] = "",
            ["FirstName"] = firstName,
        };
        foreach (var (name, value) in new[] { ("TransactionType", type), ("TransID", receipt), ("BusinessShortCode", shortcode), ("BillRefNumber", account), ("MSISDN", payer) })
        {
            if (value is not null)
            {
                body[name] = value;
            }
        }

        return body.ToJsonString();
    }

    /// <summary>An order that a query called paid and whose number nobody has told.</summary>
    public static async Task<JsonNode> PaidByQuery(this PaymentsHost host, int amount)
    {
        var checkout = await host.PaidUntold(amount);
        await host.AskAbout(checkout);
        return await host.Until(checkout, "paid");
    }

    /// <summary>An order whose customer has paid, of which nobody has been told anything.</summary>
    public static async Task<JsonNode> PaidUntold(this PaymentsHost host, int amount)
    {
        var checkout = await host.Ringing(amount);
        await host.Simulator.PostAsync(
            $"/simulator/phones/{checkout["phone"]}/answer", new StringContent("""{"outcome":"paid","callback":"never"}""", System.Text.Encoding.UTF8, "application/json"));
        await PaymentsHost.Eventually(
            async () => (await host.Simulator.GetStringAsync("/simulator/ledger")).Contains((string)checkout["phone"]!, StringComparison.Ordinal), "the money moved");
        return await host.Get(checkout);
    }

    /// <summary>Has Safaricom asked now.</summary>
    public static async Task AskAbout(this PaymentsHost host, JsonNode checkout)
    {
        await host.Sql<int>($"UPDATE attempts SET next_question_at = now() WHERE id = '{PaymentsHost.AttemptId(checkout)}' AND next_question_at IS NOT NULL; SELECT 1");
        await host.Send(new QueryOverdueAttempts());
    }

    /// <summary>The one receipt of an order that is paid by it, with its number and nothing over.</summary>
    public static async Task HasOne(this PaymentsHost host, JsonNode checkout, string number)
    {
        var now = await host.Get(checkout);
        Assert.Equal("paid", (string?)now["status"]);
        Assert.Equal(number, (string?)Assert.Single(now["payments"]!.AsArray())!["receipt"]);
        var id = Guid.ParseExact(((string)checkout["id"]!)["chk_".Length..], "N");
        Assert.Equal("1 0", await host.Sql<string>($"SELECT count(*) || ' ' || sum(surplus) FROM receipts WHERE checkout_id = '{id}'"));
        Assert.Null(await host.Receipt(number));
        Assert.Equal(0L, await host.Sql<long>($"SELECT count(*) FROM cases WHERE checkout_id = '{id}'"));
    }
}
