using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>What leaves the account is what a key's ceilings count: payouts and refunds, a shop's and an operator's, together.</summary>
public sealed class RefundCeilingTests(Running running) : IClassFixture<Running>
{
    private static int phones;
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task Refunds_and_payouts_of_one_family_together_stay_under_its_daily_ceiling()
    {
        using var shop = await Key("refunder", ["checkouts", "payouts"], limit: null, daily: 1000);
        var checkouts = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Paid(shop, 400)));

        var answers = await Task.WhenAll(checkouts.Select(checkout => Refund(shop, checkout, null)));

        Assert.Equal(2, answers.Count(a => a.Status == HttpStatusCode.Accepted));
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.Accepted), Refused);
        Refused(await Payout(shop, 300));
        Assert.Equal(HttpStatusCode.Accepted, (await Payout(shop, 200)).Status);
        Refused(await Refund(shop, checkouts[Array.FindIndex(answers, a => a.Status != HttpStatusCode.Accepted)], 10));

        // What was refused reserved nothing: with another key the money goes back.
        var left = checkouts[Array.FindIndex(answers, a => a.Status != HttpStatusCode.Accepted)];
        Assert.Equal(HttpStatusCode.Accepted, (await Refund(host.Ops, left, null)).Status);
    }

    [Fact]
    public async Task A_single_refund_above_the_ceiling_for_one_payout_is_refused()
    {
        using var shop = await Key("careful", ["checkouts", "payouts"], limit: 300, daily: null);
        var checkout = await Paid(shop, 400);

        Refused(await Refund(shop, checkout, null));
        Assert.Equal(HttpStatusCode.Accepted, (await Refund(shop, checkout, 300)).Status);
    }

    [Fact]
    public async Task An_operators_refunds_of_money_without_an_order_count_as_well()
    {
        using var ops = await Key("desk", ["ops", "payouts"], limit: null, daily: 900);
        var receipts = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => host.Sql<Guid>(
            $"""
            INSERT INTO receipts (id, receipt, amount, method, settled_by, at)
            VALUES (gen_random_uuid(), '{PaymentsHost.NewReceipt()}', 40000, 'paybill', 'confirmation', now()) RETURNING id
            """)));

        var answers = await Task.WhenAll(receipts.Select(receipt => ops.Keyed($"/api/ops/receipts/rct_{receipt:N}/refund", new { reason = "Nobody's" })));

        Assert.Equal(2, answers.Count(a => a.Status == HttpStatusCode.Accepted));
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.Accepted), Refused);
        Assert.Equal(2, await host.Sql<long>($"SELECT count(*) FROM refunds WHERE receipt_id = ANY ('{{{string.Join(',', receipts)}}}')"));
    }

    private static void Refused((HttpStatusCode Status, JsonNode Body) answer) =>
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "payout_ceiling_exceeded"), (answer.Status, (string?)answer.Body["code"]));

    private async Task<HttpClient> Key(string client, string[] scopes, int? limit, int? daily)
    {
        var answer = await host.Ops.PostAsJsonAsync("/api/ops/keys", new { client, scopes, payoutLimit = limit, dailyPayoutLimit = daily });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return host.WithKey((string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["key"]!);
    }

    private async Task<JsonNode> Paid(HttpClient shop, int amount)
    {
        var made = await host.Checkout($"25470000{4100 + Interlocked.Increment(ref phones)}", amount, client: shop);
        await PaymentsHost.Eventually(
            async () => (string?)(await shop.GetFromJsonAsync<JsonNode>($"/api/checkouts/{made["id"]}"))!["status"] == "paid", "it is paid");
        return made;
    }

    private static Task<(HttpStatusCode Status, JsonNode Body)> Refund(HttpClient shop, JsonNode checkout, int? amount) =>
        shop.Keyed($"/api/checkouts/{checkout["id"]}/refunds", new { amount, reason = "Out of stock" });

    private static Task<(HttpStatusCode Status, JsonNode Body)> Payout(HttpClient shop, int amount) => shop.Keyed(
        "/api/payouts", new { method = "mpesa", recipient = PaymentsHost.Customer, amount, reference = PaymentsHost.NewReference() });
}
