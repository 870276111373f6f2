using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>
/// Safaricom's addresses change: a confirmation with our token from one that is not allowed is money that waits for that reason alone, and says so.
/// </summary>
public sealed class ElsewhereTests(ElsewhereTests.BehindProxy running, TestDatabase databases) : IClassFixture<ElsewhereTests.BehindProxy>
{
    private PaymentsHost host = running.Host;

    [Fact]
    public async Task It_waits_for_its_address_alone_and_the_case_the_order_and_the_doctor_name_that()
    {
        // Of its own: the doctor counts what came in the last hour.
        await using var alone = new BehindProxy(databases);
        await alone.InitializeAsync();
        (running, host) = (alone, alone.Host);
        var checkout = await host.Checkout(phone: null);
        var body = PaybillHost.Body(PaymentsHost.NewReceipt(), (string)checkout["orderReference"]!);

        Assert.Equal("hint", await From("196.201.212.250", body));

        Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);
        Assert.Contains("Its token is ours, but it came from 196.201.212.250", await Detail(body), StringComparison.Ordinal);
        Assert.Contains("came from 196.201.212.250", await host.Sql<string>($"SELECT story FROM cases WHERE kind = 'untrusted_confirmation' AND checkout_id = '{Id(checkout)}'"), StringComparison.Ordinal);
        Assert.Contains("Confirmations with our registration token come from 196.201.212.250", await Story("196.201.212.250"), StringComparison.Ordinal);

        var visit = await DoctorRun.To(host, "--no-initiator");
        visit.Says("callbacks.networks", "problem", "from 196.201.212.250", "Callbacks__AllowedNetworks__1=", "Proxy__KnownProxies");
        Assert.Contains("1 with our token from an address that is not allowed", (string?)visit.Finding("callbacks.recent")["seen"], StringComparison.Ordinal);
        Assert.DoesNotContain("without a valid token", (string?)visit.Finding("callbacks.recent")["seen"], StringComparison.Ordinal);
        Assert.DoesNotContain(running.Token, visit.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_our_token_it_is_told_as_that_and_is_no_case_of_an_address()
    {
        foreach (var token in new[] { new string('0', 32), "x" })
        {
            var body = PaybillHost.Body(PaymentsHost.NewReceipt(), "NOBODY-5");
            Assert.Equal("hint", await From("196.201.212.251", body, token));
            Assert.StartsWith("Its address carries no registration token of ours.", await Detail(body), StringComparison.Ordinal);
        }

        Assert.Equal("", await Story("196.201.212.251"));
    }

    [Fact]
    public async Task With_a_token_that_was_replaced_before_it_came_it_is_no_case_of_an_address_and_allowing_that_changes_nothing()
    {
        var stolen = new string('c', 32);
        await host.Sql<object>(
            $"""
            INSERT INTO c2b_other_registrations (id, shortcode, token, state, version, response_type, confirmation_url, validation_url, replaced_at)
            SELECT gen_random_uuid(), shortcode, '{stolen}', 'replaced', version, response_type, confirmation_url, validation_url, now() - interval '1 hour' FROM c2b_registrations;
            SELECT 1
            """);
        var body = PaybillHost.Body(PaymentsHost.NewReceipt(), "NOBODY-7");

        Assert.Equal("hint", await From("196.201.212.241", body, stolen));

        Assert.StartsWith("The token in its address was replaced at", await Detail(body), StringComparison.Ordinal);
        Assert.Equal("", await Story("196.201.212.241"));
        await using var allowed = await PaymentsHost.StartOn(host.ConnectionString, "Callbacks:AllowedNetworks:0=any");
        Assert.Equal("hint", await Replay(allowed, await host.Sql<Guid>($"SELECT id FROM callbacks WHERE body = {Hex(body)}")));
    }

    [Fact]
    public async Task Many_from_one_address_are_one_case_and_orders_or_none_make_no_difference()
    {
        for (var i = 0; i < 5; i++)
        {
            await From("196.201.212.252", PaybillHost.Body(PaymentsHost.NewReceipt(), i % 2 == 0 ? "" : "NOBODY-6"));
        }

        await From("196.201.212.252", "garbled");
        await From("2001:db8::7", PaybillHost.Body(PaymentsHost.NewReceipt(), ""));
        Assert.Equal(1L, await host.Sql<long>("SELECT count(*) FROM cases WHERE kind = 'confirmations_from_elsewhere' AND position('196.201.212.252' in story) > 0"));
        Assert.Contains("2001:db8::7", await Story("2001:db8::7"), StringComparison.Ordinal);

        for (var i = 1; i < 30; i++)
        {
            await From($"198.51.100.{i}", PaybillHost.Body(PaymentsHost.NewReceipt(), ""));
        }

        Assert.Equal(20L, await host.Sql<long>("SELECT count(*) FROM cases WHERE kind = 'confirmations_from_elsewhere' AND status = 'open'"));
        await host.Sql<object>("UPDATE cases SET status = 'settled', settled_at = now() WHERE kind = 'confirmations_from_elsewhere' AND status = 'open'; SELECT 1");
    }

    [Fact]
    public async Task Replayed_it_still_waits_until_its_address_is_allowed_and_then_it_counts()
    {
        var checkout = await host.Checkout(phone: null);
        var body = PaybillHost.Body(PaymentsHost.NewReceipt(), (string)checkout["orderReference"]!);
        await From("196.201.212.253", body);

        // From an address that stays as it is: the doctor goes on about that one.
        await From("196.201.212.254", PaybillHost.Body(PaymentsHost.NewReceipt(), ""));
        var id = await host.Sql<Guid>($"SELECT id FROM callbacks WHERE body = {Hex(body)}");

        Assert.Equal("hint", await Replay(host, id));
        Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);
        await using (var allowed = await PaymentsHost.StartOn(
            host.ConnectionString, "Callbacks:AllowedNetworks:0=safaricom", "Callbacks:AllowedNetworks:1=196.201.212.253", "Proxy:KnownProxies:0=127.0.0.1"))
        {
            (await DoctorRun.To(allowed, "--no-initiator")).Says("callbacks.networks", "problem");
            Assert.Equal("applied", await Replay(allowed, id));
        }

        Assert.Equal("paid", (string?)(await host.Get(checkout))["status"]);
        Assert.Equal(0L, await host.Sql<long>($"SELECT count(*) FROM cases WHERE status = 'open' AND (subject_id = '{id}' OR checkout_id = '{Id(checkout)}')"));
        Assert.Equal("applied", await host.Verdict(body));
    }

    [Fact]
    public async Task A_process_that_allows_the_address_does_not_overrule_the_one_that_took_it()
    {
        await using var open = await PaymentsHost.StartOn(host.ConnectionString, "Callbacks:AllowedNetworks:0=any");
        var checkout = await host.Checkout(phone: null);

        // Whichever of the two drains it.
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("hint", await From("196.201.212.254", PaybillHost.Body(PaymentsHost.NewReceipt(), (string)checkout["orderReference"]!)));
        }

        Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);
    }

    [Fact]
    public async Task An_operator_has_m_pesa_asked_and_the_money_counts()
    {
        await using var guarded = await PaymentsHost.Start(databases, "Callbacks:AllowedNetworks:0=127.0.0.1");
        await guarded.RegisterC2b();
        await guarded.Simulator.PutAsJsonAsync("/simulator/settings", new { callbackSource = "127.0.0.9" });
        var paid = await guarded.PayByHand(700, "NO-ORDER");
        JsonNode? found = null;
        await PaymentsHost.Eventually(
            async () => (found = (await guarded.Ops.GetFromJsonAsync<JsonNode>("/api/ops/cases?kind=confirmations_from_elsewhere"))!["items"]!.AsArray().SingleOrDefault()) is not null,
            "there is a case");
        Assert.Contains("127.0.0.9", (string?)found!["story"], StringComparison.Ordinal);
        await guarded.Simulator.PutAsJsonAsync("/simulator/settings", new { callbackSource = "127.0.0.1" });

        Assert.Equal(HttpStatusCode.Accepted, (await guarded.Ops.PostAsync($"/api/ops/cases/{found["id"]}/ask", null)).StatusCode);

        await PaymentsHost.Eventually(async () => await guarded.Receipt((string)paid["receipt"]!) is not null, "the money is in the books");
        Assert.Equal("settled", (string?)(await guarded.Ops.GetFromJsonAsync<JsonNode>($"/api/ops/cases/{found["id"]}"))!["status"]);
    }

    [Fact]
    public async Task Whoever_has_the_token_is_never_turned_away_for_the_number_of_his_callbacks()
    {
        var untrusted = host.Services.GetRequiredService<Infrastructure.Inbox.UntrustedRateLimiter>();
        for (var i = 0; i <= Infrastructure.Inbox.UntrustedRateLimiter.MaxPerMinute; i++)
        {
            untrusted.Refuses(IPAddress.Parse("203.0.113.77"));
        }

        Assert.Equal(HttpStatusCode.OK, (await Post("203.0.113.77", PaybillHost.Body(PaymentsHost.NewReceipt(), ""), running.Token)).StatusCode);
        if (untrusted.Refuses(IPAddress.Parse("203.0.113.77")) is not null)
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, (await Post("203.0.113.77", "{}", new string('0', 32))).StatusCode);
        }
    }

    [Fact]
    public async Task A_validation_from_elsewhere_says_why_it_was_answered_by_the_default()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/callbacks/c2b/validate/{running.Token}") { Content = new StringContent(PaybillHost.Body("", "WHY-NOT")) };
        request.Headers.Add("X-Forwarded-For", "196.201.212.240");
        await host.Anonymous.SendAsync(request);

        await PaymentsHost.Eventually(
            async () => await host.Sql<long>("SELECT count(*) FROM callbacks WHERE kind = 'c2b_validate' AND answer = '0 (from outside the allowed networks)'") == 1, "it is stored");
    }

    private async Task<string> From(string source, string body, string? token = null)
    {
        Assert.Equal(HttpStatusCode.OK, (await Post(source, body, token ?? running.Token)).StatusCode);
        return await host.Verdict(body);
    }

    private Task<HttpResponseMessage> Post(string source, string body, string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/callbacks/c2b/confirm/{token}") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("X-Forwarded-For", source);
        return host.Anonymous.SendAsync(request);
    }

    private static async Task<string?> Replay(PaymentsHost through, Guid id) =>
        (string?)(await (await through.Ops.PostAsync($"/api/ops/callbacks/cb_{id:N}/replay", null)).Content.ReadFromJsonAsync<JsonNode>())!["verdict"];

    private Task<string> Story(string source) => host.Sql<string>(
        $"SELECT coalesce((SELECT story FROM cases WHERE kind = 'confirmations_from_elsewhere' AND position('{source}' in story) > 0 LIMIT 1), '')");

    private Task<string> Detail(string body) => host.Sql<string>($"SELECT detail FROM callbacks WHERE body = {Hex(body)}");

    private static Guid Id(JsonNode checkout) => Guid.ParseExact(((string)checkout["id"]!)["chk_".Length..], "N");

    private static string Hex(string body) => $"'\\x{Convert.ToHexString(Encoding.UTF8.GetBytes(body))}'";

    public sealed class BehindProxy(TestDatabase databases) : RegisteredPaybill(databases)
    {
        protected override string[] Settings => ["Proxy:KnownProxies:0=127.0.0.1", "Callbacks:AllowedNetworks:0=196.201.214.0/24", "Callbacks:AllowedNetworks:1=127.0.0.1"];
    }
}
