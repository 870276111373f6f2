using System.Text.RegularExpressions;
using Xunit;

namespace Payments.Tests.Integration;

public sealed partial class SimulatorPhonePageTests : IAsyncLifetime
{
    private SimulatorRig rig = null!;

    public async ValueTask InitializeAsync() => rig = await SimulatorRig.Start();

    public async ValueTask DisposeAsync() => await rig.DisposeAsync();

    [Theory]
    [InlineData("/simulator", "text/html")]
    [InlineData("/simulator/phone.css", "text/css")]
    [InlineData("/simulator/phone.js", "text/javascript")]
    public async Task The_page_fetches_nothing_from_elsewhere_and_runs_nothing_but_its_own_files(string path, string type)
    {
        using var response = await rig.Http.GetAsync(path);
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch(Elsewhere(), text);
        // Text that came in over HTTP is set as text only.
        Assert.DoesNotMatch(Markup(), text);
    }

    [Fact]
    public async Task Pages_of_this_machine_may_show_the_phone_in_a_frame()
    {
        using var response = await rig.Http.GetAsync("/simulator?compact");
        Assert.EndsWith(
            "frame-ancestors 'self' http://localhost:* http://127.0.0.1:*",
            Assert.Single(response.Headers.GetValues("Content-Security-Policy")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Looking_at_the_phone_leaves_the_log_alone()
    {
        foreach (var path in new[] { "", "/prompts", "/nothing-here", "/health", "/phone.js", $"/phones/{SimulatorRig.Phone}/held" })
        {
            await rig.Send(HttpMethod.Get, $"/simulator{path}");
        }

        Assert.Empty(await rig.Items("/simulator/requests"));
    }

    [Fact]
    public async Task The_logs_can_be_asked_for_their_newest_lines_alone()
    {
        await rig.Push();
        await rig.Shop.Next();
        await rig.Push();
        await rig.Shop.Next();
        var last = Assert.Single(await rig.Items("/simulator/requests?last=1"));
        Assert.Equal("/mpesa/stkpush/v1/processrequest", last.GetProperty("path").GetString());
        Assert.Single(await rig.Items("/simulator/deliveries?last=1"));
    }

    [GeneratedRegex("""(src|href)\s*=\s*"(?!data:|/simulator/)|https?://|url\(""", RegexOptions.CultureInvariant)]
    private static partial Regex Elsewhere();

    [GeneratedRegex("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\(", RegexOptions.CultureInvariant)]
    private static partial Regex Markup();
}
