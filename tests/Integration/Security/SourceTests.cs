using System.Net;
using System.Text;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Where a callback came from is what the connection says, or what proxies that are known say of theirs, hop by hop.</summary>
public sealed class SourceTests(SourceTests.BehindProxies running) : IClassFixture<SourceTests.BehindProxies>
{
    private readonly PaymentsHost host = running.Host;

    [Theory]
    [InlineData("196.201.214.200", "196.201.214.200", "applied")]
    [InlineData("203.0.113.9", "203.0.113.9", "hint")]
    [InlineData("196.201.214.200, 203.0.113.9", "203.0.113.9", "hint")]
    [InlineData("196.201.214.200, 203.0.113.9, 10.1.2.3", "203.0.113.9", "hint")]
    [InlineData("203.0.113.9, 196.201.214.200, 10.1.2.3", "196.201.214.200", "applied")]
    [InlineData("10.1.2.3, 196.201.214.200", "196.201.214.200", "applied")]
    [InlineData("nonsense, 203.0.113.9", "203.0.113.9", "hint")]
    public async Task Each_hop_is_believed_only_if_the_next_one_is_known(string forwarded, string believed, string verdict)
    {
        var checkout = await host.Checkout(phone: null);
        var body = PaybillHost.Body(PaymentsHost.NewReceipt(), (string)checkout["orderReference"]!);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/callbacks/c2b/confirm/{running.Token}") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", forwarded);

        Assert.Equal(HttpStatusCode.OK, (await host.Anonymous.SendAsync(request)).StatusCode);

        Assert.Equal(verdict, await host.Verdict(body));
        Assert.Equal(believed, await host.Sql<string>($"SELECT source FROM callbacks WHERE body = '\\x{Convert.ToHexString(Encoding.UTF8.GetBytes(body))}'"));
        Assert.Equal(verdict == "applied" ? "paid" : "open", (string?)(await host.Get(checkout))["status"]);
    }

    [Fact]
    public async Task Without_a_known_proxy_no_header_makes_a_source_one_of_safaricoms()
    {
        await using var bare = await PaymentsHost.StartOn(host.ConnectionString, "Callbacks:AllowedNetworks:0=196.201.214.0/24");
        var checkout = await host.Checkout(phone: null);
        var body = PaybillHost.Body(PaymentsHost.NewReceipt(), (string)checkout["orderReference"]!);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/callbacks/c2b/confirm/{running.Token}") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var header in new[] { "X-Forwarded-For", "X-Real-IP", "X-Original-For", "CF-Connecting-IP", "True-Client-IP" })
        {
            request.Headers.TryAddWithoutValidation(header, "196.201.214.200");
        }

        request.Headers.TryAddWithoutValidation("Forwarded", "for=196.201.214.200");
        await bare.Anonymous.SendAsync(request);

        Assert.Equal("hint", await host.Verdict(body));
        Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);
    }

    [Fact]
    public async Task A_prompts_own_token_counts_from_anywhere()
    {
        var ringing = await host.Ringing();
        var (path, body) = host.SuccessCallback(ringing, PaymentsHost.NewReceipt());
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("X-Forwarded-For", "203.0.113.9");

        await host.Anonymous.SendAsync(request);

        await host.Until(ringing, "paid");
    }

    public sealed class BehindProxies(TestDatabase databases) : RegisteredPaybill(databases)
    {
        protected override string[] Settings =>
            ["Proxy:KnownProxies:0=127.0.0.1", "Proxy:KnownProxies:1=10.0.0.0/8", "Callbacks:AllowedNetworks:0=196.201.214.0/24", "Callbacks:AllowedNetworks:1=127.0.0.1"];
    }
}
