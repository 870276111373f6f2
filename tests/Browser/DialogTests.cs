using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Tests.Browser;

/// <summary>The pay page in a dialog of a shop's own page, which is of another origin.</summary>
public sealed class DialogTests(DialogTests.Shop shop, Chromium chromium) : IClassFixture<DialogTests.Shop>
{
    private const string Dialog = "dialog iframe";

    [Fact]
    public async Task It_opens_says_that_it_is_paid_and_closes()
    {
        var page = await chromium.Visitor(width: 1000, height: 900);
        var phone = "254700061001";
        await shop.Host.Script(phone, new { outcome = "ringing" });
        await page.GotoAsync($"{shop.Url}/?{await shop.Checkout()}");
        await page.ClickAsync("#buy");
        var frame = page.FrameLocator(Dialog);
        await frame.Locator("#phone").FillAsync(phone);
        await frame.Locator("#prompt-form button").ClickAsync();
        await Assertions.Expect(frame.Locator("h1")).ToContainTextAsync("Type your M-PESA PIN");
        await page.ScreenshotAsync(new() { Path = Path.Combine(Chromium.Pictures, "dialog.png") });

        // The shop's page is reloaded while the PIN is typed: the dialog goes on where it was.
        await page.ReloadAsync();
        await Assertions.Expect(frame.Locator("h1")).ToContainTextAsync("Type your M-PESA PIN");
        (await shop.Host.Simulator.PostAsJsonAsync($"/simulator/phones/{phone}/answer", new { outcome = "paid" })).EnsureSuccessStatusCode();
        await Assertions.Expect(page.Locator("#log")).ToContainTextAsync("paid");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("dialog")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator("#log")).ToContainTextAsync("closed paid");
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#buy")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("dialog")).ToHaveCountAsync(0);
        Assert.Empty(Chromium.Errors(page));
    }

    [Fact]
    public async Task A_message_that_is_not_the_pay_pages_pays_nothing()
    {
        var page = await chromium.Visitor();
        var query = await shop.Checkout();
        await page.GotoAsync($"{shop.Url}/?{query}");
        await page.ClickAsync("#buy");
        await Assertions.Expect(page.FrameLocator(Dialog).Locator("#phone")).ToBeVisibleAsync();
        await page.EvaluateAsync("id => postMessage({ payments: id, event: 'status', status: 'paid' }, '*')", query.Split('&')[0]["id=".Length..]);
        await Task.Delay(500);
        await Assertions.Expect(page.Locator("#log")).Not.ToContainTextAsync("paid");
        await page.ClickAsync("dialog button");
        await Assertions.Expect(page.Locator("#log")).ToContainTextAsync("closed open");
        await Assertions.Expect(page.Locator("#buy")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_page_that_is_not_configured_cannot_frame_it()
    {
        var page = await chromium.Visitor();
        await page.GotoAsync($"{shop.StrangerUrl}/?{await shop.Checkout()}");
        await page.ClickAsync("#buy");
        await Task.Delay(1500);
        await Assertions.Expect(page.FrameLocator(Dialog).Locator("#phone")).ToHaveCountAsync(0);
    }

    /// <summary>A shop's page of three lines and a button, at an origin that is configured and at one that is not.</summary>
    public sealed class Shop(TestDatabase databases) : IAsyncLifetime
    {
        private readonly List<WebApplication> pages = [];

        public PaymentsHost Host { get; private set; } = null!;

        public string Url { get; } = $"http://127.0.0.1:{ChildProcess.FreePort()}";

        public string StrangerUrl { get; } = $"http://127.0.0.1:{ChildProcess.FreePort()}";

        public async ValueTask InitializeAsync()
        {
            Host = await PaymentsHost.Start(databases, $"Cors:Origins:0={Url}");
            foreach (var url in new[] { Url, StrangerUrl })
            {
                var web = WebApplication.CreateSlimBuilder().Build();
                web.Urls.Add(url);
                web.MapGet("/", () => Results.Content(Page, "text/html; charset=utf-8"));
                await web.StartAsync();
                pages.Add(web);
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var page in pages)
            {
                await page.DisposeAsync();
            }

            await Host.DisposeAsync();
        }

        /// <summary>A checkout, as the query of the shop's page.</summary>
        public async Task<string> Checkout()
        {
            var answer = await Host.Shop.PostAsJsonAsync("/api/checkouts", new { amount = 20 });
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
            var checkout = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
            return $"id={checkout["id"]}&secret={checkout["clientSecret"]}";
        }

        private string Page =>
            $$"""
            <!doctype html><html lang="en"><title>Shop</title><button id="buy">Buy</button><p id="log"></p>
            <script src="{{Host.ApiUrl}}js/checkout.js"></script>
            <script>
              const query = new URLSearchParams(location.search), log = text => document.getElementById('log').append(text + ' ');
              const heard = { onPaid: () => log('paid'), onClosed: end => log('closed ' + end.status) };
              document.getElementById('buy').onclick = () => Payments.open({ id: query.get('id'), clientSecret: query.get('secret'), ...heard });
              Payments.resume(heard);
            </script>
            """;
    }
}
