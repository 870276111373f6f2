using Xunit;

namespace Payments.Tests.Browser;

/// <summary>The API's documentation.</summary>
public sealed class DocsTests(Running running, Chromium chromium) : IClassFixture<Running>
{
    [Fact]
    public async Task It_shows_our_calls_and_nothing_of_others()
    {
        var page = await chromium.Visitor(width: 1300, height: 1000);
        var asked = new List<string>();
        page.Context.Request += (_, request) => asked.Add(request.Url);
        await page.GotoAsync(new Uri(running.Host.ApiUrl, "/docs").ToString());
        await Assertions.Expect(page.Locator("body")).ToContainTextAsync("Create a checkout", new() { Timeout = 30_000 });
        await page.GetByText("Create a checkout").First.ClickAsync();
        await Task.Delay(1000);
        var text = await page.Locator("body").InnerTextAsync();
        Assert.DoesNotMatch(@"(?i)\b(ask ai|share|deploy|open api client|generate mcp|developer tools)\b", text);

        // Only what is shown inline has another scheme.
        Assert.All(asked, url => Assert.True(
            url.StartsWith(running.Host.ApiUrl.ToString(), StringComparison.Ordinal) || url.StartsWith("data:", StringComparison.Ordinal) || url.StartsWith("blob:", StringComparison.Ordinal), url));
        Assert.Empty(Chromium.Errors(page));
        await page.ScreenshotAsync(new() { Path = Path.Combine(Chromium.Pictures, "docs.png") });
    }
}
