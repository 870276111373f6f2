using Xunit;

namespace Payments.Tests.Browser;

/// <summary>A newcomer at the first page of the laptop stack.</summary>
public sealed class HomeTests(Running running, Chromium chromium) : IClassFixture<Running>
{
    [Fact]
    public async Task A_newcomer_makes_a_checkout_and_pays_it_in_two_windows()
    {
        var page = await chromium.Visitor(width: 1100, height: 1000);
        await page.GotoAsync(running.Host.ApiUrl.ToString());
        await Chromium.LooksRight(page, "home");
        await page.FillAsync("#amount", "0");
        await page.EvaluateAsync("document.querySelector('form').noValidate = true");
        await page.ClickAsync("form button");
        await Assertions.Expect(page.Locator("#amount-problem")).ToBeVisibleAsync();

        await page.FillAsync("#amount", "150");
        await page.ClickAsync("form button");
        var pay = page.FrameLocator("iframe >> nth=0");
        await pay.Locator("#phone").FillAsync("0708 374 149");
        await pay.Locator("#prompt-form button").ClickAsync();
        var phone = page.FrameLocator("iframe >> nth=1");
        await Assertions.Expect(phone.Locator("#prompt-text")).ToContainTextAsync("KES 150");
        await Assertions.Expect(pay.Locator("h1")).ToContainTextAsync("Type your M-PESA PIN");
        await page.ScreenshotAsync(new() { Path = Path.Combine(Chromium.Pictures, "newcomer.png") });
        if (Environment.GetEnvironmentVariable("PAYMENTS_PICTURES") == "true")
        {
            // The one in the README.
            await page.ScreenshotAsync(new() { Path = Path.Combine(Chromium.Pictures, "../../docs/pictures/newcomer.png") });
        }

        await phone.Locator("#pin").FillAsync("1234");
        await phone.Locator("#pin").PressAsync("Enter");
        await Assertions.Expect(pay.Locator("h1")).ToHaveTextAsync("Paid");
        await Assertions.Expect(phone.Locator("body")).ToContainTextAsync("Confirmed. Ksh150.00 sent to");
        Assert.Empty(Chromium.Errors(page));
    }
}
