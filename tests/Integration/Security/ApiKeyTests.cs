using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Payments.Application.Access;
using Payments.Application.Common;
using Payments.Domain.Common;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Keys of clients: made, shown once, revoked, rotated, limited.</summary>
public sealed class ApiKeyTests(ApiKeyTests.FewRequests running) : IClassFixture<ApiKeyTests.FewRequests>
{
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task A_key_works_for_its_client_and_its_scopes_and_is_stored_as_a_hash()
    {
        var made = await Make(new { client = "bakery", scopes = new[] { "checkouts" } });
        using var bakery = host.WithKey((string)made["key"]!);

        var checkout = await host.Checkout(phone: null, client: bakery);

        Assert.Equal(HttpStatusCode.NotFound, (await host.Shop.GetAsync($"/api/checkouts/{checkout["id"]}")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await bakery.GetAsync("/api/ops/keys")).StatusCode);
        Assert.Equal("bakery", await host.Sql<string>($"SELECT client FROM checkouts WHERE order_reference = '{checkout["account"]}'"));
        Assert.DoesNotContain((string)made["key"]!, await host.Sql<string>("SELECT string_agg(k::text, '') FROM api_keys k"), StringComparison.Ordinal);
        Assert.DoesNotContain((string)made["key"]!, await host.Sql<string>("SELECT string_agg(a::text, '') FROM audit_log a"), StringComparison.Ordinal);
        Assert.DoesNotContain((string)made["key"]!, await host.Ops.GetStringAsync("/api/ops/keys"), StringComparison.Ordinal);
        await PaymentsHost.Eventually(
            async () => await host.Sql<bool>($"SELECT last_used_at IS NOT NULL FROM api_keys WHERE client = 'bakery'"), "its use is noted");
    }

    [Fact]
    public async Task A_revoked_key_opens_nothing()
    {
        var made = await Make(new { client = "revoked", scopes = new[] { "checkouts" } });
        using var client = host.WithKey((string)made["key"]!);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/checkouts")).StatusCode);

        (await host.Ops.PostAsync($"/api/ops/keys/{made["id"]}/revoke", null)).EnsureSuccessStatusCode();

        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/checkouts")).StatusCode);
        Assert.Equal(1L, await host.Sql<long>($"SELECT count(*) FROM audit_log WHERE action = 'key.revoke' AND subject = '{made["id"]}' AND before <> after"));
    }

    [Fact]
    public async Task A_key_revoked_by_another_process_opens_nothing_within_seconds()
    {
        var made = await Make(new { client = "elsewhere", scopes = new[] { "checkouts" } });
        using var client = host.WithKey((string)made["key"]!);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/checkouts")).StatusCode);

        await host.Sql<string>("UPDATE api_keys SET revoked_at = now() WHERE client = 'elsewhere' RETURNING client");

        await PaymentsHost.Eventually(async () => (await client.GetAsync("/api/checkouts")).StatusCode == HttpStatusCode.Unauthorized, "it opens nothing");
    }

    [Fact]
    public async Task An_expired_key_opens_nothing()
    {
        var made = await Make(new { client = "expiring", scopes = new[] { "checkouts" }, expiresAt = DateTimeOffset.UtcNow.AddHours(1) });
        using var client = host.WithKey((string)made["key"]!);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/checkouts")).StatusCode);

        await host.Sql<string>("UPDATE api_keys SET expires_at = now() WHERE client = 'expiring' RETURNING client");

        await PaymentsHost.Eventually(async () => (await client.GetAsync("/api/checkouts")).StatusCode == HttpStatusCode.Unauthorized, "it opens nothing");
    }

    [Fact]
    public async Task Rotation_keeps_client_and_limits_and_ends_the_old_key_when_told_to()
    {
        var made = await Make(new { client = "rotating", scopes = new[] { "checkouts" }, dailyPayoutLimit = 100 });
        using var old = host.WithKey((string)made["key"]!);
        var checkout = await host.Checkout(phone: null, client: old);

        var answer = await host.Ops.PostAsJsonAsync($"/api/ops/keys/{made["id"]}/rotate", new { overlapMinutes = 0 });
        var successor = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        using var client = host.WithKey((string)successor["key"]!);

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"/api/checkouts/{checkout["id"]}")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await old.GetAsync("/api/checkouts")).StatusCode);
        Assert.Equal(100m, (decimal)successor["dailyPayoutLimit"]!);
        Assert.Equal(1L, await host.Sql<long>("SELECT count(DISTINCT family) FROM api_keys WHERE client = 'rotating'"));
    }

    [Fact]
    public async Task Nobody_gives_away_what_he_has_not()
    {
        var ops = await Make(new { client = "desk", scopes = new[] { "ops" } });
        using var desk = host.WithKey((string)ops["key"]!);

        var answer = await desk.PostAsJsonAsync("/api/ops/keys", new { client = "desk", scopes = new[] { "payouts" } });

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM api_keys WHERE client = 'desk' AND 'payouts' = ANY (scopes)"));
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Forbidden)]
    [InlineData(61, HttpStatusCode.Forbidden)]
    [InlineData(59, HttpStatusCode.Created)]
    public async Task A_key_that_ends_makes_none_that_outlives_it(int? minutes, HttpStatusCode expected)
    {
        var now = DateTimeOffset.UtcNow;
        var ending = await Make(new { client = "ending", scopes = new[] { "ops", "checkouts" }, expiresAt = now.AddMinutes(60) });
        using var desk = host.WithKey((string)ending["key"]!);

        var answer = await desk.PostAsJsonAsync("/api/ops/keys", new { client = "heir", scopes = new[] { "ops" }, expiresAt = minutes is { } m ? now.AddMinutes(m) : (DateTimeOffset?)null });

        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM api_keys h WHERE client = 'heir' AND (expires_at IS NULL OR expires_at > (SELECT max(expires_at) FROM api_keys WHERE client = 'ending'))"));
    }

    [Fact]
    public async Task A_key_rotates_itself_without_a_longer_life_and_so_does_one_in_its_overlap()
    {
        var made = await Make(new { client = "self", scopes = new[] { "ops" }, expiresAt = DateTimeOffset.UtcNow.AddMinutes(60) });
        await host.Sql<int>("UPDATE api_keys SET created_at = created_at - interval '10 days' WHERE client = 'self'; SELECT 1");
        using var self = host.WithKey((string)made["key"]!);

        var successor = await Rotate(self, made, overlap: 30);
        Assert.Equal((DateTimeOffset)made["expiresAt"]!, (DateTimeOffset)successor["expiresAt"]!, TimeSpan.FromSeconds(1));

        // It ends in half an hour now, and so does all it can still make.
        var again = await Rotate(self, made, overlap: 0);
        Assert.InRange((DateTimeOffset)again["expiresAt"]!, DateTimeOffset.UtcNow.AddMinutes(20), DateTimeOffset.UtcNow.AddMinutes(31));
    }

    [Fact]
    public async Task A_key_without_end_that_is_being_replaced_makes_nothing_that_lasts()
    {
        var made = await Make(new { client = "replaced", scopes = new[] { "ops" } });
        Assert.Null((await Rotate(host.Ops, made, overlap: 30))["expiresAt"]);
        using var old = host.WithKey((string)made["key"]!);

        Assert.Equal(HttpStatusCode.Forbidden, (await old.PostAsJsonAsync("/api/ops/keys", new { client = "replaced", scopes = new[] { "ops" } })).StatusCode);
        Assert.InRange((DateTimeOffset)(await Rotate(old, made, overlap: 0))["expiresAt"]!, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddMinutes(31));
    }

    [Fact]
    public async Task A_key_that_ends_rotates_no_other_into_a_longer_life_and_a_lasting_one_does()
    {
        var ending = await Make(new { client = "clerk", scopes = new[] { "ops", "checkouts" }, expiresAt = DateTimeOffset.UtcNow.AddMinutes(60) });
        var forever = await Make(new { client = "till", scopes = new[] { "checkouts" } });
        var month = await Make(new { client = "till", scopes = new[] { "checkouts" }, expiresAt = DateTimeOffset.UtcNow.AddDays(30) });
        using var clerk = host.WithKey((string)ending["key"]!);

        foreach (var other in new[] { forever, month })
        {
            Assert.Equal((403, "forbidden"), await (await clerk.PostAsJsonAsync($"/api/ops/keys/{other["id"]}/rotate", new { })).Problem());
        }

        Assert.Null((await Rotate(host.Ops, forever, overlap: 0))["expiresAt"]);
        Assert.True((DateTimeOffset)(await Rotate(host.Ops, month, overlap: 0))["expiresAt"]! > DateTimeOffset.UtcNow.AddDays(29));
    }

    [Fact]
    public async Task A_key_that_has_just_been_revoked_elsewhere_makes_rotates_and_revokes_nothing()
    {
        var made = await Make(new { client = "fired", scopes = new[] { "ops" } });
        var other = await Make(new { client = "still here", scopes = new[] { "ops" } });
        using var fired = host.WithKey((string)made["key"]!);
        Assert.Equal(HttpStatusCode.OK, (await fired.GetAsync("/api/ops/keys")).StatusCode);

        // This process has read the keys a moment ago and does not know it yet.
        await host.Sql<string>("UPDATE api_keys SET revoked_at = now() WHERE client = 'fired' RETURNING client");
        var answers = await Task.WhenAll(
            fired.PostAsJsonAsync("/api/ops/keys", new { client = "fired", scopes = new[] { "ops" } }), fired.PostAsJsonAsync($"/api/ops/keys/{other["id"]}/rotate", new { }),
            fired.PostAsync($"/api/ops/keys/{other["id"]}/revoke", null));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode));
        Assert.Equal(2L, await host.Sql<long>("SELECT count(*) FROM api_keys WHERE client IN ('fired', 'still here')"));
    }

    private static async Task<JsonNode> Rotate(HttpClient by, JsonNode key, int overlap)
    {
        var answer = await by.PostAsJsonAsync($"/api/ops/keys/{key["id"]}/rotate", new { overlapMinutes = overlap });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    [Fact]
    public async Task A_repeated_creation_makes_one_key_and_does_not_show_it_again()
    {
        async Task<JsonNode> Post()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/ops/keys") { Content = JsonContent.Create(new { client = "once", scopes = new[] { "checkouts" } }) };
            request.Headers.Add("Idempotency-Key", "make-once");
            var answer = await host.Ops.SendAsync(request);
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
            return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        }

        var (first, second) = (await Post(), await Post());

        Assert.NotNull(first["key"]);
        Assert.Null(second["key"]);
        Assert.Equal((string?)first["id"], (string?)second["id"]);
        Assert.DoesNotContain((string)first["key"]!, await host.Sql<string>("SELECT k::text FROM idempotency_keys k WHERE key = 'make-once'"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"client\":\"x\",\"scopes\":[]}")]
    [InlineData("{\"client\":\"x\",\"scopes\":[\"everything\"]}")]
    [InlineData("{\"client\":\"\",\"scopes\":[\"checkouts\"]}")]
    [InlineData("{\"client\":\"x\",\"scopes\":[\"checkouts\"],\"payoutLimit\":-1}")]
    [InlineData("{\"client\":\"x\",\"scopes\":[\"checkouts\"],\"hash\":\"mine\"}")]
    public async Task A_key_that_cannot_be_is_refused(string body)
    {
        var answer = await host.Ops.PostAsync("/api/ops/keys", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Payouts_of_one_family_together_stay_under_its_daily_ceiling()
    {
        var made = await Make(new { client = "payer", scopes = new[] { "payouts" }, payoutLimit = 400, dailyPayoutLimit = 1000 });
        var id = KeyId.Parse((string)made["id"]!);
        var caller = new Caller("payer", false, null) { KeyId = id };
        var (ceilings, transactions) = (host.Services.GetRequiredService<IPayoutCeilings>(), host.Services.GetRequiredService<ITransactions>());
        Task<Refusal?> Reserve(int shillings) => transactions.Run(now => ceilings.Reserve(caller, Money.FromShillings(shillings), now), CancellationToken.None);

        Assert.Equal("payout_ceiling_exceeded", (await Reserve(401))?.Code);
        var refusals = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Reserve(400)));

        Assert.Equal(2, refusals.Count(r => r is null));
        Assert.Null(await Reserve(200));
        Assert.Equal("payout_ceiling_exceeded", (await Reserve(1))?.Code);
    }

    [Fact]
    public async Task The_audit_log_can_only_grow()
    {
        await Make(new { client = "audited", scopes = new[] { "checkouts" } });

        foreach (var sql in new[] { "UPDATE audit_log SET actor = 'nobody' RETURNING 1", "DELETE FROM audit_log RETURNING 1", "TRUNCATE audit_log" })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => host.Sql<int>(sql));
            Assert.Contains("append-only", refused.MessageText, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_clientSecret_dies_seven_days_after_its_checkout_ended_and_pays_nothing_that_is_paid()
    {
        var made = await host.Checkout("254700000831");
        var paid = await host.Until(made, "paid");
        using var browser = host.WithKey((string)made["clientSecret"]!);

        var pay = await browser.PostAsJsonAsync($"/api/checkouts/{paid["id"]}/pay", new { phone = "254700000831" });
        Assert.Equal("already_paid", (string?)(await pay.Content.ReadFromJsonAsync<JsonNode>())!["code"]);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync($"/api/checkouts/{paid["id"]}")).StatusCode);

        await host.Sql<string>($"UPDATE checkouts SET ended_at = now() - interval '7 days 1 minute' WHERE order_reference = '{paid["account"]}' RETURNING status");

        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync($"/api/checkouts/{paid["id"]}")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Shop.GetAsync($"/api/checkouts/{paid["id"]}")).StatusCode);
    }

    [Fact]
    public async Task Too_many_requests_of_one_key_are_told_to_wait_and_others_are_served()
    {
        var made = await Make(new { client = "eager", scopes = new[] { "checkouts" } });
        using var eager = host.WithKey((string)made["key"]!);

        // 100 a second are allowed here; 2,000 requests that need no database do not take a machine 20 s.
        var answers = await Task.WhenAll(Enumerable.Range(0, 2000).Select(_ => eager.GetAsync("/api/checkouts/none")));

        var refused = answers.First(a => a.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        Assert.True(refused.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Equal(HttpStatusCode.OK, (await host.Shop.GetAsync("/api/checkouts")).StatusCode);
    }

    private async Task<JsonNode> Make(object body)
    {
        var answer = await host.Ops.PostAsJsonAsync("/api/ops/keys", body);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    public sealed class FewRequests(TestDatabase databases) : Running(databases)
    {
        protected override string[] Settings => ["Limits:RequestsPerKey=100"];
    }
}
