using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Payments.Domain.Common;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Whoever can guess an order reference can send a confirmation; only Safaricom's word makes a receipt (R3).</summary>
public sealed class TrustTests(RegisteredPaybill running, TestDatabase databases) : IClassFixture<RegisteredPaybill>
{
    private readonly PaymentsHost host = running.Host;

    [Theory]
    [InlineData("")]
    [InlineData("0123456789abcdef0123456789abcdef")]
    [InlineData("0123456789ABCDEF0123456789ABCDEF")]
    [InlineData("x")]
    [InlineData("..%2f..")]
    public async Task Without_the_registration_token_it_writes_no_receipt_and_is_a_case(string token)
    {
        var checkout = await host.Checkout(phone: null);
        var number = PaymentsHost.NewReceipt();

        Assert.Equal("hint", await host.Confirm(token, PaybillHost.Body(number, (string)checkout["orderReference"]!)));

        Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);
        Assert.Equal(0L, await host.Sql<long>($"SELECT count(*) FROM receipts WHERE receipt = '{number}'"));
        Assert.Contains(number, await host.Sql<string>($"SELECT story FROM cases WHERE kind = 'untrusted_confirmation' AND checkout_id = '{Id(checkout)}'"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_of_them_are_one_case_even_after_it_was_settled()
    {
        var checkout = await host.Checkout(phone: null);
        var reference = (string)checkout["orderReference"]!;
        var bodies = Enumerable.Range(0, 20).Select(_ => PaybillHost.Body(PaymentsHost.NewReceipt(), reference)).ToList();
        await Task.WhenAll(bodies.Select(body => host.Call("/callbacks/c2b/confirm", body)));
        foreach (var body in bodies)
        {
            Assert.Equal("hint", await host.Verdict(body));
        }

        Assert.Equal(1L, await Cases(checkout));
        await host.Sql<int>($"UPDATE cases SET status = 'settled', settled_at = now() WHERE checkout_id = '{Id(checkout)}'; SELECT 1");
        await host.Confirm("", PaybillHost.Body(PaymentsHost.NewReceipt(), reference));
        Assert.Equal(1L, await Cases(checkout));
    }

    [Fact]
    public async Task Where_no_money_is_due_it_is_no_case()
    {
        var paid = await host.Until(await host.Checkout(), "paid");
        var cancelled = await host.Checkout(phone: null);
        await host.Shop.PostAsync($"/api/checkouts/{cancelled["id"]}/cancel", null);
        var part = await host.Checkout(phone: null);
        Assert.Equal("applied", await host.Confirm(running.Token, PaybillHost.Body(PaymentsHost.NewReceipt(), (string)part["orderReference"]!, 400)));

        foreach (var checkout in new[] { paid, cancelled, part })
        {
            Assert.Equal("hint", await host.Confirm("", PaybillHost.Body(PaymentsHost.NewReceipt(), (string)checkout["orderReference"]!)));
        }

        Assert.Equal((0L, 0L, 1L), (await Cases(paid), await Cases(cancelled), await Cases(part)));
    }

    [Fact]
    public async Task Of_so_many_that_nobody_can_look_at_each_the_rest_are_one_case()
    {
        await using var flooded = await PaymentsHost.Start(databases);
        await flooded.Sql<object>(
            """
            INSERT INTO checkouts (id, client, order_reference, reference_key, amount, status, version, created_at, updated_at, expires_at)
            SELECT gen_random_uuid(), 'shop', 'N' || n, 'N' || n, 1000, 'open', 2, now(), now(), now() + interval '1 day' FROM generate_series(1, 400) n;
            SELECT 1::int
            """);
        async Task Flood(int from, int to)
        {
            await Task.WhenAll(Enumerable.Range(from, to - from).Select(n => flooded.Call("/callbacks/c2b/confirm", PaybillHost.Body(PaymentsHost.NewReceipt(), $"N{n}", 10))));
            await PaymentsHost.Eventually(async () => await flooded.Sql<long>("SELECT count(*) FROM callbacks WHERE state <> 'done'") == 0, "all are judged");
        }

        await Flood(1, 200);
        await Flood(200, 300);

        var open = (await flooded.Ops.GetFromJsonAsync<JsonNode>("/api/ops/cases?status=open&limit=100"))!["items"]!.AsArray();
        Assert.Equal(50, open.Count(c => (string)c!["kind"]! == "untrusted_confirmation"));
        var all = Assert.Single(open, c => (string)c!["kind"]! == "untrusted_confirmations")!;
        Assert.Contains("GET /api/ops/callbacks?kind=c2b_confirm&verdict=hint", (string)all["story"]!, StringComparison.Ordinal);

        // Looked at and settled: there is room again, and the next flood is told again.
        foreach (var one in open)
        {
            (await flooded.Ops.PostAsJsonAsync($"/api/ops/cases/{one!["id"]}/settle", new { outcome = "noted", reason = "made up" })).EnsureSuccessStatusCode();
        }

        await Flood(300, 310);
        Assert.Equal(10L, await flooded.Sql<long>("SELECT count(*) FROM cases WHERE status = 'open'"));
        await Flood(310, 400);
        Assert.Equal(51L, await flooded.Sql<long>("SELECT count(*) FROM cases WHERE status = 'open'"));
    }

    [Theory]
    [InlineData(1500, "paid")]
    [InlineData(1499, "open")]
    public async Task An_operator_has_m_pesa_asked_and_only_a_true_one_counts(decimal told, string status)
    {
        // Real money whose confirmation came from nowhere: nothing is registered with this simulator.
        await using var asking = await PaymentsHost.Start(databases);
        var checkout = await asking.Checkout(phone: null);
        var number = (string)(await asking.PayByHand(1500, (string)checkout["orderReference"]!))["receipt"]!;
        Assert.Equal("hint", await asking.Confirm("", PaybillHost.Body(number, (string)checkout["orderReference"]!, told)));
        var found = (await asking.Ops.GetFromJsonAsync<JsonNode>("/api/ops/cases"))!["items"]!.AsArray().Single()!;
        Assert.StartsWith("cb_", (string?)found["subjectId"], StringComparison.Ordinal);

        var answer = await asking.Ops.PostAsync($"/api/ops/cases/{found["id"]}/ask", null);

        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        await PaymentsHost.Eventually(async () => await asking.Sql<long>("SELECT count(*) FROM callbacks WHERE kind = 'status_result' AND state = 'done'") == 1, "M-PESA has answered");
        var now = await asking.Get(checkout);
        Assert.Equal(status, (string?)now["status"]);
        Assert.Equal(status == "paid" ? "status_query" : null, (string?)now["payment"]?["settledBy"]);
    }

    [Fact]
    public async Task A_receipt_of_our_own_payout_is_no_payment_to_us()
    {
        await using var asking = await PaymentsHost.Start(databases);
        var payout = await asking.Shop.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/api/payouts")
        {
            Headers = { { "Idempotency-Key", "payout-1" } },
            Content = JsonContent.Create(new { method = "mpesa", recipient = PaymentsHost.Customer, amount = 1500, reference = "P-1" }),
        });
        var id = (string)(await payout.Content.ReadFromJsonAsync<JsonNode>())!["id"]!;
        JsonNode? done = null;
        await PaymentsHost.Eventually(
            async () => (string?)(done = await asking.Shop.GetFromJsonAsync<JsonNode>($"/api/payouts/{id}"))!["status"] == "completed", "the payout is done");
        var checkout = await asking.Checkout(phone: null);
        await asking.Confirm("", PaybillHost.Body((string)done!["receipt"]!, (string)checkout["orderReference"]!));
        var found = (await asking.Ops.GetFromJsonAsync<JsonNode>("/api/ops/cases"))!["items"]!.AsArray().Single()!;

        await asking.Ops.PostAsync($"/api/ops/cases/{found["id"]}/ask", null);

        await PaymentsHost.Eventually(async () => await asking.Sql<long>("SELECT count(*) FROM callbacks WHERE kind = 'status_result' AND state = 'done'") == 1, "M-PESA has answered");
        Assert.Equal("open", (string?)(await asking.Get(checkout))["status"]);
    }

    [Fact]
    public async Task One_that_names_no_order_is_no_case()
    {
        var before = await host.Sql<long>("SELECT count(*) FROM cases");

        Assert.Equal("hint", await host.Confirm("", PaybillHost.Body(PaymentsHost.NewReceipt(), "NOBODY-9")));
        Assert.Equal("hint", await host.Confirm("", PaybillHost.Body(PaymentsHost.NewReceipt(), "")));

        Assert.Equal(before, await host.Sql<long>("SELECT count(*) FROM cases"));
    }

    [Fact]
    public async Task Another_shortcode_under_our_token_pays_nothing_of_ours()
    {
        var checkout = await host.Checkout(phone: null);

        Assert.Equal("unmatched", await host.Confirm(running.Token, PaybillHost.Body(PaymentsHost.NewReceipt(), (string)checkout["orderReference"]!, shortcode: "600999")));

        Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);
    }

    [Fact]
    public async Task An_untrusted_one_for_money_that_is_known_opens_no_case()
    {
        var checkout = await host.Checkout(phone: null);
        var body = PaybillHost.Body(PaymentsHost.NewReceipt(), (string)checkout["orderReference"]!);
        Assert.Equal("applied", await host.Confirm(running.Token, body));

        Assert.Equal("hint", await host.Confirm("", body));

        Assert.Equal(0L, await Cases(checkout));
    }

    [Fact]
    public async Task From_outside_the_allowed_networks_the_token_counts_for_nothing()
    {
        await using var guarded = await PaymentsHost.StartOn(host.ConnectionString, "Callbacks:AllowedNetworks:0=196.201.214.0/24");
        var checkout = await host.Checkout(phone: null);

        Assert.Equal("hint", await guarded.Confirm(running.Token, PaybillHost.Body(PaymentsHost.NewReceipt(), (string)checkout["orderReference"]!)));

        Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);
    }

    [Fact]
    public async Task A_token_made_by_another_process_a_moment_ago_counts_here()
    {
        // It read the registrations when it started, and the token was made after that.
        await using var other = await PaymentsHost.Start(databases);
        await using var fresh = await PaymentsHost.StartOn(other.ConnectionString);
        var known = fresh.Services.GetRequiredService<Infrastructure.C2b.RegistrationTokenCache>();
        await PaymentsHost.Eventually(() => Task.FromResult(known.Find(new string('0', 32)) is null && !known.IsStale), "it has read them");
        var token = await other.RegisterC2b();
        var checkout = await other.Checkout(phone: null);

        // Whether it is looked up now or by the drain, from its hash.
        Assert.Equal("applied", await fresh.Confirm(token, PaybillHost.Body(PaymentsHost.NewReceipt(), (string)checkout["orderReference"]!)));
        await other.Until(checkout, "paid");

        // From then on it is known at once.
        await PaymentsHost.Eventually(
            async () =>
            {
                await fresh.Confirm(token, PaybillHost.Body(PaymentsHost.NewReceipt(), "NOBODY-8"));
                return await other.Sql<bool>("SELECT subject_id IS NOT NULL FROM callbacks WHERE kind = 'c2b_confirm' ORDER BY id DESC LIMIT 1");
            },
            "the token is in memory");
    }

    [Theory]
    [InlineData(true, "applied")]
    [InlineData(false, "hint")]
    public async Task Where_a_token_could_not_be_looked_up_the_drain_decides_by_its_hash(bool isOurs, string verdict)
    {
        var checkout = await host.Checkout(phone: null);
        var body = PaybillHost.Body(PaymentsHost.NewReceipt(), (string)checkout["orderReference"]!);
        var token = isOurs ? running.Token : new string('0', 32);

        await host.Services.GetRequiredService<Application.Callbacks.IInbox>().Store(
            new(Application.Common.NewId.Next<CallbackId>(), Application.Callbacks.CallbackKind.C2bConfirm, null, System.Text.Encoding.UTF8.GetBytes(body), "application/json", "127.0.0.1", null)
            {
                TokenHash = Application.C2b.RegistrationToken.Hash(token),
            },
            CancellationToken.None);

        Assert.Equal(verdict, await host.Verdict(body));
    }

    [Fact]
    public async Task Tokens_are_in_no_stored_callback()
    {
        await host.Confirm(running.Token, PaybillHost.Body(PaymentsHost.NewReceipt(), "NOBODY-7"));

        Assert.Equal(0L, await host.Sql<long>($"SELECT count(*) FROM callbacks c WHERE position('{running.Token}' in to_jsonb(c)::text) > 0"));
        Assert.DoesNotContain(running.Token, await host.Ops.GetStringAsync("/api/ops/callbacks?limit=100"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("not json")]
    [InlineData("{\"TransID\":\"UGA7RT61SV\"}")]
    [InlineData("{\"TransID\":{\"a\":[1,2]},\"TransAmount\":\"NaN\",\"BusinessShortCode\":null}")]
    [InlineData("{\"TransID\":\"UGA7RT61SV\",\"TransAmount\":\"-5.00\",\"BusinessShortCode\":\"174379\"}")]
    [InlineData("{\"TransID\":\"UGA7RT61SV\",\"TransAmount\":\"1e400\",\"BusinessShortCode\":\"174379\"}")]
    [InlineData("{\"TransID\":\"UGA7RT61SV\",\"TransAmount\":\"10.00\",\"TransAmount\":\"99.00\",\"BusinessShortCode\":\"174379\"}")]
    public async Task Hostile_bodies_are_stored_and_move_nothing(string body)
    {
        var receipts = await host.Sql<long>("SELECT count(*) FROM receipts");

        Assert.Equal("malformed", await host.Confirm(running.Token, body));

        Assert.Equal(receipts, await host.Sql<long>("SELECT count(*) FROM receipts"));
    }

    [Fact]
    public async Task Long_and_strange_fields_are_taken_as_far_as_they_go()
    {
        var checkout = await host.Checkout(phone: null);
        var name = string.Concat(Enumerable.Repeat("\\uD83D\\uDE00", 60));
        var number = PaymentsHost.NewReceipt();
        var body = PaybillHost.Body(number, (string)checkout["orderReference"]!)
            .Replace("\"JOHN\"", $"\"{name}\"", StringComparison.Ordinal)
            .Replace("\"MiddleName\":\"\"", $"\"MiddleName\":\"{new string('x', 500)}\"", StringComparison.Ordinal)
            .Replace("\"LastName\":\"\"", "\"LastName\":\"\\u0000'; DROP TABLE receipts; --\"", StringComparison.Ordinal);

        Assert.Equal("applied", await host.Confirm(running.Token, body));

        Assert.Equal("paid", (string?)(await host.Get(checkout))["status"]);
    }

    [Fact]
    public async Task What_is_no_post_of_a_small_body_is_refused()
    {
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await host.Anonymous.GetAsync($"/callbacks/c2b/confirm/{running.Token}")).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await host.Call("/callbacks/c2b/confirm", new string(' ', 70_000))).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await host.Call("/callbacks/c2b/validate", new string(' ', 70_000))).StatusCode);
        var form = await host.Anonymous.PostAsync("/callbacks/c2b/confirm", new FormUrlEncodedContent([new("a", "b")]));
        Assert.Equal(HttpStatusCode.OK, form.StatusCode);
    }

    [Fact]
    public async Task A_signing_secret_may_change_and_the_registration_stays()
    {
        await using var rotated = await PaymentsHost.Start(databases);
        var token = await rotated.RegisterC2b();
        await using var after = await PaymentsHost.StartOn(
            rotated.ConnectionString, $"Callbacks:Secrets:0={Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData("another"u8))}");
        var checkout = await after.Checkout(phone: null);

        Assert.Equal("applied", await after.Confirm(token, PaybillHost.Body(PaymentsHost.NewReceipt(), (string)checkout["orderReference"]!)));
    }

    private Task<long> Cases(JsonNode checkout) => host.Sql<long>($"SELECT count(*) FROM cases WHERE checkout_id = '{Id(checkout)}'");

    private static Guid Id(JsonNode checkout) => Guid.ParseExact(((string)checkout["id"]!)["chk_".Length..], "N");
}
