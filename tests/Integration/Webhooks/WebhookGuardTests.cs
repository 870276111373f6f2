using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Webhooks;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Hosting;
using Payments.Infrastructure.Network;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Outside local use nothing is sent into an inner network, whatever a name or a redirect says.</summary>
public sealed class WebhookGuardTests
{
    private static readonly WebhookMessage Message = WebhookMessage.Of("evt_1", "webhook.test", DateTimeOffset.UnixEpoch, "{}");

    [Theory]
    [InlineData("http://shop.example.co.ke/hooks", "https")]
    [InlineData("https://127.0.0.1/hooks", "inner network")]
    [InlineData("https://10.0.0.7/hooks", "inner network")]
    [InlineData("https://169.254.169.254/latest", "inner network")]
    [InlineData("https://[::1]/hooks", "inner network")]
    [InlineData("https://[::ffff:192.168.1.1]/hooks", "inner network")]
    [InlineData("https://intranet.example/hooks", "inner network")]
    [InlineData("https://nowhere.example/hooks", "no such name")]
    public async Task An_address_that_is_not_sent_to_is_refused_with_the_reason(string url, string reason)
    {
        using var services = Services("Sandbox", host => host switch
        {
            "intranet.example" => [IPAddress.Parse("172.16.0.9")],
            "nowhere.example" => throw new SocketException((int)SocketError.HostNotFound),
            _ => [IPAddress.Parse("203.0.114.9")],
        });

        Assert.Contains(reason, await services.GetRequiredService<IWebhookEndpoints>().FindProblem(url, CancellationToken.None), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_moves_inside_later_gets_nowhere()
    {
        using var inner = new TcpListener(IPAddress.Loopback, 0);
        inner.Start();
        using var services = Services("Sandbox", _ => [IPAddress.Loopback]);

        var tried = await services.GetRequiredService<IWebhookEndpoints>().Send(
            $"https://rebound.example:{((IPEndPoint)inner.LocalEndpoint).Port}/", Message, [WebhookMessage.NewSecret()], CancellationToken.None);

        Assert.Equal("rebound.example is of an inner network, and nothing is sent there.", tried.Error);
        Assert.False(inner.Pending());
    }

    [Fact]
    public async Task On_a_laptop_the_laptop_is_sent_to()
    {
        await using var shop = await ShopEndpoint.Start();
        using var services = Services("Simulator", _ => [IPAddress.Loopback]);
        var endpoints = services.GetRequiredService<IWebhookEndpoints>();

        Assert.Null(await endpoints.FindProblem(shop.Url, CancellationToken.None));
        Assert.Null((await endpoints.Send(shop.Url, Message, [WebhookMessage.NewSecret()], CancellationToken.None)).Error);
        Assert.Single(shop.All);
    }

    private static ServiceProvider Services(string environment, Func<string, IPAddress[]> resolve)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Daraja:Environment"] = environment,
            ["Daraja:Shortcode"] = "174379",
            ["Callbacks:PublicBaseUrl"] = "https://pay.example.co.ke",
            ["Callbacks:Secrets:0"] = Convert.ToBase64String(new byte[32]),
        }).Build();
        return new ServiceCollection().AddLogging().AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider())
            .AddSingleton(new NameResolver((host, _) => Task.FromResult(resolve(host))))
            .AddInfrastructure("Host=127.0.0.1;Port=1;Timeout=2", Roles.None, new("", "")).AddDaraja(configuration).BuildServiceProvider();
    }
}
