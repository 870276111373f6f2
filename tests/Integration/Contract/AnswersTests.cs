using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>What the service answers is what its document says: every field, whether it is there, may be null, and the words it may be.</summary>
public sealed class AnswersTests(Running running) : IClassFixture<Running>
{
    private readonly PaymentsHost host = running.Host;
    private JsonNode document = null!;

    [Fact]
    public async Task Answers_are_as_the_document_says()
    {
        document = (await host.Anonymous.GetFromJsonAsync<JsonNode>("/openapi/v1.json", TestContext.Current.CancellationToken))!;
        await Checkouts();
        var refund = await Money();
        await Lists(refund);
        await Operations();
        await Problems();
    }

    private async Task Checkouts()
    {
        var open = await Answer(host.Shop, "createCheckout", body: new { orderReference = PaymentsHost.NewReference(), amount = 100, metadata = new { cart = "7" } });
        await Answer(host.Shop, "payCheckout", open["id"], new { phone = "254708371032" });
        await host.Until(open, "failed");
        await Answer(host.Shop, "getCheckout", open["id"]);
        await Answer(host.WithKey((string)open["clientSecret"]!), "getCheckout", open["id"]);
        await Answer(host.Shop, "cancelCheckout", open["id"]);
        await Answer(host.Shop, "createCheckout", body: new { orderReference = PaymentsHost.NewReference(), amount = 100, phone = "0708 371 037" });
    }

    /// <summary>Money in, back and out; the refund.</summary>
    private async Task<JsonNode> Money()
    {
        var paid = await host.Checkout();
        await host.Until(paid, "paid");
        var refund = await Answer(host.Shop, "createRefund", paid["id"], new { amount = 500, reason = "One was out of stock" });
        var payout = await Answer(
            host.Shop, "createPayout", body: new { method = "mpesa", recipient = PaymentsHost.Customer, amount = 1200, reference = $"P-{Guid.NewGuid():N}" });
        await Settled("getRefund", refund);
        await Settled("getPayout", payout);
        await Answer(host.Shop, "getCheckout", paid["id"]);
        return refund;
    }

    private async Task Lists(JsonNode refund)
    {
        foreach (var list in new[] { "listCheckouts", "listRefunds", "listPayouts" })
        {
            Assert.NotEmpty((await Answer(host.Shop, list))["items"]!.AsArray());
        }

        var events = (await Answer(host.Shop, "listEvents"))["items"]!.AsArray().Select(item => (string)item!["type"]!).ToList();
        Assert.Superset((HashSet<string>)["checkout.created", "checkout.pending", "checkout.failed", "checkout.cancelled", "checkout.paid", "payout.completed"], events.ToHashSet());
        Assert.Contains($"refund.{(string?)(await Answer(host.Shop, "getRefund", refund["id"]))["status"]}", events);
    }

    private async Task Operations()
    {
        var callback = (await Answer(host.Ops, "listCallbacks"))["items"]!.AsArray()[0]!;
        await Answer(host.Ops, "getCallback", callback["id"]);
        await Answer(host.Ops, "replayCallback", callback["id"], query: "?dryRun=true");
        await Answer(host.Ops, "listReceipts");
        await Answer(host.Ops, "listCases");
        await Answer(host.Ops, "getBalance");
        await Answer(host.Ops, "getDaraja");
        var key = await Answer(host.Ops, "createKey", body: new { client = "shop", scopes = new[] { "checkouts" } });
        await Answer(host.Ops, "revokeKey", key["id"]);
        await Answer(host.Ops, "listKeys");
    }

    private async Task Problems()
    {
        await Answer(host.Shop, "createCheckout", body: new { amount = 1.5 });
        await Answer(host.Shop, "getCheckout", "chk_none");
        await Answer(host.Anonymous, "listCheckouts");
        await Answer(host.Shop, "listKeys");
        var taken = await host.Checkout(phone: null);
        await Answer(host.Shop, "createCheckout", body: new { orderReference = (string?)taken["orderReference"], amount = 5 });
        await Answer(host.Shop, "createPayout", body: new { method = "mpesa" }, isKeyed: false);
        await Answer(host.Shop, "listEvents", query: "?after=9999999");
    }

    private Task Settled(string operation, JsonNode transfer) => PaymentsHost.Eventually(
        async () => (string?)(await Answer(host.Shop, operation, transfer["id"]))["status"] is "completed" or "failed", $"{transfer["id"]} is settled");

    /// <summary>Calls by the document, and holds the answer against it.</summary>
    private async Task<JsonNode> Answer(HttpClient client, string operation, JsonNode? id = null, object? body = null, string query = "", bool isKeyed = true)
    {
        var (path, method, described) = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject(), (path, call) => (path.Key, call.Key, call.Value!))
            .Single(call => (string?)call.Item3["operationId"] == operation);
        using var request = new HttpRequestMessage(new(method.ToUpperInvariant()), path.Replace("{id}", (string?)id, StringComparison.Ordinal) + query);
        request.Content = body is null ? null : JsonContent.Create(body);
        if (method == "post" && isKeyed)
        {
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var content = described["responses"]![$"{(int)response.StatusCode}"]?["content"]?[response.Content.Headers.ContentType!.MediaType!];
        Assert.True(content is not null, $"{operation} answers {(int)response.StatusCode} {response.Content.Headers.ContentType}: {text}");
        var answer = JsonNode.Parse(text)!;
        var errors = new DocumentSchemas(document).Errors(content["schema"]!, answer);
        Assert.True(errors.Count == 0, $"{operation}: {string.Join('\n', errors)}\n{text}");
        return answer;
    }
}
