using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>The calls about webhooks: whose they are, what they show, and what they refuse.</summary>
public sealed class WebhookApiTests(Running running) : IClassFixture<Running>
{
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task A_webhook_is_made_shown_changed_and_deleted()
    {
        var (status, made) = await Call(host.Shop, HttpMethod.Post, "/api/webhooks", new { url = "http://127.0.0.1:9/hooks", description = "The till" });
        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Matches("^whsec_[A-Za-z0-9+/]{43}=$", (string)made["secret"]!);
        Assert.Equal(("enabled", null, null), ((string?)made["status"], (string?)made["disabledBecause"], (string?)made["events"]));
        Assert.Equal(["checkouts", "payouts"], made["scopes"]!.AsArray().Select(scope => (string)scope!).Order());

        var shown = await Get(made);
        Assert.Null(shown["secret"]);
        Assert.Contains((await host.Shop.GetFromJsonAsync<JsonNode>("/api/webhooks"))!["items"]!.AsArray(), one => (string?)one!["id"] == (string?)made["id"] && one["secret"] is null);

        var changed = (await Call(host.Shop, HttpMethod.Patch, $"/api/webhooks/{made["id"]}", new { events = new[] { "checkout.paid" }, status = "disabled" })).Body;
        Assert.Equal(("disabled", "by_request", "The till"), ((string?)changed["status"], (string?)changed["disabledBecause"], (string?)changed["description"]));
        changed = (await Call(host.Shop, HttpMethod.Patch, $"/api/webhooks/{made["id"]}", new { events = Array.Empty<string>(), status = "enabled" })).Body;
        Assert.Equal(("enabled", null, null), ((string?)changed["status"], (string?)changed["disabledBecause"], changed["events"]));

        Assert.Equal(HttpStatusCode.OK, (await host.Shop.DeleteAsync($"/api/webhooks/{made["id"]}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Shop.GetAsync($"/api/webhooks/{made["id"]}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Shop.DeleteAsync($"/api/webhooks/{made["id"]}")).StatusCode);
    }

    [Theory]
    [InlineData("{}", "url")]
    [InlineData("""{"url":"shop.example.co.ke"}""", "url")]
    [InlineData("""{"url":"ftp://shop.example.co.ke/"}""", "url")]
    [InlineData("""{"url":"https://me:secret@shop.example.co.ke/"}""", "url")]
    [InlineData("""{"url":"http://127.0.0.1:9/","events":["checkout.payed"]}""", "events")]
    [InlineData("""{"url":"http://127.0.0.1:9/","Events":["checkout.paid"],"secret":"x"}""", "secret")]
    public async Task What_makes_no_sense_is_refused_by_field(string body, string field)
    {
        var answer = await host.Shop.PostAsync("/api/webhooks", new StringContent(body, null, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal("validation_failed", (string?)problem["code"]);
        Assert.Contains(problem["errors"]!.AsObject(), error => error.Key.Contains(field, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_webhook_hears_what_its_key_may_see_and_is_shown_to_no_lesser_one()
    {
        await PaymentsHost.Eventually(async () => (await host.OtherShop.GetAsync("/api/webhooks")).IsSuccessStatusCode, "the other shop's key is known");
        var small = host.WithKey((string)(await Call(host.Ops, HttpMethod.Post, "/api/ops/keys", new { client = "shop", scopes = new[] { "checkouts" } })).Body["key"]!);
        var (status, refused) = await Call(small, HttpMethod.Post, "/api/webhooks", new { url = "http://127.0.0.1:9/", events = new[] { "payout.completed" } });
        Assert.Equal((HttpStatusCode.Forbidden, "forbidden"), (status, (string?)refused["code"]));

        await using var mine = await ShopEndpoint.Start();
        await using var all = await ShopEndpoint.Start();
        await using var theirs = await ShopEndpoint.Start();
        await using var desk = await ShopEndpoint.Start();
        var lesser = (await Call(small, HttpMethod.Post, "/api/webhooks", new { url = mine.Url })).Body;
        var whole = (await Call(host.Shop, HttpMethod.Post, "/api/webhooks", new { url = all.Url })).Body;
        var others = (await Call(host.OtherShop, HttpMethod.Post, "/api/webhooks", new { url = theirs.Url })).Body;
        var operators = (await Call(host.Ops, HttpMethod.Post, "/api/webhooks", new { url = desk.Url })).Body;
        Assert.All([lesser, whole, others, operators], made => Assert.StartsWith("whk_", (string?)made["id"] ?? made.ToJsonString(), StringComparison.Ordinal));
        await Task.Delay(1500);

        await host.UntilTransfer(await host.Payout("254708374149"), "completed");
        await host.Shop.PostAsync($"/api/checkouts/{(await host.Checkout(phone: null))["id"]}/cancel", null);
        await host.RegisterC2b();
        await host.PayByHand(700, "NOBODY-77");

        await all.Until("checkout.cancelled");
        await all.Until("payout.completed");
        await mine.Until("checkout.cancelled");
        await desk.Until("receipt.unmatched");
        await desk.Until("payout.completed");
        Assert.Empty(theirs.All);
        Assert.DoesNotContain(mine.All, one => !one.Type.StartsWith("checkout.", StringComparison.Ordinal));
        Assert.DoesNotContain(all.All, one => one.Type == "receipt.unmatched");

        Assert.Equal(HttpStatusCode.NotFound, (await small.GetAsync($"/api/webhooks/{whole["id"]}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await small.PatchAsJsonAsync($"/api/webhooks/{whole["id"]}", new { url = mine.Url })).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Shop.GetAsync($"/api/webhooks/{operators["id"]}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Shop.GetAsync($"/api/webhooks/{others["id"]}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.OtherShop.GetAsync($"/api/webhooks/{whole["id"]}/deliveries")).StatusCode);
        var delivery = (await host.Shop.GetFromJsonAsync<JsonNode>($"/api/webhooks/{whole["id"]}/deliveries"))!["items"]![0]!;
        Assert.Equal(HttpStatusCode.NotFound, (await host.OtherShop.GetAsync($"/api/webhook-deliveries/{delivery["id"]}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.OtherShop.PostAsync($"/api/webhook-deliveries/{delivery["id"]}/resend", null)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Ops.GetAsync($"/api/webhooks/{others["id"]}")).StatusCode);
        var listed = (await small.GetFromJsonAsync<JsonNode>("/api/webhooks"))!["items"]!.AsArray().Select(one => (string?)one!["id"]).ToList();
        Assert.Contains((string?)lesser["id"], listed);
        Assert.DoesNotContain((string?)whole["id"], listed);
        foreach (var webhook in new[] { lesser, whole, others, operators })
        {
            await host.Ops.DeleteAsync($"/api/webhooks/{webhook["id"]}");
        }
    }

    [Fact]
    public async Task A_test_tells_what_the_endpoint_answers()
    {
        await using var shop = await ShopEndpoint.Start();
        var made = (await Call(host.Shop, HttpMethod.Post, "/api/webhooks", new { url = shop.Url })).Body;
        var tested = (await Call(host.Shop, HttpMethod.Post, $"/api/webhooks/{made["id"]}/test", null)).Body;
        Assert.Equal((true, 200), ((bool)tested["delivered"]!, (int)tested["statusCode"]!));
        var told = Assert.Single(shop.All);
        Assert.Equal(("webhook.test", (string?)made["id"], (string?)tested["eventId"]), (told.Type, (string?)told.Data["webhookId"], told.Id));

        shop.Answer = async (_, http) =>
        {
            http.Response.StatusCode = 404;
            await http.Response.WriteAsync("nothing here");
        };
        tested = (await Call(host.Shop, HttpMethod.Post, $"/api/webhooks/{made["id"]}/test", null)).Body;
        Assert.Equal((false, 404, "nothing here", "It answered 404."),
            ((bool)tested["delivered"]!, (int)tested["statusCode"]!, (string?)tested["answer"], (string?)tested["error"]));
        await host.Shop.DeleteAsync($"/api/webhooks/{made["id"]}");
    }

    [Fact]
    public async Task A_secret_is_shown_once_and_stands_nowhere()
    {
        using var log = new LogLines(host);
        var (_, made) = await host.Shop.Keyed("/api/webhooks", new { url = "http://127.0.0.1:9/" }, "make it");
        var secret = (string)made["secret"]!;
        var (_, again) = await host.Shop.Keyed("/api/webhooks", new { url = "http://127.0.0.1:9/" }, "make it");
        Assert.Equal(((string?)made["id"], (string?)null), ((string?)again["id"], (string?)again["secret"]));

        await PaymentsHost.Eventually(async () => await host.Sql<bool>("SELECT holder IS NOT NULL FROM webhooks ORDER BY id DESC LIMIT 1"), "it is held");
        await host.Shop.PostAsync($"/api/checkouts/{(await host.Checkout(phone: null))["id"]}/cancel", null);
        await Task.Delay(1000);
        foreach (var table in new[] { "webhooks", "webhook_deliveries", "audit_log", "idempotency_keys", "events" })
        {
            Assert.Equal((table, 0L), (table, await host.Sql<long>($"SELECT count(*) FROM {table} t WHERE t::text LIKE '%{secret[6..20]}%'")));
        }

        Assert.DoesNotContain(log.All, line => line.Contains(secret[6..20], StringComparison.Ordinal));
        await host.Shop.DeleteAsync($"/api/webhooks/{made["id"]}");
    }

    [Fact]
    public async Task There_is_an_end_to_how_many_there_may_be()
    {
        var made = new List<JsonNode>();
        HttpStatusCode status;
        JsonNode body;
        while (true)
        {
            (status, body) = await Call(host.OtherShop, HttpMethod.Post, "/api/webhooks", new { url = "http://127.0.0.1:9/", events = new[] { "payout.failed" } });
            if (status != HttpStatusCode.Created)
            {
                break;
            }

            made.Add(body);
            Assert.True(made.Count <= 20);
        }

        Assert.Equal((HttpStatusCode.Conflict, "too_many_webhooks"), (status, (string?)body["code"]));
        foreach (var webhook in made)
        {
            await host.OtherShop.DeleteAsync($"/api/webhooks/{webhook["id"]}");
        }
    }

    private async Task<JsonNode> Get(JsonNode webhook) => (await host.Shop.GetFromJsonAsync<JsonNode>($"/api/webhooks/{webhook["id"]}"))!;

    private static async Task<(HttpStatusCode Status, JsonNode Body)> Call(HttpClient client, HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await client.SendAsync(request);
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonNode>())!);
    }
}
