using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>What shops are told: the feed in commit order, and live events.</summary>
public sealed class EventTests(Running running) : IClassFixture<Running>
{
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task The_feed_tells_a_payment_in_order_and_reads_on()
    {
        var start = await Last();
        var checkout = await host.Checkout("254700000000");
        await host.Until(checkout, "paid");

        var page = await Read(start);
        var mine = page["items"]!.AsArray().Where(e => (string?)e!["data"]!["id"] == (string?)checkout["id"]).Select(e => (string)e!["type"]!);
        Assert.Equal(["checkout.created", "checkout.pending", "checkout.paid"], mine);
        Assert.Equal("paid", (string?)page["items"]!.AsArray().Last(e => (string?)e!["data"]!["id"] == (string?)checkout["id"])!["data"]!["status"]);

        var rest = await Read((string)page["next"]!);
        Assert.Equal((string?)page["next"], (string?)rest["next"]);
        Assert.Empty(rest["items"]!.AsArray());
        Assert.Empty((await host.OtherShop.GetFromJsonAsync<JsonNode>($"/api/events?after={start}"))!["items"]!.AsArray());
    }

    [Fact]
    public async Task An_event_tells_what_the_call_shows_and_its_id_is_a_place()
    {
        var start = await Last();
        var checkout = await host.Checkout("254700000000");
        await host.Until(checkout, "paid");
        var payout = await host.UntilTransfer(await host.Payout("254708374149"), "completed");
        var refund = (await host.Shop.Keyed($"/api/checkouts/{checkout["id"]}/refunds", new { amount = 500, reason = "One item" })).Body;
        refund = await host.UntilTransfer(refund, "completed");

        var items = (await Read(start))["items"]!.AsArray();
        var paid = items.Single(e => (string?)e!["type"] == "checkout.paid")!;
        var shown = (await host.Get(checkout)).AsObject();
        Assert.Equal((string?)shown["payment"]!["receipt"], (string?)paid["data"]!["payment"]!["receipt"]);
        Assert.Equal("254700000000", (string?)paid["data"]!["phone"]);
        Assert.Equal(shown.Select(field => field.Key), paid["data"]!.AsObject().Select(field => field.Key));
        Assert.Equal(payout.ToJsonString(), items.Single(e => (string?)e!["type"] == "payout.completed")!["data"]!.ToJsonString());
        Assert.Equal(refund.ToJsonString(), items.Single(e => (string?)e!["type"] == "refund.completed")!["data"]!.ToJsonString());
        Assert.StartsWith("evt_", (string)paid["id"]!, StringComparison.Ordinal);
        Assert.Equal(items.Count, items.Select(e => (string)e!["id"]!).Distinct().Count());

        // Read on from an event as from a place, and from one that is not there not at all.
        var rest = (await Read((string)paid["id"]!))["items"]!.AsArray();
        Assert.Equal(items.SkipWhile(e => e != paid).Skip(1).Select(e => (string?)e!["id"]), rest.Select(e => (string?)e!["id"]));
        var other = (string)paid["id"]!;
        var refused = await host.Shop.GetAsync($"/api/events?after={other[..^1]}{(other[^1] == '0' ? '1' : '0')}");
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Shop.GetAsync("/api/events?after=evt_1")).StatusCode);
    }

    [Fact]
    public async Task Every_version_of_a_checkout_is_told_as_it_was_shown_then()
    {
        var start = await Last();
        var checkout = await host.Checkout(phone: null);
        await host.Shop.PostAsync($"/api/checkouts/{checkout["id"]}/cancel", null);

        var told = (await Read(start))["items"]!.AsArray().ToDictionary(e => (string)e!["type"]!, e => e!["data"]!.AsObject());
        checkout.AsObject().Remove("clientSecret");
        Assert.Equal(PaymentsHost.AsTold(checkout), told["checkout.created"].ToJsonString());
        Assert.Equal(PaymentsHost.AsTold(await host.Get(checkout)), told["checkout.cancelled"].ToJsonString());
    }

    [Fact]
    public async Task Money_without_an_order_is_told_to_operators()
    {
        var start = await Last();
        await host.RegisterC2b();
        var paid = await host.PayByHand(700, "NOBODY-9");

        await PaymentsHost.Eventually(async () => await host.Receipt((string)paid["receipt"]!) is not null, "the money is there");
        var told = (await host.Ops.GetFromJsonAsync<JsonNode>($"/api/events?limit=100&after={start}"))!["items"]!.AsArray();
        var unmatched = told.Single(e => (string?)e!["type"] == "receipt.unmatched")!;
        Assert.Equal(((string?)paid["receipt"], 700m), ((string?)unmatched["data"]!["receipt"], (decimal)unmatched["data"]!["amount"]!));
        Assert.DoesNotContain((await Read(start))["items"]!.AsArray(), e => (string?)e!["type"] == "receipt.unmatched");
    }

    [Fact]
    public async Task The_place_moves_on_though_nothing_was_the_readers()
    {
        var start = await Last();
        await host.Checkout(phone: null);
        await Read(start);

        var theirs = (await host.OtherShop.GetFromJsonAsync<JsonNode>($"/api/events?after={start}"))!;
        Assert.Empty(theirs["items"]!.AsArray());
        Assert.Equal(await Last(), (string?)theirs["next"]);

        // And nothing of theirs is behind the place they were given.
        await host.Checkout(phone: null, client: host.OtherShop);
        Assert.Single((await host.OtherShop.GetFromJsonAsync<JsonNode>($"/api/events?after={theirs["next"]}"))!["items"]!.AsArray());
    }

    [Fact]
    public async Task A_full_page_ends_at_its_last_event_whatever_else_there_is()
    {
        var start = await Last();
        for (var i = 0; i < 3; i++)
        {
            await host.Checkout(phone: null);
            await host.Checkout(phone: null, client: host.OtherShop);
        }

        var (place, seen) = (start, 0);
        for (var i = 0; i < 3; i++)
        {
            var page = (await host.Shop.GetFromJsonAsync<JsonNode>($"/api/events?limit=1&after={place}"))!;
            seen += page["items"]!.AsArray().Count;
            place = (string)page["next"]!;
        }

        Assert.Equal(3, seen);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1_000_000)]
    public async Task A_place_beyond_the_end_is_refused_and_the_place_to_go_on_from_misses_nothing(int beyond)
    {
        await host.Checkout(phone: null);
        var end = long.Parse(await Last(), CultureInfo.InvariantCulture);

        var refused = await host.Shop.GetAsync($"/api/events?after={end + beyond}");
        var problem = (await refused.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal((HttpStatusCode.Conflict, "events_restarted"), (refused.StatusCode, (string?)problem["code"]));

        // A shop that was further before a restore has not seen what came after it.
        var checkout = await host.Checkout(phone: null);
        var place = (string)problem["next"]!;
        var found = false;
        for (var page = await Read(place); !found && page["items"]!.AsArray().Count > 0; page = await Read((string)page["next"]!))
        {
            found = page["items"]!.AsArray().Any(e => (string?)e!["data"]!["id"] == (string?)checkout["id"]);
        }

        Assert.True(found);
        Assert.Equal(HttpStatusCode.OK, (await host.Shop.GetAsync($"/api/events?after={await Last()}")).StatusCode);
    }

    [Fact]
    public async Task A_transaction_still_running_is_never_skipped()
    {
        var start = await Last();
        await using var slow = new NpgsqlConnection(host.ConnectionString + ";Search Path=payments");
        await slow.OpenAsync();
        await using var transaction = await slow.BeginTransactionAsync();
        await using (var insert = new NpgsqlCommand(
            "INSERT INTO events (client, type, subject_id, data) VALUES ('shop', 'checkout.test', gen_random_uuid(), '{\"n\":1}')", slow, transaction))
        {
            await insert.ExecuteNonQueryAsync();
        }

        // A later event commits first and is read; the earlier id then commits.
        await host.Checkout(phone: null);
        var first = await Read(start);
        Assert.Equal(["checkout.created"], first["items"]!.AsArray().Select(e => (string)e!["type"]!));
        await transaction.CommitAsync();

        var second = await Read((string)first["next"]!);
        Assert.Equal(["checkout.test"], second["items"]!.AsArray().Select(e => (string)e!["type"]!));
    }

    [Fact]
    public async Task Readers_at_once_see_one_order()
    {
        var start = await Last();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.Checkout(phone: null)));

        var reads = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Read(start)));

        Assert.All(reads, read => Assert.Equal(reads[0]["items"]!.ToJsonString(), read["items"]!.ToJsonString()));
        Assert.Equal(20, reads[0]["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task Live_events_show_a_snapshot_then_each_change_then_the_end()
    {
        var checkout = await host.Ringing();
        using var browser = new HttpClient { BaseAddress = host.ApiUrl, Timeout = TimeSpan.FromSeconds(20) };
        browser.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)checkout["clientSecret"]!);
        using var stream = await browser.GetAsync($"/api/checkouts/{checkout["id"]}/events", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", stream.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());

        var (_, snapshot) = await Next(reader);
        Assert.Equal("pending", (string?)JsonNode.Parse(snapshot["data"])!["status"]);

        var (path, body) = host.SuccessCallback(checkout, PaymentsHost.NewReceipt());
        await host.Call(path, body);
        Dictionary<string, string> told;
        do
        {
            (_, told) = await Next(reader);
        }
        while ((string?)JsonNode.Parse(told["data"])!["status"] == "pending");
        Assert.Equal("paid", (string?)JsonNode.Parse(told["data"])!["status"]);
        Assert.DoesNotContain("254", (string?)JsonNode.Parse(told["data"])!["attempts"]![0]!["checkoutRequestId"] ?? "", StringComparison.Ordinal);

        var (name, _) = await Next(reader);
        Assert.Equal("end", name);
        Assert.Null(await reader.ReadLineAsync());

        using var again = new HttpRequestMessage(HttpMethod.Get, $"/api/checkouts/{checkout["id"]}/events");
        again.Headers.Add("Last-Event-ID", told["id"]);
        Assert.Equal(HttpStatusCode.NoContent, (await browser.SendAsync(again)).StatusCode);
    }

    private async Task<JsonNode> Read(string after) => (await host.Shop.GetFromJsonAsync<JsonNode>($"/api/events?limit=100&after={after}"))!;

    private async Task<string> Last()
    {
        var next = "0";
        while (true)
        {
            var page = await Read(next);
            if ((string?)page["next"] == next)
            {
                return next;
            }

            next = (string)page["next"]!;
        }
    }

    private static async Task<(string Name, Dictionary<string, string> Fields)> Next(StreamReader reader)
    {
        var fields = new Dictionary<string, string>();
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.Length == 0 && fields.Count > 0)
            {
                return (fields["event"], fields);
            }

            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (colon > 0)
            {
                fields[line[..colon]] = line[(colon + 2)..];
            }
        }

        throw new EndOfStreamException();
    }
}
