using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Payments.Domain.Checkouts;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>
/// What customers type belongs to one checkout for ever, and what a shop calls its orders is its own affair: R8, on a service with several shops.
/// </summary>
public sealed class AccountTests(AccountTests.Shops running) : IClassFixture<AccountTests.Shops>
{
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task Two_shops_may_use_one_reference_and_neither_hears_of_the_other()
    {
        var reference = PaymentsHost.NewReference();
        var one = await host.Checkout(phone: null, reference: reference);
        var other = await host.Checkout(phone: null, reference: reference, client: host.OtherShop);

        Assert.Equal((reference, reference), ((string?)one["orderReference"], (string?)other["orderReference"]));
        Assert.NotEqual((string?)one["account"], (string?)other["account"]);
        Assert.All([one, other], checkout => Assert.True(IsMade((string?)checkout["account"]), (string?)checkout["account"]));
        foreach (var (shop, checkout) in new[] { (host.Shop, one), (host.OtherShop, other) })
        {
            var again = await shop.PostAsJsonAsync("/api/checkouts", new { orderReference = reference.ToLowerInvariant(), amount = 5 });
            Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
            Assert.Equal((string?)checkout["id"], (string?)(await again.Content.ReadFromJsonAsync<JsonNode>())!["checkoutId"]);
        }
    }

    [Fact]
    public async Task A_reference_with_the_shops_own_prefix_is_the_account_and_another_shops_never_is()
    {
        var reference = "SH-" + PaymentsHost.NewReference()[..8];

        // The other shop is first, and gets nothing by it.
        var squatter = await host.Checkout(phone: null, reference: reference, client: host.OtherShop);
        var own = await host.Checkout(phone: null, reference: reference);

        Assert.True(IsMade((string?)squatter["account"]), (string?)squatter["account"]);
        Assert.Equal(reference, (string?)own["account"]);
        await host.PayByHand(1500, reference.ToLowerInvariant());
        await host.Until(own, "paid");
        Assert.Equal("open", (string?)(await host.OtherShop.GetFromJsonAsync<JsonNode>($"/api/checkouts/{squatter["id"]}"))!["status"]);
    }

    [Fact]
    public async Task Money_paid_to_a_made_account_pays_its_order_and_the_prompt_shows_it()
    {
        var checkout = await host.Checkout(phone: null, reference: PaymentsHost.NewReference());
        var account = (string)checkout["account"]!;

        await host.PayByHand(500, $"{account[..4]} {account[4..]}");
        await PaymentsHost.Eventually(async () => (decimal)(await host.Get(checkout))["amountPaid"]! == 500m, "the part is there");
        await host.Shop.PostAsJsonAsync($"/api/checkouts/{checkout["id"]}/pay", new { phone = PaymentsHost.Customer });
        await host.Until(checkout, "paid");

        var requests = await host.Simulator.GetFromJsonAsync<JsonNode>("/simulator/requests");
        Assert.Contains(requests!["items"]!.AsArray(), r => (string?)r!["body"]?["AccountReference"] == account);

        // What the shop calls it is nothing to pay by.
        var number = (string)(await host.PayByHand(10, (string)checkout["orderReference"]!))["receipt"]!;
        await PaymentsHost.Eventually(async () => await host.Receipt(number) is not null, "it stands nowhere");
    }

    [Fact]
    public async Task Without_a_reference_the_service_makes_the_account_and_an_external_id_need_not_be_unique()
    {
        var external = $"payses_{Guid.NewGuid():N} · Äpfel/{new string('x', 140)}";
        var made = await Task.WhenAll(Enumerable.Range(0, 5).Select(async n =>
        {
            var answer = await host.Shop.PostAsJsonAsync("/api/checkouts", new { amount = 10 + n, externalId = external });
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
            return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        }));

        Assert.All(made, checkout =>
        {
            Assert.Null((string?)checkout["orderReference"]);
            Assert.Equal(external, (string?)checkout["externalId"]);
            Assert.True(IsMade((string?)checkout["account"]), (string?)checkout["account"]);
        });
        Assert.Equal(5, made.Select(checkout => (string?)checkout["account"]).Distinct().Count());
        var other = await host.OtherShop.PostAsJsonAsync("/api/checkouts", new { amount = 10, externalId = external });
        Assert.Equal(HttpStatusCode.Created, other.StatusCode);

        // Newest first, and within the shop.
        var found = await Find(host.Shop, "externalId", external);
        Assert.Equal(made.Select(c => (string?)c["id"]).OrderDescending(StringComparer.Ordinal), found.Select(c => (string?)c["id"]).OrderDescending(StringComparer.Ordinal));
        Assert.Equal(found.Select(c => (DateTimeOffset)c["createdAt"]!).OrderDescending(), found.Select(c => (DateTimeOffset)c["createdAt"]!));
        var secret = host.WithKey((string)made[0]["clientSecret"]!);
        var seen = await secret.GetFromJsonAsync<JsonNode>($"/api/checkouts/{made[0]["id"]}");
        Assert.Equal(((string?)made[0]["account"], (string?)null), ((string?)seen!["account"], (string?)seen["externalId"]));
    }

    [Fact]
    public async Task It_is_found_by_reference_and_by_account_within_the_shop()
    {
        var reference = PaymentsHost.NewReference();
        var checkout = await host.Checkout(phone: null, reference: reference);
        var account = (string)checkout["account"]!;
        await host.Checkout(phone: null, reference: reference, client: host.OtherShop);

        Assert.Equal((string?)checkout["id"], (string?)Assert.Single(await Find(host.Shop, "orderReference", reference.ToLowerInvariant()))["id"]);
        Assert.Equal((string?)checkout["id"], (string?)Assert.Single(await Find(host.Shop, "account", $"{account[..3]}-{account[3..]}"))["id"]);
        Assert.Empty(await Find(host.OtherShop, "account", account));
        Assert.Empty(await Find(host.Shop, "externalId", reference));
        Assert.Equal(2, (await Find(host.Ops, "orderReference", reference)).Count);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Shop.GetAsync($"/api/checkouts?externalId={new string('x', 201)}")).StatusCode);
    }

    [Fact]
    public async Task Of_several_creates_with_one_reference_at_once_one_is_made_and_the_others_name_it()
    {
        for (var round = 0; round < 5; round++)
        {
            var reference = PaymentsHost.NewReference();
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => host.Shop.PostAsJsonAsync(
                "/api/checkouts", new { orderReference = reference, amount = 100 + n, phone = n % 2 == 0 ? PaymentsHost.Customer : null })));

            var made = (await Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Created).Content.ReadFromJsonAsync<JsonNode>())!;
            foreach (var refused in answers.Where(a => a.StatusCode != HttpStatusCode.Created))
            {
                Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
                Assert.Equal((string?)made["id"], (string?)(await refused.Content.ReadFromJsonAsync<JsonNode>())!["checkoutId"]);
            }
        }
    }

    [Fact]
    public async Task A_reference_that_is_somebodys_account_does_not_become_one()
    {
        var theirs = (string)(await host.Checkout(phone: null, client: host.OtherShop))["account"]!;

        var checkout = await host.Checkout(phone: null, reference: theirs);

        Assert.Equal(theirs, (string?)checkout["orderReference"]);
        Assert.NotEqual(theirs, (string?)checkout["account"]);
        Assert.True(IsMade((string?)checkout["account"]), (string?)checkout["account"]);
    }

    [Fact]
    public async Task A_create_repeated_with_its_key_is_the_same_checkout()
    {
        async Task<JsonNode> Create(string key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/checkouts") { Content = JsonContent.Create(new { amount = 10, externalId = "cart" }) };
            request.Headers.Add("Idempotency-Key", key);
            return (await (await host.Shop.SendAsync(request)).Content.ReadFromJsonAsync<JsonNode>())!;
        }

        var key = Guid.NewGuid().ToString();
        var (first, again, another) = (await Create(key), await Create(key), await Create(key + "2"));
        Assert.Equal(((string?)first["id"], (string?)first["account"]), ((string?)again["id"], (string?)again["account"]));
        Assert.NotEqual((string?)first["account"], (string?)another["account"]);
    }

    [Fact]
    public async Task An_order_made_again_after_a_restore_has_the_account_its_customer_was_shown()
    {
        var reference = PaymentsHost.NewReference();
        var lost = await host.Checkout(phone: null, reference: reference);
        await Forget(lost);

        var again = await host.Checkout(phone: null, reference: reference.ToLowerInvariant());

        Assert.NotEqual((string?)lost["id"], (string?)again["id"]);
        Assert.Equal((string?)lost["account"], (string?)again["account"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_account_that_somebody_takes_meanwhile_is_passed_over_and_nothing_is_lost_by_it(bool commits)
    {
        var reference = PaymentsHost.NewReference();
        var first = await host.Checkout(phone: null, reference: reference);
        await Forget(first);
        await using var rival = new NpgsqlConnection(host.ConnectionString);
        await rival.OpenAsync(TestContext.Current.CancellationToken);
        await using var taking = await rival.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var take = new NpgsqlCommand(
            $"""
            INSERT INTO payments.checkouts (id, client, order_reference, reference_key, amount, status, version, created_at, updated_at, expires_at)
            VALUES (gen_random_uuid(), 'other', '{first["account"]}', '{first["account"]}', 100, 'open', 1, now(), now(), now() + interval '1 day')
            """,
            rival,
            taking))
        {
            await take.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        // It looks, sees nobody, and waits at the INSERT.
        var making = host.Checkout(reference: reference);
        await PaymentsHost.Eventually(
            async () => await host.Sql<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%INSERT INTO checkouts%'") > 0,
            "the other waits");
        await (commits ? taking.CommitAsync(TestContext.Current.CancellationToken) : taking.RollbackAsync(TestContext.Current.CancellationToken));

        var made = await making;
        Assert.Equal(commits, (string?)made["account"] != (string?)first["account"]);
        Assert.True(IsMade((string?)made["account"]), (string?)made["account"]);
        Assert.Single((await host.Until(made, "paid"))["attempts"]!.AsArray());
    }

    [Fact]
    public async Task The_version_before_this_one_goes_on_adding_orders_and_they_are_what_they_were()
    {
        const string add = "INSERT INTO payments.checkouts (id, client, order_reference, reference_key, amount, metadata, status, version, created_at, updated_at, expires_at) "
            + "VALUES (gen_random_uuid(), 'shop', '%1', '%2', 150000, '{}', 'open', 1, now(), now(), now() + interval '1 day') ON CONFLICT (reference_key) DO NOTHING";
        var reference = PaymentsHost.NewReference();
        Task<long> Add() => host.Sql<long>($"WITH added AS ({add.Replace("%1", reference.ToLowerInvariant(), StringComparison.Ordinal).Replace("%2", reference, StringComparison.Ordinal)} RETURNING 1) SELECT count(*) FROM added");

        Assert.Equal((1L, 0L), (await Add(), await Add()));

        var checkout = Assert.Single(await Find(host.Shop, "orderReference", reference));
        Assert.Equal((reference.ToLowerInvariant(), reference.ToLowerInvariant()), ((string?)checkout["orderReference"], (string?)checkout["account"]));
        Assert.Equal(HttpStatusCode.Conflict, (await host.Shop.PostAsJsonAsync("/api/checkouts", new { orderReference = reference, amount = 5 })).StatusCode);
        await host.PayByHand(1500, reference);
        await host.Until(checkout, "paid");
    }

    /// <summary>What a backup made before it does not hold.</summary>
    private Task<long> Forget(JsonNode checkout) => host.Sql<long>(
        $"WITH gone AS (DELETE FROM checkouts WHERE client = 'shop' AND order_reference = '{checkout["account"]}' RETURNING 1) SELECT count(*) FROM gone");

    private static bool IsMade(string? account) => account is { Length: 8 } && account.All(char.IsAsciiDigit) && CheckDigit.Fits(account);

    private static async Task<List<JsonNode>> Find(HttpClient caller, string by, string what) =>
        [.. (await caller.GetFromJsonAsync<JsonNode>($"/api/checkouts?{by}={Uri.EscapeDataString(what)}"))!["items"]!.AsArray().Select(item => item!)];

    /// <summary>Two shops; the first has a prefix.</summary>
    public sealed class Shops(TestDatabase databases) : RegisteredPaybill(databases), IAsyncLifetime
    {
        protected override string[] Settings => ["Clients:0:Name=shop", "Clients:0:AccountPrefix=SH"];

        async ValueTask IAsyncLifetime.InitializeAsync()
        {
            await InitializeAsync();
            _ = Host.OtherShop;
        }
    }
}
