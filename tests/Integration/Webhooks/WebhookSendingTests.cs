using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using StandardWebhooks;
using StandardWebhooks.Diagnostics;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>What a shop's endpoint gets, over real sockets: everything, signed, in order for each thing, until it is taken.</summary>
public sealed class WebhookSendingTests(Running running) : IClassFixture<Running>
{
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task A_payment_is_told_signed_and_says_what_the_call_shows()
    {
        await using var shop = await ShopEndpoint.Start();
        var webhook = await Create(shop.Url);
        var checkout = await host.Checkout("254700000000");
        var shown = await host.Until(checkout, "paid");

        var told = Assert.Single(await shop.Until("checkout.paid"));
        Assert.Equal(PaymentsHost.AsTold(shown), told.Data.ToJsonString());
        Assert.Equal("application/json", told.Headers["Content-Type"]);

        // By a library that others wrote.
        Verify(told, (string)webhook["secret"]!);
        Assert.Throws<WebhookVerificationException>(() => Verify(told, "whsec_" + Convert.ToBase64String(new byte[32])));
        Assert.Throws<WebhookVerificationException>(() => Verify(told with { Text = told.Text + " " }, (string)webhook["secret"]!));

        // The same event under the same id in the feed; what the shop itself has just asked for is not told.
        var place = await host.Sql<long>($"SELECT position - 1 FROM events WHERE subject_id = '{Guid.ParseExact(((string)checkout["id"]!)[4..], "N")}' AND type = 'checkout.paid'");
        var feed = (await host.Shop.GetFromJsonAsync<JsonNode>($"/api/events?limit=10&after={place}"))!["items"]!.AsArray().Single(e => (string?)e!["id"] == told.Id)!;
        Assert.Equal(((string?)feed["type"], feed["data"]!.ToJsonString()), (told.Type, told.Data.ToJsonString()));
        Assert.Equal((string?)feed["at"], (string?)told.Body["timestamp"]);
        Assert.DoesNotContain(shop.All, one => one.Type is "checkout.created" or "checkout.pending");
    }

    [Fact]
    public async Task What_is_refused_comes_again_under_the_same_id_and_each_try_is_shown()
    {
        await using var shop = await ShopEndpoint.Start();
        var webhook = await Create(shop.Url, "checkout.paid");
        shop.AnswerWith(409, 425, 503);
        await host.Until(await host.Checkout("254700000000"), "paid");

        var tries = await shop.Until("checkout.paid", 4);
        Assert.Single(tries.Select(one => one.Id).Distinct());
        Assert.Single(tries.Select(one => one.Text).Distinct());
        Assert.All(tries, one => Verify(one, (string)webhook["secret"]!));

        var delivery = await Delivery(webhook, "delivered");
        Assert.Equal([409, 425, 503, 200], delivery["tries"]!.AsArray().Select(one => (int)one!["statusCode"]!));
        Assert.Equal((4, tries[0].Id, (string?)null), ((int)delivery["tryCount"]!, (string)delivery["eventId"]!, (string?)delivery["nextTryAt"]));
        Assert.Equal(tries[0].Text, new JsonObject
        {
            ["type"] = (string?)delivery["body"]!["type"],
            ["timestamp"] = (string?)delivery["body"]!["timestamp"],
            ["data"] = delivery["body"]!["data"]!.DeepClone(),
        }.ToJsonString());
    }

    [Fact]
    public async Task An_endpoint_that_says_when_is_left_alone_until_then()
    {
        await using var shop = await ShopEndpoint.Start();
        await Create(shop.Url, "checkout.cancelled");
        var isFirst = true;
        shop.Answer = (_, http) =>
        {
            if (isFirst)
            {
                (isFirst, http.Response.StatusCode, http.Response.Headers.RetryAfter) = (false, 503, "3");
            }

            return Task.CompletedTask;
        };
        await Cancelled();
        await shop.Until("checkout.cancelled");
        await Cancelled();

        var tries = await shop.Until("checkout.cancelled", 3);
        Assert.All(tries.Skip(1), one => Assert.True(one.At - tries[0].At > TimeSpan.FromSeconds(2.9), $"{one.At - tries[0].At}"));
    }

    [Fact]
    public async Task Events_of_one_thing_come_in_order_whatever_is_refused()
    {
        await using var shop = await ShopEndpoint.Start();
        await Create(shop.Url, "checkout.created", "checkout.pending", "checkout.failed", "checkout.paid");

        // Every third is not taken at first.
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        var taken = new System.Collections.Concurrent.ConcurrentQueue<Told>();
        var count = 0;
        shop.Answer = (one, http) =>
        {
            var isRefused = seen.AddOrUpdate(one.Id, 1, (_, n) => n + 1) == 1 && Interlocked.Increment(ref count) % 3 == 0;
            http.Response.StatusCode = isRefused ? 409 : 200;
            if (!isRefused)
            {
                taken.Enqueue(one);
            }

            return Task.CompletedTask;
        };
        var checkouts = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => host.Checkout(i % 2 == 0 ? "254700000000" : "254708371032")));

        await PaymentsHost.Eventually(
            () => Task.FromResult(taken.Count(one => one.Type is "checkout.paid" or "checkout.failed") >= 12), "all twelve ended", 60, () => $"{taken.Count} taken");
        Assert.All(checkouts, checkout =>
        {
            var types = taken.Where(one => Is(one, checkout)).Select(one => one.Type).ToList();
            Assert.Equal(["checkout.created", "checkout.pending"], types[..2]);
            Assert.Contains(Assert.Single(types[2..]), new[] { "checkout.paid", "checkout.failed" });
        });
    }

    [Fact]
    public async Task A_wrong_answer_is_a_reason_that_is_shown()
    {
        await using var shop = await ShopEndpoint.Start();
        var webhook = await Create(shop.Url, "checkout.cancelled");
        shop.Answer = async (one, http) =>
        {
            switch (shop.All.Count)
            {
                case 1:
                    (http.Response.StatusCode, http.Response.Headers.Location) = (301, "https://elsewhere.example/");
                    break;
                case 2:
                    http.Abort();
                    break;
                case 3:
                    // A thousand million bytes, if anybody read them.
                    http.Response.StatusCode = 500;
                    http.Response.ContentLength = 1_000_000_000;
                    var block = Encoding.ASCII.GetBytes(new string('x', 64 * 1024));
                    for (var sent = 0; sent < 15_000 && !http.RequestAborted.IsCancellationRequested; sent++)
                    {
                        await http.Response.Body.WriteAsync(block, http.RequestAborted);
                    }

                    break;
            }
        };
        await Cancelled();
        for (var i = 1; i <= 3; i++)
        {
            await shop.Until("checkout.cancelled", i);
            await PaymentsHost.Eventually(async () => (int)(await Delivery(webhook))["tryCount"]! == i, "the try is stored");
            await host.Shop.PostAsync($"/api/webhook-deliveries/{(await Delivery(webhook))["id"]}/resend", null);
        }

        var delivery = await Delivery(webhook, "delivered");
        var tries = delivery["tries"]!.AsArray();
        Assert.Equal("It redirects (301) to https://elsewhere.example/, and redirects are not followed.", (string?)tries[0]!["error"]);
        Assert.Equal((301, null), ((int?)tries[0]!["statusCode"], (int?)tries[1]!["statusCode"]));
        Assert.NotNull((string?)tries[1]!["error"]);
        Assert.Equal((500, 2048), ((int)tries[2]!["statusCode"]!, ((string)tries[2]!["answer"]!).Length));
        Assert.Equal((200, null), ((int)tries[3]!["statusCode"]!, (string?)tries[3]!["error"]));
    }

    [Fact]
    public async Task Nobody_there_and_no_tls_are_reasons_too()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        var gone = await Create($"http://127.0.0.1:{Payments.Tests.Faults.ChildProcess.FreePort()}/", "checkout.cancelled");
        await using var plain = await ShopEndpoint.Start();
        var tls = await Create(plain.Url.Replace("http:", "https:", StringComparison.Ordinal), "checkout.cancelled");
        var hanging = await Create($"http://127.0.0.1:{port}/", "checkout.cancelled");
        await Cancelled();

        Assert.Equal("the connection was refused: nothing listens there", (string?)(await Tried(gone))["error"]);
        Assert.StartsWith("TLS failed", (string?)(await Tried(tls))["error"], StringComparison.Ordinal);
        Assert.Equal("There was no answer within 15 s.", (string?)(await Tried(hanging))["error"]);
        foreach (var webhook in new[] { gone, tls, hanging })
        {
            await host.Shop.DeleteAsync($"/api/webhooks/{webhook["id"]}");
        }
    }

    [Fact]
    public async Task Dead_endpoints_delay_nobody()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var dead = new List<JsonNode>();
        for (var i = 0; i < 5; i++)
        {
            dead.Add(await Create($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/{i}", "checkout.cancelled"));
        }

        await using var shop = await ShopEndpoint.Start();
        await Create(shop.Url, "checkout.cancelled");
        await Task.Delay(1500);
        var started = DateTimeOffset.UtcNow;
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Cancelled()));

        await shop.Until("checkout.cancelled", 20, 10);
        Assert.True(DateTimeOffset.UtcNow - started < TimeSpan.FromSeconds(10));
        foreach (var webhook in dead)
        {
            await host.Shop.DeleteAsync($"/api/webhooks/{webhook["id"]}");
        }
    }

    [Fact]
    public async Task Rotated_secrets_both_sign_for_a_day()
    {
        await using var shop = await ShopEndpoint.Start();
        var webhook = await Create(shop.Url, "checkout.cancelled");
        await Cancelled();
        var before = Assert.Single(await shop.Until("checkout.cancelled"));
        var rotated = await host.Shop.PostAsync($"/api/webhooks/{webhook["id"]}/rotate-secret", null);
        var second = (string)(await rotated.Content.ReadFromJsonAsync<JsonNode>())!["secret"]!;
        Assert.NotEqual((string?)webhook["secret"], second);
        await Task.Delay(2000);
        await Cancelled();

        var after = (await shop.Until("checkout.cancelled", 2))[1];
        Verify(before, (string)webhook["secret"]!);
        Verify(after, (string)webhook["secret"]!);
        Verify(after, second);

        // The day is over.
        await host.Sql<object>($"UPDATE webhooks SET old_secret_until = now() - interval '1 s', generation = generation + 1 WHERE old_secret IS NOT NULL; SELECT 1::int");
        await Task.Delay(2000);
        await Cancelled();
        var last = (await shop.Until("checkout.cancelled", 3))[2];
        Verify(last, second);
        Assert.Throws<WebhookVerificationException>(() => Verify(last, (string)webhook["secret"]!));
    }

    [Fact]
    public async Task Gone_is_believed_and_enabled_again_it_goes_on_where_it_stopped()
    {
        await using var shop = await ShopEndpoint.Start();
        var webhook = await Create(shop.Url, "checkout.cancelled");
        shop.AnswerWith(410);
        await Cancelled();
        await PaymentsHost.Eventually(async () => (string?)(await Get(webhook))["disabledBecause"] == "gone", "it is disabled");
        await Cancelled();
        await Task.Delay(1500);
        Assert.Single(shop.All);

        var enabled = await host.Shop.PatchAsJsonAsync($"/api/webhooks/{webhook["id"]}", new { status = "enabled" });
        Assert.Equal(HttpStatusCode.OK, enabled.StatusCode);
        var told = await shop.Until("checkout.cancelled", 3);
        Assert.Equal(2, told.Select(one => one.Id).Distinct().Count());
        Assert.Equal(("enabled", null), ((string?)(await Get(webhook))["status"], (string?)(await Get(webhook))["disabledBecause"]));
    }

    [Fact]
    public async Task Three_days_of_failures_disable_it_and_everything_is_sent_again()
    {
        await using var shop = await ShopEndpoint.Start();
        var webhook = await Create(shop.Url, "checkout.cancelled");
        var isUp = false;
        shop.Answer = (_, http) =>
        {
            http.Response.StatusCode = isUp ? 200 : 500;
            return Task.CompletedTask;
        };
        var since = DateTimeOffset.UtcNow.AddSeconds(-1);
        var ids = new List<string>();
        for (var i = 0; i < 15; i++)
        {
            ids.Add(await Cancelled());
        }

        await PaymentsHost.Eventually(async () => (string?)(await Get(webhook))["failingSince"] is not null, "it is failing");
        Assert.Equal("enabled", (string?)(await Get(webhook))["status"]);

        // Three days later; what waits is due.
        await host.Sql<object>(
            $"""
            UPDATE webhooks SET failing_since = now() - interval '72 h', generation = generation + 1 WHERE id = '{Guid.ParseExact(((string)webhook["id"]!)[4..], "N")}';
            UPDATE webhook_deliveries SET next_try_at = now(), first_try_at = first_try_at - interval '72 h' WHERE status = 'pending';
            SELECT 1::int
            """);
        await PaymentsHost.Eventually(async () => (string?)(await Get(webhook))["disabledBecause"] == "failing", "it is disabled");
        var deliveries = (await host.Shop.GetFromJsonAsync<JsonNode>($"/api/webhooks/{webhook["id"]}/deliveries?status=failed"))!;
        Assert.Empty(deliveries["items"]!.AsArray());

        isUp = true;
        var before = shop.All.Count;
        var resent = await host.Shop.PostAsJsonAsync($"/api/webhooks/{webhook["id"]}/resend", new { since });
        Assert.Equal(HttpStatusCode.Accepted, resent.StatusCode);
        await PaymentsHost.Eventually(
            () => Task.FromResult(ids.All(id => shop.All.Skip(before).Any(one => (string?)one.Data["id"] == id))), "all fifteen came", 40,
            () => $"{shop.All.Count - before} came");
        Assert.Equal(("enabled", null), ((string?)(await Get(webhook))["status"], (string?)(await Get(webhook))["failingSince"]));

        // Once more: what was taken is sent again, under the same ids.
        var first = shop.All.Where(one => ids.Contains((string)one.Data["id"]!)).Select(one => one.Id).ToHashSet();
        before = shop.All.Count;
        await host.Shop.PostAsJsonAsync($"/api/webhooks/{webhook["id"]}/resend", new { since });
        await PaymentsHost.Eventually(() => Task.FromResult(shop.All.Skip(before).Select(one => one.Id).ToHashSet().IsSupersetOf(first)), "all came again", 40);
    }

    [Fact]
    public async Task Nothing_is_lost_while_no_process_runs()
    {
        await using var shop = await ShopEndpoint.Start();
        var database = await running.Databases.CreateDatabase();
        JsonNode webhook, first, second;
        await using (var before = await PaymentsHost.StartOn(database))
        {
            webhook = await Create(before, shop.Url, "checkout.paid");
            first = await before.Until(await before.Checkout("254700000000"), "paid");
            await shop.Until("checkout.paid");
        }

        // Told of by a process that sends nothing, and ended before another does.
        await using (var api = await PaymentsHost.StartOn(database, "Roles=api"))
        {
            second = await api.Checkout(phone: null);
            await api.Shop.PatchAsJsonAsync($"/api/webhooks/{webhook["id"]}", new { events = new[] { "checkout.paid", "checkout.created" } });
        }

        await using var after = await PaymentsHost.StartOn(database);
        Assert.Equal((string?)second["id"], (string?)Assert.Single(await shop.Until("checkout.created")).Data["id"]);
        Assert.Equal((string?)first["id"], (string?)Assert.Single(await shop.Until("checkout.paid")).Data["id"]);
    }

    private static bool Is(Told one, JsonNode checkout) => (string?)one.Data["id"] == (string?)checkout["id"];

    private static void Verify(Told told, string secret) => new StandardWebhook(secret).Verify(
        told.Text, new HeaderDictionary(told.Headers.ToDictionary(header => header.Key, header => new Microsoft.Extensions.Primitives.StringValues(header.Value))));

    private Task<JsonNode> Create(string url, params string[] events) => Create(host, url, events);

    private static async Task<JsonNode> Create(PaymentsHost at, string url, params string[] events)
    {
        // What another test has just done gets its place now, and not behind this webhook.
        (await at.Shop.GetAsync("/api/events?limit=1")).EnsureSuccessStatusCode();
        var answer = await at.Shop.PostAsJsonAsync("/api/webhooks", new { url, events = events.Length == 0 ? null : events });
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        var webhook = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;

        // Somebody sends to it.
        await PaymentsHost.Eventually(
            async () => await at.Sql<bool>($"SELECT holder IS NOT NULL FROM webhooks WHERE id = '{Guid.ParseExact(((string)webhook["id"]!)[4..], "N")}'"), "it is held");
        return webhook;
    }

    private async Task<JsonNode> Get(JsonNode webhook) => (await host.Shop.GetFromJsonAsync<JsonNode>($"/api/webhooks/{webhook["id"]}"))!;

    private async Task<string> Cancelled()
    {
        var checkout = await host.Checkout(phone: null);
        (await host.Shop.PostAsync($"/api/checkouts/{checkout["id"]}/cancel", null)).EnsureSuccessStatusCode();
        return (string)checkout["id"]!;
    }

    private async Task<JsonNode> Delivery(JsonNode webhook, string? status = null)
    {
        JsonNode? found = null;
        await PaymentsHost.Eventually(
            async () => (found = (await host.Shop.GetFromJsonAsync<JsonNode>($"/api/webhooks/{webhook["id"]}/deliveries"))!["items"]!.AsArray().SingleOrDefault()) is not null
                && (status is null || (string?)found["status"] == status),
            $"one delivery is {status ?? "there"}", 20, () => found?.ToJsonString() ?? "none");
        return (await host.Shop.GetFromJsonAsync<JsonNode>($"/api/webhook-deliveries/{found!["id"]}"))!;
    }

    private async Task<JsonNode> Tried(JsonNode webhook)
    {
        JsonNode? tried = null;
        await PaymentsHost.Eventually(
            async () =>
            {
                var items = (await host.Shop.GetFromJsonAsync<JsonNode>($"/api/webhooks/{webhook["id"]}/deliveries"))!["items"]!.AsArray();
                tried = items.Count == 0 ? null
                    : (await host.Shop.GetFromJsonAsync<JsonNode>($"/api/webhook-deliveries/{items[^1]!["id"]}"))!["tries"]!.AsArray().FirstOrDefault();
                return tried is not null;
            },
            string.Create(CultureInfo.InvariantCulture, $"{webhook["url"]} was tried"), 30);
        return tried!;
    }
}
