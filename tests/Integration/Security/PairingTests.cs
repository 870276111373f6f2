using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Identity;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>A shop's program gets its key and its webhook by an operator's word: what he saw, once, and nothing more.</summary>
public sealed partial class PairingTests(PairingTests.WithOperators running) : IClassFixture<PairingTests.WithOperators>
{
    private const string Return = "http://127.0.0.1:9/paired";

    private static int visitors;

    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task Agreed_a_program_gets_a_key_and_a_webhook_once()
    {
        await using var shop = await ShopEndpoint.Start();
        using var desk = await SignedIn("otto");
        var (verifier, challenge) = Pkce();
        var ask = Ask($"&webhook={Uri.EscapeDataString(shop.Url)}&state=a%26b&code_challenge={challenge}");
        var page = await desk.GetStringAsync(ask);
        foreach (var shown in new[] { "Shop &lt;One&gt;", "127.0.0.1:9", Return, "take payments", WebUtility.HtmlEncode(shop.Url) })
        {
            Assert.Contains(shown, page, StringComparison.Ordinal);
        }

        var answer = await Decide(desk, page, "agree", "webshop");
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var back = answer.Headers.Location!;
        Assert.StartsWith(Return + "?code=", back.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("&state=a%26b", back.ToString(), StringComparison.Ordinal);

        var code = System.Web.HttpUtility.ParseQueryString(back.Query)["code"]!;
        var both = await Task.WhenAll(Exchange(code, Return, verifier), Exchange(code, Return, verifier));
        var (status, paired) = Assert.Single(both, one => one.Status == HttpStatusCode.Created);
        Assert.Equal((HttpStatusCode.BadRequest, "pairing_code_invalid"), both.Where(one => one.Status != status).Select(one => (one.Status, (string?)one.Body["code"])).Single());

        // The key can do what was shown, and no more; the webhook is signed with the secret.
        Assert.Equal(("webshop", "checkouts"), ((string?)paired["client"], string.Join(' ', paired["scopes"]!.AsArray())));
        using var program = host.WithKey((string)paired["key"]!);
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("/api/checkouts")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await program.GetAsync("/api/payouts")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await program.GetAsync("/api/ops/keys")).StatusCode);
        Assert.StartsWith("whsec_", (string?)paired["webhook"]!["secret"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await program.PostAsync($"/api/webhooks/{paired["webhook"]!["id"]}/test", null)).StatusCode);
        Assert.Equal("webhook.test", Assert.Single(shop.All).Type);

        var log = await host.Sql<string>("SELECT string_agg(action || ' ' || actor, ', ' ORDER BY id) FROM audit_log WHERE action LIKE 'pairing.%'");
        Assert.Contains("pairing.agree operator/otto", log, StringComparison.Ordinal);
        Assert.Equal(1L, await host.Sql<long>($"SELECT count(*) FROM audit_log WHERE action = 'webhook.create' AND subject = '{paired["webhook"]!["id"]}'"));
        Assert.Contains("pairing.exchange pairing/", log, StringComparison.Ordinal);
        foreach (var table in new[] { "audit_log", "pairings", "api_keys", "webhooks", "idempotency_keys" })
        {
            Assert.Equal((table, 0L), (table, await host.Sql<long>($"SELECT count(*) FROM {table} t WHERE t::text LIKE '%{code}%' OR t::text LIKE '%{(string)paired["key"]!}%'")));
        }
    }

    [Theory]
    [InlineData("wrong return")]
    [InlineData("wrong verifier")]
    [InlineData("no verifier")]
    [InlineData("too late")]
    public async Task A_code_is_for_who_asked_and_not_for_long(string how)
    {
        using var desk = await SignedIn("otto");
        var (verifier, challenge) = Pkce();
        var answer = await Decide(desk, await desk.GetStringAsync(Ask($"&code_challenge={challenge}")), "agree", "webshop");
        var code = System.Web.HttpUtility.ParseQueryString(answer.Headers.Location!.Query)["code"]!;
        if (how == "too late")
        {
            await host.Sql<int>("UPDATE pairings SET expires_at = now() - interval '1 s'; SELECT 1");
        }

        var (status, body) = await Exchange(
            code, how == "wrong return" ? Return + "/" : Return, how switch { "wrong verifier" => Pkce().Verifier, "no verifier" => null, _ => verifier });
        Assert.Equal((HttpStatusCode.BadRequest, "pairing_code_invalid"), (status, (string?)body["code"]));

        // Nobody tries twice.
        Assert.Equal(HttpStatusCode.BadRequest, (await Exchange(code, Return, verifier)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Exchange("made up", Return, null)).Status);
    }

    [Fact]
    public async Task A_shop_that_has_enough_webhooks_gets_no_more_by_pairing()
    {
        await using var shop = await ShopEndpoint.Start();
        using var desk = await SignedIn("otto");
        var ask = Ask("&webhook=" + Uri.EscapeDataString(shop.Url));
        using var program = host.WithKey((string)(await Exchange(await Agree(), Return, null)).Body["key"]!);
        for (var more = 1; more < 19; more++)
        {
            Assert.Equal(HttpStatusCode.Created, (await program.PostAsJsonAsync("/api/webhooks", new { url = shop.Url })).StatusCode);
        }

        var (last, tooLate) = (await Agree(), await Agree());
        Assert.Equal(HttpStatusCode.Created, (await Exchange(last, Return, null)).Status);
        var (status, body) = await Exchange(tooLate, Return, null);
        Assert.Equal((HttpStatusCode.Conflict, "too_many_webhooks"), (status, (string?)body["code"]));
        Assert.Equal(2L, await host.Sql<long>("SELECT count(*) FROM api_keys WHERE client = 'busy'"));

        // The operator is told at once.
        var answer = await Decide(desk, await desk.GetStringAsync(ask), "agree", "busy");
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains("There are 20 webhooks already", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        async Task<string> Agree() =>
            System.Web.HttpUtility.ParseQueryString((await Decide(desk, await desk.GetStringAsync(ask), "agree", "busy")).Headers.Location!.Query)["code"]!;
    }

    [Fact]
    public async Task Declined_the_program_is_told()
    {
        using var desk = await SignedIn("otto");
        var answer = await Decide(desk, await desk.GetStringAsync(Ask("&state=7")), "decline", "");

        Assert.Equal($"{Return}?error=access_denied&state=7", answer.Headers.Location!.ToString());
        Assert.Equal("operator/otto", await host.Sql<string>("SELECT actor FROM audit_log WHERE action = 'pairing.decline' ORDER BY id DESC LIMIT 1"));
    }

    [Fact]
    public async Task Only_an_operator_agrees_and_only_on_our_own_form()
    {
        using var stranger = Visitor();
        var asked = await stranger.GetAsync(Ask());
        Assert.Equal(HttpStatusCode.Redirect, asked.StatusCode);
        Assert.StartsWith("/sign-in?returnUrl=%2Fpair%3Fapp", asked.Headers.Location!.ToString(), StringComparison.Ordinal);

        var tooLong = await stranger.GetAsync(Ask("&state=" + string.Concat(Enumerable.Repeat("%C3%A4", 400))));
        Assert.Equal(HttpStatusCode.BadRequest, tooLong.StatusCode);
        Assert.Contains("2000 characters", await tooLong.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        // From another site the session's cookie does not come along: one click on our page, and it does.
        using var request = new HttpRequestMessage(HttpMethod.Get, Ask());
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        var between = await stranger.SendAsync(request);
        Assert.Contains("<a href=\"/pair?app=", await between.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var viewer = await SignedIn("vera");
        Assert.Equal(HttpStatusCode.Forbidden, (await Decide(viewer, await viewer.GetStringAsync(Ask()), "agree", "webshop")).StatusCode);

        using var desk = await SignedIn("otto");
        var page = await desk.GetStringAsync(Ask());
        Assert.Equal(HttpStatusCode.BadRequest, (await Decide(desk, Regex.Replace(page, "(__RequestVerificationToken\" value=\"[^\"]{20}).", "$1-"), "agree", "webshop")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await Decide(desk, page, "agree", " ")).StatusCode);
        using var other = await SignedIn("vera");
        Assert.Equal(HttpStatusCode.BadRequest, (await Decide(other, page, "agree", "webshop")).StatusCode);
    }

    [Theory]
    [InlineData("app=&scopes=checkouts&return=https://shop.example/", "app must be")]
    [InlineData("app=x&scopes=checkouts,ops&return=https://shop.example/", "scopes must be")]
    [InlineData("app=x&scopes=payouts&return=https://shop.example/", "scopes must be")]
    [InlineData("app=x&scopes=&return=https://shop.example/", "scopes must be")]
    [InlineData("app=x&scopes=checkouts", "return must be")]
    [InlineData("app=x&scopes=checkouts&return=javascript:alert(1)", "return must be")]
    [InlineData("app=x&scopes=checkouts&return=//evil.example/", "return must be")]
    [InlineData("app=x&scopes=checkouts&return=http://shop.example/", "return must be")]
    [InlineData("app=x&scopes=checkouts&return=https://bank.example@evil.example/", "return must be")]
    [InlineData("app=x&scopes=checkouts&return=https://shop.example/%23x", "return must be")]
    [InlineData("app=x&scopes=checkouts&return=https://shop.example%3Bscript-src/", "return must be")]
    [InlineData("app=x&scopes=checkouts&return=https://shop.example%252f.evil.example/", "return must be")]
    [InlineData("app=x&scopes=checkouts&return=https://evil.example%5C@shop.example/", "return must be")]
    [InlineData("app=x&scopes=checkouts&return=http://[::1]:3000/", "return must be")]
    [InlineData("app=Shop%E2%80%AEx&scopes=checkouts&return=https://shop.example/", "app must be")]
    [InlineData("app=x&scopes=checkouts&return=https://shop.example/&webhook=ftp://shop.example/", "webhook must be")]
    [InlineData("app=x&scopes=checkouts&return=https://shop.example/&code_challenge=short", "code_challenge must be")]
    public async Task What_cannot_be_shown_is_refused_with_the_reason(string query, string reason)
    {
        using var desk = await SignedIn("otto");
        var answer = await desk.GetAsync("/pair?" + query);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(reason, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_leads_nowhere_but_to_what_it_shows()
    {
        using var desk = await SignedIn("otto");
        var answer = await desk.GetAsync(Ask());
        Assert.Contains("form-action 'self' http://127.0.0.1:9", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("<script", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
    }

    private static string Ask(string more = "") => $"/pair?app={Uri.EscapeDataString("Shop <One>")}&scopes=checkouts&return={Uri.EscapeDataString(Return)}{more}";

    private static (string Verifier, string Challenge) Pkce()
    {
        var verifier = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        return (verifier, Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(verifier))).TrimEnd('=').Replace('+', '-').Replace('/', '_'));
    }

    private async Task<(HttpStatusCode Status, JsonNode Body)> Exchange(string code, string back, string? verifier)
    {
        using var answer = await host.Anonymous.PostAsJsonAsync("/api/pairing", new { code, @return = back, codeVerifier = verifier });
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonNode>())!);
    }

    private static Task<HttpResponseMessage> Decide(HttpClient desk, string page, string decision, string client) => desk.PostAsync(
        "/pair",
        new FormUrlEncodedContent([
            .. Hidden().Matches(page).Select(field => new KeyValuePair<string, string>(field.Groups[1].Value, WebUtility.HtmlDecode(field.Groups[2].Value))),
            new("decision", decision), new("client", client)]));

    private HttpClient Visitor()
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new() }) { BaseAddress = host.ApiUrl };
        client.DefaultRequestHeaders.Add("X-Forwarded-For", $"203.0.113.{Interlocked.Increment(ref visitors)}");
        return client;
    }

    private async Task<HttpClient> SignedIn(string name)
    {
        var client = Visitor();
        var token = Hidden().Match(await client.GetStringAsync("/sign-in"));
        var answer = await client.PostAsync("/sign-in", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            [token.Groups[1].Value] = WebUtility.HtmlDecode(token.Groups[2].Value),
            ["name"] = name,
            ["password"] = name + "-s password",
        }));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return client;
    }

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\">")]
    private static partial Regex Hidden();

    public sealed class WithOperators(TestDatabase databases) : Running(databases)
    {
        private static readonly PasswordHasher<string> Hasher = new();

        protected override string[] Settings =>
        [
            "Proxy:KnownProxies:0=127.0.0.1",
            .. new[] { ("vera", "viewer"), ("otto", "operator") }.SelectMany((who, i) => new[]
            {
                $"Ops:Users:{i}:Name={who.Item1}", $"Ops:Users:{i}:Role={who.Item2}", $"Ops:Users:{i}:PasswordHash={Hasher.HashPassword("", who.Item1 + "-s password")}",
            }),
        ];
    }
}
