using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>No door is open because somebody forgot a lock: every address the service has is looked at, the next one too.</summary>
public sealed class DoorTests(RunningWithMetrics running) : IClassFixture<RunningWithMetrics>
{
    private readonly PaymentsHost host = running.Host;

    /// <summary>
    /// Open on purpose: callbacks (their token is the key), health, sign-in, what the gate of operators stands before, and pairing (the page asks who comes
    /// itself, the call wants the code: PairingTests); shoppers' pages (they look at the clientSecret themselves: PayPageTests), and the page at the beginning.
    /// </summary>
    private static readonly string[] Open = ["/callbacks/", "/api/mpesa/", "/health/", "/sign-in", "/sign-out", "/openapi/", "/docs", "/metrics", "/pair", "/api/pairing", "/pay/", "/pages/", "/js/"];

    [Fact]
    public void Every_call_asks_for_a_scope_and_every_operators_call_for_ops()
    {
        var calls = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(e => (Path: "/" + e.RoutePattern.RawText!.TrimStart('/'), Policies: e.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(a => a.Policy).ToList(), Open: e.Metadata.GetMetadata<IAllowAnonymous>()))
            .ToList();
        var api = calls.Where(c => c.Path != "/" && !Open.Any(open => c.Path.StartsWith(open, StringComparison.Ordinal))).ToList();

        Assert.True(api.Count > 20 && calls.Count > api.Count + 20, $"{api.Count} of {calls.Count}");
        Assert.All(api, call => Assert.True(call.Open is null && call.Policies.Any(policy => policy is "checkouts" or "payouts" or "ops" or "one_checkout"), $"{call.Path} asks for no scope"));
        Assert.All(api.Where(c => c.Path.StartsWith("/api/ops", StringComparison.Ordinal)), call => Assert.True(call.Policies.Contains("ops"), $"{call.Path} does not ask for ops"));
    }

    [Theory]
    [InlineData("GET", "/api/ops/callbacks")]
    [InlineData("POST", "/api/ops/callbacks/cb_00000000000000000000000000000000/replay")]
    [InlineData("GET", "/api/ops/receipts")]
    [InlineData("POST", "/api/ops/receipts/rct_00000000000000000000000000000000/match")]
    [InlineData("POST", "/api/ops/receipts/rct_00000000000000000000000000000000/refund")]
    [InlineData("GET", "/api/ops/cases")]
    [InlineData("POST", "/api/ops/cases/case_00000000000000000000000000000000/settle")]
    [InlineData("POST", "/api/ops/c2b/register")]
    [InlineData("POST", "/api/ops/keys")]
    [InlineData("GET", "/api/ops/balance")]
    public async Task A_shops_key_does_no_operators_work_and_no_key_does_none(string method, string path)
    {
        foreach (var (client, expected) in new[] { (host.Shop, HttpStatusCode.Forbidden), (host.OtherShop, HttpStatusCode.Forbidden), (host.Anonymous, HttpStatusCode.Unauthorized) })
        {
            using var request = new HttpRequestMessage(new(method), path) { Content = method == "POST" ? JsonContent.Create(new { }) : null };
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
            Assert.Equal(expected, (await client.SendAsync(request)).StatusCode);
        }
    }

    [Theory]
    [InlineData("/api/payouts", """{"method":"mpesa","recipient":"254708374149","amount":50,"reference":"M-1","status":"completed"}""")]
    [InlineData("/api/payouts", """{"method":"mpesa","recipient":"254708374149","amount":50,"reference":"M-1","client":"other"}""")]
    [InlineData("/api/payouts", """{"method":"mpesa","recipient":"254708374149","amount":50,"reference":"M-1","id":"pay_00000000000000000000000000000000"}""")]
    [InlineData("/api/ops/receipts/rct_00000000000000000000000000000000/match", """{"checkoutId":"chk_00000000000000000000000000000000","applied":5}""")]
    [InlineData("/api/ops/receipts/rct_00000000000000000000000000000000/refund", """{"amount":5,"recipient":"254708374149"}""")]
    [InlineData("/api/ops/cases/case_00000000000000000000000000000000/settle", """{"outcome":"paid","reason":"x","settledBy":"service"}""")]
    [InlineData("/api/ops/c2b/register", """{"version":"v2","confirmationUrl":"https://evil.example/"}""")]
    [InlineData("/api/ops/keys", """{"client":"x","scopes":["checkouts"],"key":"mine"}""")]
    public async Task A_field_that_is_not_the_callers_to_set_is_refused(string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        var answer = await host.Ops.SendAsync(request);
        Assert.Equal((400, "validation_failed"), await answer.Problem());
        Assert.Contains("There is no such field", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clientSecret_asks_ten_times_and_then_never_again()
    {
        var made = await host.Checkout("254700001032");
        await host.Until(made, "failed");
        using var browser = host.WithKey((string)made["clientSecret"]!);

        // The first prompt counts too: nine more.
        for (var i = 0; i < 9; i++)
        {
            Assert.Equal(HttpStatusCode.Accepted, (await browser.PostAsJsonAsync($"/api/checkouts/{made["id"]}/pay", new { phone = "254700001032" })).StatusCode);
            await host.Until(made, "failed");
        }

        Assert.Equal((429, "too_many_prompts"), await (await browser.PostAsJsonAsync($"/api/checkouts/{made["id"]}/pay", new { phone = "254700001032" })).Problem());
        Assert.Equal(HttpStatusCode.Accepted, (await host.Shop.PostAsJsonAsync($"/api/checkouts/{made["id"]}/pay", new { phone = "254700001032" })).StatusCode);
    }
}
