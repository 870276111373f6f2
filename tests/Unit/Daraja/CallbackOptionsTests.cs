using System.Net;
using Payments.Application.Common;
using Payments.Infrastructure.Callbacks;
using Payments.Infrastructure.Daraja;
using Xunit;

namespace Payments.Tests.Unit;

public sealed class CallbackOptionsTests
{
    [Theory]
    [InlineData("https://pay.example.co.ke", true)]
    [InlineData("https://pay.example.co.ke/shop", true)]
    [InlineData("http://pay.example.co.ke", false)]
    [InlineData("https://localhost", false)]
    [InlineData("https://shop.localhost", false)]
    [InlineData("https://196.201.214.200", false)]
    [InlineData("https://[2001:db8::1]", false)]
    [InlineData("https://2130706433", false)]
    [InlineData("https://shop.local", false)]
    [InlineData("https://shop.internal", false)]
    [InlineData("https://shop.internal.", false)]
    [InlineData("https://SHOP.LOCAL", false)]
    [InlineData("https://intranet", false)]
    [InlineData("https://user:word@pay.example.co.ke", false)]
    [InlineData("https://pay.example.co.ke/?a=b", false)]
    [InlineData("ftp://pay.example.co.ke", false)]
    [InlineData("pay.example.co.ke", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Only_an_address_that_safaricom_can_call_is_taken_outside_the_laptop(string? url, bool good) =>
        Assert.Equal(good, CallbackOptions.WhyNotCallable(url, isPublic: true) is null);

    [Theory]
    [InlineData("http://localhost:5080")]
    [InlineData("http://127.0.0.1:5080/")]
    public void The_laptop_may_be_called_on_itself(string url) => Assert.Null(CallbackOptions.WhyNotCallable(url, isPublic: false));

    [Fact]
    public void Every_problem_is_listed_and_no_secret_is_shown()
    {
        var options = new CallbackOptions
        {
            PublicBaseUrl = "http://localhost",
            Secrets = { "c2hvcnQ=", "not base64 at all" },
            AllowedNetworks = { "196.201.214.0/24", "somewhere" },
        };
        var problems = new CallbackOptionsValidator(isPublic: true).Problems(options).ToList();
        Assert.Equal(
            ["Callbacks__PublicBaseUrl", "Callbacks__Secrets__0", "Callbacks__Secrets__1", "Callbacks__AllowedNetworks__1"],
            problems.Select(p => p.Key));
        Assert.DoesNotContain(problems, p => p.ToString().Contains("c2hvcnQ") || p.ToString().Contains("not base64 at all"));
        Assert.Contains(new CallbackOptionsValidator(isPublic: false).Problems(new CallbackOptions()), p => p.Key == "Callbacks__Secrets__0");
    }

    [Theory]
    [InlineData("196.201.214.200", true)]
    [InlineData("::ffff:196.201.214.200", true)]
    [InlineData("196.201.213.44", true)]
    [InlineData("196.201.213.45", false)]
    [InlineData("10.0.0.1", false)]
    public void An_allowed_network_takes_its_own_addresses_only(string address, bool allowed)
    {
        var networks = new CallbackNetworks(["196.201.214.0/24", "196.201.213.44"], DarajaEnvironment.Production);
        Assert.Equal(allowed, networks.AllowsC2b(IPAddress.Parse(address)));
        Assert.Equal(allowed, networks.IsSafaricoms(IPAddress.Parse(address)));
        Assert.False(networks.AllowsC2b(null));
    }

    [Theory]
    [InlineData("196.201.214.200", true)]
    [InlineData("196.201.212.132", true)]
    [InlineData("196.201.212.130", true)]
    [InlineData("196.201.212.131", true)]
    [InlineData("196.201.212.139", true)]
    [InlineData("196.201.214.201", false)]
    [InlineData("127.0.0.1", false)]
    public void In_production_safaricoms_published_addresses_are_the_default_and_any_is_said_with_a_word(string address, bool published)
    {
        var source = IPAddress.Parse(address);
        Assert.Equal(published, new CallbackNetworks([], DarajaEnvironment.Production).AllowsC2b(source));
        Assert.True(new CallbackNetworks([], DarajaEnvironment.Sandbox).AllowsC2b(source));
        Assert.True(new CallbackNetworks([], DarajaEnvironment.Simulator).AllowsC2b(source));
        Assert.True(new CallbackNetworks([CallbackOptions.Anywhere], DarajaEnvironment.Production).AllowsC2b(source));
        Assert.Equal(published, new CallbackNetworks([CallbackOptions.Published, "10.0.0.0/8"], DarajaEnvironment.Sandbox).AllowsC2b(source));
        Assert.True(new CallbackNetworks([CallbackOptions.Published, "10.0.0.0/8"], DarajaEnvironment.Production).AllowsC2b(IPAddress.Parse("10.1.2.3")));

        // Who is exempt from a stranger's limits is another question than who may be believed.
        Assert.Equal(published, new CallbackNetworks([], DarajaEnvironment.Sandbox).IsSafaricoms(source));
        Assert.Equal(published, new CallbackNetworks([CallbackOptions.Anywhere], DarajaEnvironment.Production).IsSafaricoms(source));
    }

    [Theory]
    [InlineData("any", true)]
    [InlineData("ANY", false)]
    [InlineData("any,10.0.0.0/8", false)]
    [InlineData("safaricom", true)]
    [InlineData("safaricom,196.201.212.130", true)]
    [InlineData("Safaricom's", false)]
    [InlineData("10.0.0.0/8", true)]
    public void Networks_are_networks_or_the_word_any_alone(string configured, bool valid)
    {
        var options = new CallbackOptions();
        foreach (var entry in configured.Split(','))
        {
            options.AllowedNetworks.Add(entry);
        }

        Assert.Equal(valid, !new CallbackOptionsValidator(isPublic: false).Problems(options).Any(p => p.Key.StartsWith("Callbacks__AllowedNetworks", StringComparison.Ordinal)));
    }
}
