using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using StandardWebhooks;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>What one bad event, a bad answer or a bad moment does to everything else a webhook is to be told: nothing.</summary>
public sealed class WebhookFailureTests(Running running) : IClassFixture<Running>
{
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task One_event_that_is_refused_again_and_again_stops_no_other()
    {
        await using var shop = await ShopEndpoint.Start();
        var webhook = await Create(shop.Url, "checkout.cancelled");
        string? bad = null;
        shop.Answer = (told, http) =>
        {
            bad ??= (string)told.Data["id"]!;
            http.Response.StatusCode = (string?)told.Data["id"] == bad ? 500 : 200;
            return Task.CompletedTask;
        };
        await Cancelled();
        for (var tries = 1; tries <= 12; tries++)
        {
            await PaymentsHost.Eventually(async () => (await Deliveries(webhook)).Any(d => (int)d["tryCount"]! >= tries), $"it was tried {tries} times");
            await host.Shop.PostAsync($"/api/webhook-deliveries/{(await Deliveries(webhook))[0]["id"]}/resend", null);
        }

        var good = await Cancelled();
        await PaymentsHost.Eventually(() => Task.FromResult(shop.All.Any(one => (string?)one.Data["id"] == good)), "the next event is told", 10);
    }

    [Fact]
    public async Task A_type_that_is_refused_keeps_a_payment_no_longer_than_a_minute()
    {
        await using var shop = await ShopEndpoint.Start();
        await Create(shop.Url, "checkout.cancelled", "checkout.paid");
        shop.Answer = (told, http) =>
        {
            http.Response.StatusCode = told.Type == "checkout.paid" ? 200 : 400;
            return Task.CompletedTask;
        };
        for (var i = 0; i < 12; i++)
        {
            await Cancelled();
        }

        await shop.Until("checkout.cancelled", 12);
        await host.Until(await host.Checkout("254700000000"), "paid");
        await shop.Until("checkout.paid", seconds: 75);
    }

    [Fact]
    public async Task Enabled_while_it_still_refuses_nothing_is_given_up()
    {
        await using var shop = await ShopEndpoint.Start();
        var webhook = await Create(shop.Url, "checkout.cancelled");
        var isUp = false;
        shop.Answer = (_, http) =>
        {
            http.Response.StatusCode = isUp ? 200 : 500;
            return Task.CompletedTask;
        };
        var ids = new[] { await Cancelled(), await Cancelled() };
        await PaymentsHost.Eventually(async () => (await Deliveries(webhook)).Count == 2, "both were refused");
        await host.Sql<object>(
            $"""
            UPDATE webhooks SET failing_since = now() - interval '72 h', generation = generation + 1 WHERE id = '{Id(webhook)}';
            UPDATE webhook_deliveries SET next_try_at = now(), first_try_at = now() - interval '73 h', refusals = 20 WHERE webhook_id = '{Id(webhook)}';
            SELECT 1::int
            """);
        await PaymentsHost.Eventually(async () => (string?)(await Get(webhook))["disabledBecause"] == "failing", "it is disabled");

        var before = shop.All.Count;
        (await host.Shop.PatchAsJsonAsync($"/api/webhooks/{webhook["id"]}", new { status = "enabled" })).EnsureSuccessStatusCode();
        await PaymentsHost.Eventually(() => Task.FromResult(shop.All.Count >= before + 2), "both were tried again");
        await Task.Delay(500);
        Assert.All(await Deliveries(webhook), delivery => Assert.Equal("pending", (string?)delivery["status"]));

        isUp = true;
        await PaymentsHost.Eventually(async () => (await Deliveries(webhook)).All(d => (string?)d["status"] == "delivered"), "both were taken", 20);
        Assert.Equal(ids.Order(), shop.All.Select(one => (string)one.Data["id"]!).Distinct().Order());
    }

    [Fact]
    public async Task What_was_refused_for_three_days_while_others_were_taken_is_given_up_and_the_next_of_its_thing_goes_out()
    {
        await using var shop = await ShopEndpoint.Start();
        var webhook = await Create(shop.Url, "checkout.created", "checkout.cancelled");
        shop.Answer = (told, http) =>
        {
            http.Response.StatusCode = told.Type == "checkout.created" ? 500 : 200;
            return Task.CompletedTask;
        };
        var id = await Cancelled();
        await shop.Until("checkout.created");
        await PaymentsHost.Eventually(async () => (await Deliveries(webhook)).Count == 2, "both wait");
        Assert.DoesNotContain(shop.All, one => one.Type == "checkout.cancelled");

        await host.Sql<object>(
            $"""
            UPDATE webhook_deliveries SET next_try_at = now(), first_try_at = now() - interval '73 h', refusals = 20 WHERE webhook_id = '{Id(webhook)}' AND type = 'checkout.created';
            UPDATE webhooks SET failing_since = NULL, generation = generation + 1 WHERE id = '{Id(webhook)}';
            SELECT 1::int
            """);
        Assert.Equal(id, (string?)Assert.Single(await shop.Until("checkout.cancelled")).Data["id"]);
        Assert.Equal(["delivered", "failed"], (await Deliveries(webhook)).Select(d => (string)d["status"]!).Order());
    }

    [Fact]
    public async Task A_type_that_is_wanted_no_more_is_not_sent_though_it_waits()
    {
        await using var shop = await ShopEndpoint.Start();
        var webhook = await Create(shop.Url, "checkout.created", "checkout.cancelled");
        shop.Answer = (told, http) =>
        {
            http.Response.StatusCode = told.Type == "checkout.created" ? 500 : 200;
            return Task.CompletedTask;
        };
        await Cancelled();
        await PaymentsHost.Eventually(async () => (await Deliveries(webhook)).Count == 2, "both wait");

        (await host.Shop.PatchAsJsonAsync($"/api/webhooks/{webhook["id"]}", new { events = new[] { "checkout.cancelled" } })).EnsureSuccessStatusCode();
        await shop.Until("checkout.cancelled", seconds: 20);
        Assert.Equal("checkout.cancelled", (string?)Assert.Single(await Deliveries(webhook))["type"]);
    }

    [Fact]
    public async Task An_answer_that_is_no_answer_is_written_down_and_the_rest_goes_on()
    {
        using var odd = new TcpListener(IPAddress.Loopback, 0);
        odd.Start();
        var answered = 0;
        var serving = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    using var socket = await odd.AcceptSocketAsync();
                    await socket.ReceiveAsync(new byte[64 * 1024]);
                    var text = Interlocked.Increment(ref answered) switch
                    {
                        1 => "\0\0" + new string('\0', 3000) + "\r\n\r\n",
                        2 => "HTTP/1.1 503 Later\r\nRetry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\nContent-Length: 3\r\n\r\na\0b",
                        _ => "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                    };
                    await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(text));
                    socket.Shutdown(SocketShutdown.Both);
                }
            }
            catch (SocketException)
            {
                // The end of the test.
            }
        });
        var webhook = await Create($"http://127.0.0.1:{((IPEndPoint)odd.LocalEndpoint).Port}/", "checkout.cancelled");
        await Cancelled();
        for (var tries = 1; tries <= 2; tries++)
        {
            await PaymentsHost.Eventually(async () => (await Deliveries(webhook)).Any(d => (int)d["tryCount"]! == tries), $"try {tries} is written down");
            await host.Shop.PostAsync($"/api/webhook-deliveries/{(await Deliveries(webhook))[0]["id"]}/resend", null);
        }

        await PaymentsHost.Eventually(async () => (await Deliveries(webhook)).Any(d => (string?)d["status"] == "delivered"), "it was taken");
        var whole = (await host.Shop.GetFromJsonAsync<JsonNode>($"/api/webhook-deliveries/{(await Deliveries(webhook))[0]["id"]}"))!["tries"]!.AsArray();
        Assert.InRange(((string)whole[0]!["error"]!).Length, 1, 500);
        Assert.Equal("a b", (string?)whole[1]!["answer"]);
        odd.Stop();
        await serving;
    }

    [Fact]
    public async Task A_shop_with_few_events_among_many_is_told_and_so_is_what_a_version_before_wrote()
    {
        await using var shop = await ShopEndpoint.Start();
        var webhook = await Create(shop.Url, "checkout.partially_paid", "checkout.cancelled");
        var checkout = await host.Checkout(phone: null);
        var since = DateTimeOffset.UtcNow;
        await host.Sql<object>(
            $$"""
            INSERT INTO events (client, type, subject_id, data, nonce) SELECT 'somebody', 'checkout.paid', gen_random_uuid(), '{}', n FROM generate_series(1, 45000) n;
            INSERT INTO events (client, type, subject_id, data) VALUES ('shop', 'checkout.partly_paid', '{{Guid.ParseExact(((string)checkout["id"]!)[4..], "N")}}', '{"old":true}');
            SELECT 1::int
            """);
        var told = Assert.Single(await shop.Until("checkout.partially_paid", seconds: 30));
        Assert.Equal(PaymentsHost.AsTold(await host.Get(checkout)), told.Data.ToJsonString());

        var cancelled = await Cancelled();
        await shop.Until("checkout.cancelled");
        var again = (await (await host.Shop.PostAsJsonAsync($"/api/webhooks/{webhook["id"]}/resend", new { since })).Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.InRange((long)again["events"]!, 45_002, 46_000);
        Assert.Equal(told.Id, (await shop.Until("checkout.partially_paid", 2, 30))[1].Id);
        await PaymentsHost.Eventually(() => Task.FromResult(shop.All.Count(one => (string?)one.Data["id"] == cancelled) == 2), "the later one is sent again", 30);
        var nothing = (await (await host.Shop.PostAsJsonAsync($"/api/webhooks/{webhook["id"]}/resend", new { since = DateTimeOffset.UtcNow.AddHours(1) })).Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal(0, (long)nothing["events"]!);
    }

    [Fact]
    public async Task A_secret_this_process_cannot_open_leaves_the_webhook_to_others_and_an_old_one_is_left_out()
    {
        await using var shop = await ShopEndpoint.Start();
        var webhook = await Create(shop.Url, "checkout.cancelled");
        await host.Sql<object>(
            $"UPDATE webhooks SET old_secret = '\\x0102', old_secret_until = now() + interval '1 day', generation = generation + 1 WHERE id = '{Id(webhook)}'; SELECT 1::int");
        await Task.Delay(1500);
        await Cancelled();
        var told = Assert.Single(await shop.Until("checkout.cancelled"));
        new StandardWebhook((string)webhook["secret"]!).Verify(
            told.Text, new HeaderDictionary(told.Headers.ToDictionary(header => header.Key, header => new Microsoft.Extensions.Primitives.StringValues(header.Value))));

        await host.Sql<object>($"UPDATE webhooks SET secret = '\\x0102', generation = generation + 1 WHERE id = '{Id(webhook)}'; SELECT 1::int");
        await PaymentsHost.Eventually(async () => await host.Sql<bool>($"SELECT holder IS NULL FROM webhooks WHERE id = '{Id(webhook)}'"), "it is left");
        Assert.Equal("enabled", (string?)(await Get(webhook))["status"]);
        Assert.Equal("webhook_disabled", (string?)(await (await host.Shop.PostAsync($"/api/webhooks/{webhook["id"]}/test", null)).Content.ReadFromJsonAsync<JsonNode>())!["code"]);
    }

    private static Guid Id(JsonNode webhook) => Guid.ParseExact(((string)webhook["id"]!)[4..], "N");

    private async Task<JsonNode> Create(string url, params string[] events)
    {
        // What another test has just done gets its place now, and not behind this webhook.
        (await host.Shop.GetAsync("/api/events?limit=1")).EnsureSuccessStatusCode();
        var answer = await host.Shop.PostAsJsonAsync("/api/webhooks", new { url, events });
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        var webhook = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        await PaymentsHost.Eventually(async () => await host.Sql<bool>($"SELECT holder IS NOT NULL FROM webhooks WHERE id = '{Id(webhook)}'"), "it is held");
        return webhook;
    }

    private async Task<JsonNode> Get(JsonNode webhook) => (await host.Shop.GetFromJsonAsync<JsonNode>($"/api/webhooks/{webhook["id"]}"))!;

    private async Task<IReadOnlyList<JsonNode>> Deliveries(JsonNode webhook) =>
        [.. (await host.Shop.GetFromJsonAsync<JsonNode>($"/api/webhooks/{webhook["id"]}/deliveries"))!["items"]!.AsArray().Select(item => item!)];

    private async Task<string> Cancelled()
    {
        var checkout = await host.Checkout(phone: null);
        (await host.Shop.PostAsync($"/api/checkouts/{checkout["id"]}/cancel", null)).EnsureSuccessStatusCode();
        return (string)checkout["id"]!;
    }
}
