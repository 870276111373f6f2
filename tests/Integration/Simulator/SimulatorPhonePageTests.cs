using System.Text.RegularExpressions;
using Xunit;

namespace Payments.Tests.Integration;

public sealed partial class SimulatorPhonePageTests : IAsyncLifetime
{
    private SimulatorRig rig = null!;

    public async ValueTask InitializeAsync() => rig = await SimulatorRig.Start();

    public async ValueTask DisposeAsync() => await rig.DisposeAsync();

    [Fact]
    public async Task The_page_fetches_nothing_from_elsewhere_and_runs_nothing_but_its_own_script()
    {
        using var response = await rig.Http.GetAsync("/simulator");
        var html = await response.Content.ReadAsStringAsync();
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch(Elsewhere(), html);
        // Text that came in over HTTP is set as text only.
        Assert.DoesNotContain("innerHTML", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Looking_at_the_phone_leaves_the_log_alone()
    {
        foreach (var path in new[] { "", "/prompts", "/nothing-here", "/health" })
        {
            await rig.Send(HttpMethod.Get, $"/simulator{path}");
        }

        Assert.Empty(await rig.Items("/simulator/requests"));
    }

    [GeneratedRegex("""(src|href)\s*=\s*"(?!data:)|https?://|url\(""", RegexOptions.CultureInvariant)]
    private static partial Regex Elsewhere();
}
