using System.Net;
using Payments.Infrastructure;
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
        var problems = options.Validate(isPublic: true).ToList();
        Assert.Equal(
            ["Callbacks__PublicBaseUrl", "Callbacks__Secrets__0", "Callbacks__Secrets__1", "Callbacks__AllowedNetworks__1"],
            problems.Select(p => p.Key));
        Assert.DoesNotContain(problems, p => p.ToString().Contains("c2hvcnQ") || p.ToString().Contains("not base64 at all"));
        Assert.Contains(new CallbackOptions().Validate(isPublic: false), p => p.Key == "Callbacks__Secrets__0");
    }

    [Theory]
    [InlineData("196.201.214.200", true)]
    [InlineData("::ffff:196.201.214.200", true)]
    [InlineData("196.201.213.44", true)]
    [InlineData("196.201.213.45", false)]
    [InlineData("10.0.0.1", false)]
    public void An_allowed_network_takes_its_own_addresses_only(string address, bool allowed)
    {
        var options = new CallbackOptions { AllowedNetworks = { "196.201.214.0/24", "196.201.213.44" } };
        Assert.Equal(allowed, options.Allows(IPAddress.Parse(address)));
        Assert.False(options.Allows(null));
        Assert.True(new CallbackOptions().Allows(IPAddress.Parse(address)));
    }
}
