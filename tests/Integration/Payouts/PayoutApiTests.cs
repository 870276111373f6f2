using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>The contract of payouts and the float over HTTP.</summary>
public sealed class PayoutApiTests(PayoutApiTests.Running running) : IClassFixture<PayoutApiTests.Running>
{
    private readonly PaymentsHost host = running.Host;

    [Theory]
    [InlineData("""{"method":"cash","recipient":"254700000000","amount":10,"reference":"R"}""", "method")]
    [InlineData("""{"recipient":"254700000000","amount":10,"reference":"R"}""", "method")]
    [InlineData("""{"method":"mpesa","recipient":"600100","amount":10,"reference":"R"}""", "recipient")]
    [InlineData("""{"method":"mpesa","recipient":"254700000000","amount":9,"reference":"R"}""", "amount")]
    [InlineData("""{"method":"mpesa","recipient":"254700000000","amount":10.5,"reference":"R"}""", "amount")]
    [InlineData("""{"method":"till","recipient":"600200","amount":250001,"reference":"R"}""", "amount")]
    [InlineData("""{"method":"till","recipient":"60020a","amount":1,"reference":"R"}""", "recipient")]
    [InlineData("""{"method":"paybill","recipient":"600100","amount":1,"reference":"R"}""", "account")]
    [InlineData("""{"method":"paybill","recipient":"600100","account":"12345678901234","amount":1,"reference":"R"}""", "account")]
    [InlineData("""{"method":"mpesa","recipient":"254700000000","account":"A","amount":10,"reference":"R"}""", "account")]
    [InlineData("""{"method":"mpesa","recipient":"254700000000","amount":10,"reason":"gift","reference":"R"}""", "reason")]
    [InlineData("""{"method":"mpesa","recipient":"254700000000","amount":10,"remarks":"x","reference":"R"}""", "remarks")]
    [InlineData("""{"method":"mpesa","recipient":"254700000000","amount":10}""", "reference")]
    public async Task What_Daraja_would_refuse_is_refused_here_by_field(string body, string field)
    {
        var (status, problem) = await host.Shop.Keyed("/api/payouts", JsonNode.Parse(body));

        Assert.Equal((HttpStatusCode.BadRequest, "validation_failed"), (status, (string?)problem["code"]));
        Assert.Equal([field], problem["errors"]!.AsObject().Select(e => e.Key));
    }

    [Fact]
    public async Task A_key_is_required_and_the_same_key_at_the_same_instant_sends_once()
    {
        var body = new { method = "mpesa", recipient = "0700 001 001", amount = 50, reference = PaymentsHost.NewReference() };
        var without = await host.Shop.PostAsJsonAsync("/api/payouts", body);
        Assert.Equal("idempotency_key_required", (string?)(await without.Content.ReadFromJsonAsync<JsonNode>())!["code"]);

        var key = Guid.NewGuid().ToString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => host.Shop.Keyed("/api/payouts", body, key)));

        Assert.Single(answers.Where(a => a.Status == HttpStatusCode.Accepted).Select(a => (string?)a.Body["id"]).Distinct());
        Assert.All(answers, a => Assert.True(a.Status == HttpStatusCode.Accepted || (string?)a.Body["code"] == "idempotency_in_progress", a.Body.ToJsonString()));
        await host.UntilTransfer(answers.First(a => a.Status == HttpStatusCode.Accepted).Body, "completed");
        Assert.Equal(1, await host.SentTo("254700001001"));
    }

    [Fact]
    public async Task A_reference_is_used_once_per_client_even_at_the_same_instant()
    {
        var body = new { method = "mpesa", recipient = "254700001002", amount = 50, reference = PaymentsHost.NewReference() };

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => host.Shop.Keyed("/api/payouts", body)));

        var made = Assert.Single(answers, a => a.Status == HttpStatusCode.Accepted).Body;
        Assert.All(answers.Where(a => a.Body != made), a => Assert.Equal(
            (HttpStatusCode.Conflict, "reference_in_use", (string?)made["id"]), (a.Status, (string?)a.Body["code"], (string?)a.Body["payoutId"])));
        Assert.Equal(HttpStatusCode.Accepted, (await host.OtherShop.Keyed("/api/payouts", body)).Status);
    }

    [Fact]
    public async Task Another_clients_payout_does_not_exist_and_lists_are_newest_first()
    {
        var first = await host.Payout("254700001003");
        var second = await host.Payout("254700001003");

        Assert.Equal(HttpStatusCode.NotFound, (await host.OtherShop.GetAsync($"/api/payouts/{first["id"]}")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Ops.GetAsync($"/api/payouts/{first["id"]}")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Anonymous.GetAsync("/api/payouts")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.WithKey("sk_test_checkouts").GetAsync("/api/payouts")).StatusCode);

        var page = await host.Shop.GetFromJsonAsync<JsonNode>("/api/payouts?limit=1");
        Assert.Equal((string?)second["id"], (string?)page!["items"]![0]!["id"]);
        var next = await host.Shop.GetFromJsonAsync<JsonNode>($"/api/payouts?limit=1&cursor={page["nextCursor"]}");
        Assert.Equal((string?)first["id"], (string?)next!["items"]![0]!["id"]);
        var found = await host.Shop.GetFromJsonAsync<JsonNode>($"/api/payouts?reference={first["reference"]}");
        Assert.Equal((string?)first["id"], (string?)Assert.Single(found!["items"]!.AsArray())!["id"]);
    }

    [Fact]
    public async Task Only_keys_with_payouts_see_their_events()
    {
        await host.UntilTransfer(await host.Payout("254700001004"), "completed");

        var seen = await host.Shop.GetFromJsonAsync<JsonNode>("/api/events?limit=100");
        var unseen = await host.WithKey("sk_test_checkouts").GetFromJsonAsync<JsonNode>("/api/events?limit=100");

        Assert.Contains(seen!["items"]!.AsArray(), e => (string?)e!["type"] == "payout.completed");
        Assert.DoesNotContain(unseen!["items"]!.AsArray(), e => ((string)e!["type"]!).StartsWith("payout.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_balance_is_asked_for_and_shown_with_its_time()
    {
        var asked = await host.Ops.GetFromJsonAsync<JsonNode>("/api/ops/balance");
        Assert.NotNull(asked!["asked"]);

        var balances = asked;
        await PaymentsHost.Eventually(
            async () => (balances = await host.Ops.GetFromJsonAsync<JsonNode>("/api/ops/balance"))!["accounts"]!.AsArray()
                .Any(a => (string?)a!["name"] == "Float Account"),
            "all accounts are known");
        var utility = balances!["accounts"]!.AsArray().Single(a => (string?)a!["name"] == "Utility Account")!;
        Assert.True((decimal)utility["available"]! > 0);
        Assert.True((DateTimeOffset)utility["at"]! > DateTimeOffset.UtcNow - TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.Forbidden, (await host.Shop.GetAsync("/api/ops/balance")).StatusCode);
    }

    [Theory]
    [InlineData("b2c/result")]
    [InlineData("b2c/timeout")]
    [InlineData("b2b/result")]
    [InlineData("b2b/timeout")]
    [InlineData("reversal/result")]
    [InlineData("reversal/timeout")]
    [InlineData("status/result")]
    [InlineData("status/timeout")]
    [InlineData("balance/result")]
    [InlineData("balance/timeout")]
    public async Task Every_path_takes_anything_and_keeps_it(string path)
    {
        foreach (var (prefix, body) in new[] { ("/callbacks/", "{}"), ("/api/mpesa/", "not json"), ("/callbacks/", ""), ("/callbacks/", "{\"Result\":[1]}") })
        {
            var answer = await host.Call(prefix + path, body);
            Assert.Equal("""{"ResultCode":0,"ResultDesc":"Accepted"}""", await answer.Content.ReadAsStringAsync());
        }

        var kind = path.Replace('/', '_');
        await PaymentsHost.Eventually(async () => await host.Sql<long>($"SELECT count(*) FROM callbacks WHERE kind = '{kind}' AND state = 'done'") >= 4, "all are kept");
        Assert.Equal(0L, await host.Sql<long>($"SELECT count(*) FROM callbacks WHERE kind = '{kind}' AND subject_id IS NULL AND verdict NOT IN ('hint', 'malformed')"));
    }

    public sealed class Running(TestDatabase databases) : IAsyncLifetime
    {
        public PaymentsHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Host = await PaymentsHost.Start(
            databases, "ApiKeys:3:Client=shop", $"ApiKeys:3:Hash={Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("sk_test_checkouts")))}",
            "ApiKeys:3:Scopes=checkouts");

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
