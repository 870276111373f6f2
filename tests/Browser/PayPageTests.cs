using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace Payments.Tests.Browser;

/// <summary>A shopper at the pay page, on the real service with the simulated M-PESA.</summary>
public sealed partial class PayPageTests(RegisteredPaybill running, Chromium chromium) : IClassFixture<RegisteredPaybill>
{
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task A_shopper_pays_and_has_a_receipt()
    {
        var page = await chromium.Visitor();
        var phone = await Ring("paid-by-page");
        var checkout = await Open(page, new { amount = 1500, orderReference = PaymentsHost.NewReference(), description = "Two chairs", returnUrl = "https://shop.example.co.ke/thanks?order=7#top" });
        await Expect(page, "Pay with M-PESA");
        await Expect(page.Locator(".amount dd")).ToHaveTextAsync("KES 1,500");
        await Chromium.LooksRight(page, "pay-open");

        await Prompt(page, phone);
        await Expect(page, "Type your M-PESA PIN on 2547");
        await Chromium.LooksRight(page, "pay-type-pin");
        await Answer(phone, "paid");
        await Expect(page, "Paid");
        var paid = (await host.Shop.GetFromJsonAsync<JsonNode>($"/api/checkouts/{checkout["id"]}"))!;
        await Expect(page.Locator(".receipt")).ToContainTextAsync((string)paid["payment"]!["receipt"]!);
        await Expect(page.Locator("[data-return]")).ToHaveAttributeAsync("href", $"https://shop.example.co.ke/thanks?order=7&checkout={checkout["id"]}#top");
        await Expect(page.Locator("#prompt-form")).ToHaveCountAsync(0);
        await Expect(page.Locator("[data-print]")).ToBeVisibleAsync();
        await Chromium.LooksRight(page, "pay-paid");

        await page.ReloadAsync();
        await Expect(page, "Paid");
    }

    [Theory]
    [InlineData("cancelled", "The prompt was cancelled", "Ombi lilighairiwa")]
    [InlineData("wrong_pin", "The PIN was wrong", "PIN haikuwa sahihi")]
    [InlineData("insufficient_funds", "There is not enough money", "Hakuna pesa za kutosha")]
    [InlineData("unreachable", "The phone could not be reached", "Simu haikupatikana")]
    [InlineData("expired", "The prompt's time ran out", "Muda wa ombi uliisha")]
    [InlineData("1001", "M-PESA is busy with something else on this number", "M-PESA inashughulikia jambo jingine")]
    [InlineData("4", "This would go beyond the day's M-PESA limit", "Hii ingezidi kikomo cha M-PESA cha siku")]
    public async Task What_went_wrong_and_what_to_do_now_is_said_in_either_language(string outcome, string english, string swahili)
    {
        var page = await chromium.Visitor();
        var phone = await Ring("why " + outcome);
        await Open(page, new { amount = 20 });
        await Prompt(page, phone);
        await Expect(page, "Type your M-PESA PIN");
        await Answer(phone, outcome);
        await Expect(page, "Not paid");
        await Expect(page.Locator("#view")).ToContainTextAsync(english);
        await Chromium.LooksRight(page, "pay-failed-" + outcome);

        // What was typed is still there, and in the other language too the page knows where it was.
        await Expect(page.Locator("#phone")).ToHaveValueAsync(phone);
        await page.ClickAsync("#language");
        await Expect(page, "Haijalipwa");
        await Expect(page.Locator("#view")).ToContainTextAsync(swahili);
        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "sw");
        await page.ReloadAsync();
        await Expect(page, "Haijalipwa");
        if (outcome == "1001")
        {
            await Expect(page.Locator("[data-seconds]")).ToHaveTextAsync(WaitText());
            await Expect(page.Locator("#prompt-form button")).ToHaveAttributeAsync("aria-disabled", "true");
        }
    }

    [Fact]
    public async Task Failed_then_paid()
    {
        var page = await chromium.Visitor();
        var phone = await Ring("failed then paid");
        await Open(page, new { amount = 20 });
        await Prompt(page, phone);
        await Expect(page, "Type your M-PESA PIN");
        await Answer(phone, "cancelled");
        await Expect(page, "Not paid");
        await page.ClickAsync("#prompt-form button");
        await Expect(page, "Type your M-PESA PIN");
        await Answer(phone, "paid");
        await Expect(page, "Paid");
    }

    [Fact]
    public async Task Two_tabs_send_one_prompt_and_both_show_the_end()
    {
        var first = await chromium.Visitor();
        var phone = await Ring("two tabs");
        var checkout = await Open(first, new { amount = 20 });
        var second = await first.Context.NewPageAsync();
        await second.GotoAsync((string)checkout["payUrl"]!);
        await Expect(second, "Pay with M-PESA");
        await first.FillAsync("#phone", phone);
        await second.FillAsync("#phone", phone);
        await Task.WhenAll(new[] { first, second }.Select(tab => tab.EvaluateAsync("document.getElementById('prompt-form').requestSubmit()")));
        await Expect(first, "Type your M-PESA PIN");
        await Expect(second, "Type your M-PESA PIN");
        Assert.Single((await host.Get(checkout))["attempts"]!.AsArray());
        await first.ReloadAsync();
        await Expect(first, "Type your M-PESA PIN");
        Assert.Single((await host.Get(checkout))["attempts"]!.AsArray());

        await Answer(phone, "paid");
        await Expect(first, "Paid");
        await Expect(second, "Paid");
    }

    [Fact]
    public async Task A_number_that_is_none_is_told_at_the_field_in_the_language_of_the_page()
    {
        var page = await chromium.Visitor("sw-KE");
        await Open(page, new { amount = 20 });
        await page.FillAsync("#phone", "12345");
        await page.ClickAsync("#prompt-form button");
        await Expect(page.Locator("#phone-problem")).ToContainTextAsync("Hii si namba ya simu ya Kenya");
        await Expect(page.Locator("#phone")).ToBeFocusedAsync();
        await Expect(page.Locator("#phone")).ToHaveValueAsync("12345");
        await Chromium.LooksRight(page, "pay-wrong-number");
    }

    [Fact]
    public async Task Paid_by_hand_with_what_the_page_shows()
    {
        var page = await chromium.Visitor();
        var checkout = await Open(page, new { amount = 60, orderReference = PaymentsHost.NewReference() });
        await page.ClickAsync("#by-hand summary");
        await Expect(page.Locator("#by-hand .qr")).ToBeVisibleAsync();
        await page.ClickAsync("#by-hand [data-copy] >> nth=1");
        Assert.Equal((string?)checkout["account"], await page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        await Chromium.LooksRight(page, "pay-by-hand");

        // A part first, and then the account with a slip of the finger in it.
        await ByHand(checkout, 25);
        await Expect(page, "Paid in part");
        await Expect(page.Locator("#view")).ToContainTextAsync("KES 25 has come. KES 35 is still to pay.");
        await Chromium.LooksRight(page, "pay-in-part");
        await ByHand(checkout, 35, ((string)checkout["account"]!).ToLowerInvariant() + " ");
        await Expect(page, "Paid");
        await Expect(page.Locator(".receipt > div")).ToHaveCountAsync(6);
    }

    [Fact]
    public async Task I_have_paid_finds_the_payment_tells_what_is_none_and_asks_about_what_is_not_known()
    {
        var page = await chromium.Visitor();
        var checkout = await Open(page, new { amount = 70, orderReference = PaymentsHost.NewReference() });
        await page.ClickAsync("#have-paid summary");
        await Code(page, "hello");
        await Expect(page.Locator("#code-problem")).ToContainTextAsync("This is no M-PESA code");
        await Expect(page.Locator("#code")).ToBeFocusedAsync();
        await Chromium.LooksRight(page, "pay-code-wrong");
        await Code(page, "UAA1AAAA1A");
        await Expect(page.Locator("#have-paid [role=alert]")).ToContainTextAsync("We do not know this code yet and are asking Safaricom");

        // To an account that is nobody's: the message is all the customer has.
        var lost = (string)(await host.PayByHand(70, "NOBODY"))["receipt"]!;
        await PaymentsHost.Eventually(async () => await host.Sql<bool>($"SELECT EXISTS (SELECT FROM receipts WHERE receipt = '{lost}')"), "the money has come");
        await Code(page, $"{lost} Confirmed. Ksh70.00 sent to SHOP for account NOBODY on 1/12/26.");
        await Expect(page, "Paid");

        var other = await Open(page, new { amount = 70 });
        await page.ClickAsync("#have-paid summary");
        await Code(page, lost);
        await Expect(page.Locator("#have-paid [role=alert]")).ToContainTextAsync("This code has paid for something else already");
        Assert.Equal("open", (string?)(await host.Get(other))["status"]);
        Assert.Equal("paid", (string?)(await host.Get(checkout))["status"]);
        await Chromium.LooksRight(page, "pay-code-used");
    }

    [Fact]
    public async Task More_than_was_asked_is_said_and_what_is_given_back_too()
    {
        var page = await chromium.Visitor();
        var checkout = await Open(page, new { amount = 60, orderReference = PaymentsHost.NewReference() });
        await ByHand(checkout, 100);
        await Expect(page, "Paid");
        await Expect(page.Locator("#view")).ToContainTextAsync("You paid KES 40 more than was asked.");
        await Chromium.LooksRight(page, "pay-overpaid");

        // By an operator; the shopper looks at his receipt once more.
        using var refund = new HttpRequestMessage(HttpMethod.Post, $"/api/checkouts/{checkout["id"]}/refunds")
        {
            Content = JsonContent.Create(new { reason = "Paid too much" }),
            Headers = { { "Idempotency-Key", Guid.NewGuid().ToString() } },
        };
        var given = (await (await host.Shop.SendAsync(refund)).EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonNode>())!;
        await PaymentsHost.Eventually(
            async () => (string?)(await host.Shop.GetFromJsonAsync<JsonNode>($"/api/refunds/{given["id"]}"))!["status"] == "completed", "it is given back", 60);
        await page.ReloadAsync();
        await Expect(page.Locator("#view")).ToContainTextAsync("KES 100 was given back to you.");
    }

    [Fact]
    public async Task While_prompts_do_not_work_it_says_so_and_shows_how_to_pay_by_hand()
    {
        await using var other = await PaymentsHost.Start(running.Databases, "Daraja:Breaker:LeastCalls=3", "Daraja:Breaker:Break=00:00:30");
        (await other.Simulator.PutAsJsonAsync("/simulator/apis/stk", new { error = "html-503" })).EnsureSuccessStatusCode();
        for (var i = 0; i < 4; i++)
        {
            await other.Checkout($"25470005001{i}");
        }

        var page = await chromium.Visitor();
        await page.GotoAsync((string)(await (await other.Shop.PostAsJsonAsync("/api/checkouts", new { amount = 20 })).Content.ReadFromJsonAsync<JsonNode>())!["payUrl"]!);
        await Prompt(page, NewPhone("prompts down"));
        await Expect(page.Locator("#view [role=alert]")).ToContainTextAsync("M-PESA's prompts are not working at this moment");
        await Expect(page.Locator("#by-hand .qr")).ToBeVisibleAsync();
        await Expect(page.Locator("#prompt-form button")).ToHaveAttributeAsync("aria-disabled", "true");
        await Chromium.LooksRight(page, "pay-prompts-down");
    }

    [Fact]
    public async Task It_looks_as_the_shop_says()
    {
        var logo = Path.Combine(Path.GetTempPath(), $"payments-logo-{Guid.NewGuid():N}.svg");
        await File.WriteAllTextAsync(logo, """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 40"><rect width="60" height="40" fill="#f5b301"/></svg>""");
        try
        {
            await using var other = await PaymentsHost.Start(
                running.Databases, "Shop:Name=Duka & Sons", "Shop:Color=#f5b301", $"Shop:LogoPath={logo}", "Shop:Contact=Questions? Write to help@shop.example.co.ke");
            var page = await chromium.Visitor();
            await page.GotoAsync((string)(await (await other.Shop.PostAsJsonAsync("/api/checkouts", new { amount = 20 })).Content.ReadFromJsonAsync<JsonNode>())!["payUrl"]!);
            await Expect(page, "Pay with M-PESA");
            await Expect(page.Locator(".shop")).ToHaveTextAsync("Duka & Sons");
            await Expect(page.Locator("footer")).ToContainTextAsync("help@shop.example.co.ke");
            Assert.Equal("rgb(0, 0, 0)", await page.EvaluateAsync<string>("getComputedStyle(document.querySelector('#prompt-form button')).color"));
            Assert.True(await page.EvaluateAsync<bool>("document.querySelector('header img').naturalWidth > 0"));
            await Chromium.LooksRight(page, "pay-shop");
        }
        finally
        {
            File.Delete(logo);
        }
    }

    [Fact]
    public async Task Without_JavaScript_a_form_and_a_page_that_loads_itself_again_do()
    {
        var page = await chromium.Visitor(hasScript: false);
        var phone = await Ring("no script");
        var checkout = await Make(new { amount = 20 });
        await page.GotoAsync((string)checkout["payUrl"]!);
        await page.FillAsync("#secret", ((string)checkout["payUrl"]!).Split('#')[1]);
        await page.ClickAsync("#view button");
        await Expect(page, "Pay with M-PESA");
        await page.FillAsync("#phone", "077");
        await page.ClickAsync("#prompt-form button");
        await Expect(page.Locator("#phone-problem")).ToBeVisibleAsync();
        await page.FillAsync("#phone", phone);
        await page.ClickAsync("#prompt-form button");
        await Expect(page, "Type your M-PESA PIN");
        await Answer(phone, "paid");
        await Expect(page, "Paid");
        await Expect(page.Locator("[data-print]")).ToBeHiddenAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("#chk_01a22f9afc67779497e12533743d7d1e_secret_00000000")]
    [InlineData("#%zz")]
    public async Task Without_its_secret_nothing_of_the_order_is_shown(string fragment)
    {
        var page = await chromium.Visitor();
        var checkout = await Make(new { amount = 4321, description = "Two chairs", phone = await Ring("secret" + fragment) });
        await page.GotoAsync(((string)checkout["payUrl"]!).Split('#')[0] + fragment);
        await Expect(page, fragment.Length == 0 ? "This address is not complete" : "There is no payment at this address");
        var all = await page.ContentAsync();
        Assert.DoesNotContain("4,321", all, StringComparison.Ordinal);
        Assert.DoesNotContain("Two chairs", all, StringComparison.Ordinal);
        Assert.DoesNotContain((string)checkout["account"]!, all, StringComparison.Ordinal);
        await Chromium.LooksRight(page, fragment.Length == 0 ? "pay-nothing" : "pay-nothing-wrong");
    }

    [Fact]
    public async Task A_week_after_the_end_its_secret_opens_nothing()
    {
        var page = await chromium.Visitor();
        var checkout = await Make(new { amount = 4321 });
        (await host.Shop.PostAsync($"/api/checkouts/{checkout["id"]}/cancel", null)).EnsureSuccessStatusCode();
        await host.Sql<int>($"UPDATE checkouts SET ended_at = now() - interval '8 days' WHERE id = '{Guid.ParseExact(((string)checkout["id"]!)[4..], "N")}'; SELECT 1");
        await page.GotoAsync((string)checkout["payUrl"]!);
        await Expect(page, "There is no payment at this address");
    }

    [Fact]
    public async Task Cancelled_and_expired_say_so()
    {
        var page = await chromium.Visitor();
        var checkout = await Open(page, new { amount = 20 });
        (await host.Shop.PostAsync($"/api/checkouts/{checkout["id"]}/cancel", null)).EnsureSuccessStatusCode();
        await Expect(page, "The shop has cancelled this payment");
        await Chromium.LooksRight(page, "pay-cancelled");

        checkout = await Open(page, new { amount = 20 });
        await host.Sql<int>($"UPDATE checkouts SET expires_at = created_at + interval '1 millisecond' WHERE id = '{Guid.ParseExact(((string)checkout["id"]!)[4..], "N")}'; SELECT 1");
        await Expect(page, "The time for this payment is over", 40_000);
        await Chromium.LooksRight(page, "pay-expired");
    }

    [Fact]
    public async Task A_callback_that_never_comes_is_found_out_about_while_the_page_waits()
    {
        var page = await chromium.Visitor();
        var phone = NewPhone("no callback");
        await host.Script(phone, new { outcome = "paid", callback = "never" });
        await Open(page, new { amount = 20 });
        await Prompt(page, phone);
        await Expect(page, "Paid", 60_000);
    }

    [Fact]
    public async Task A_line_that_is_cut_while_the_PIN_is_typed_loses_nothing()
    {
        var page = await chromium.Visitor();
        var phone = await Ring("line lost");
        await Open(page, new { amount = 20 });
        await Prompt(page, phone);
        await Expect(page, "Type your M-PESA PIN");
        await page.Context.SetOfflineAsync(true);
        await Answer(phone, "paid");
        await Expect(page.Locator("#line")).ToContainTextAsync("Your line is interrupted", 30_000);
        await Expect(page, "Type your M-PESA PIN");
        await page.Context.SetOfflineAsync(false);
        await Expect(page, "Paid", 20_000);
        await Expect(page.Locator("#line")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_service_that_is_started_anew_while_the_page_waits_loses_nothing()
    {
        await using var other = await PaymentsHost.Start(running.Databases);
        var page = await chromium.Visitor();
        var phone = NewPhone("restart");
        await other.Script(phone, new { outcome = "ringing" });
        var checkout = (await (await other.Shop.PostAsJsonAsync("/api/checkouts", new { amount = 20 })).Content.ReadFromJsonAsync<JsonNode>())!;
        await page.GotoAsync((string)checkout["payUrl"]!);
        await Prompt(page, phone);
        await Expect(page, "Type your M-PESA PIN");
        await other.RestartApi(async () =>
        {
            await Expect(page.Locator("#line")).ToBeVisibleAsync(20_000);
            await Expect(page, "Type your M-PESA PIN");
        });
        (await other.Simulator.PostAsJsonAsync($"/simulator/phones/{phone}/answer", new { outcome = "paid" })).EnsureSuccessStatusCode();
        await Expect(page, "Paid", 40_000);
        await Expect(page.Locator("#line")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Paid_is_shown_soon_after_the_callback()
    {
        var took = new List<double>();
        for (var i = 0; i < 7; i++)
        {
            var page = await chromium.Visitor();
            var phone = await Ring($"soon {i}");
            await Open(page, new { amount = 20 });
            await Prompt(page, phone);
            await Expect(page, "Type your M-PESA PIN");

            // The page itself looks at every change of itself: no poll of the test's own is in the figure.
            await page.EvaluateAsync(
                """
                () => new MutationObserver(() => { if (!window.paidAt && document.querySelector('[data-status=paid]')) window.paidAt = Date.now(); })
                    .observe(document.getElementById('view'), { childList: true })
                """);
            await Answer(phone, "paid");
            await Expect(page, "Paid");
            var told = (await host.Simulator.GetFromJsonAsync<JsonNode>("/simulator/deliveries"))!["items"]!.AsArray().Last(one => one!["body"]!.ToString().Contains("\"ResultCode\":0", StringComparison.Ordinal) || one["body"]!.ToString().Contains("\"ResultCode\": 0", StringComparison.Ordinal));
            took.Add(await page.EvaluateAsync<double>("window.paidAt") - ((DateTimeOffset)told!["at"]!).ToUnixTimeMilliseconds());
            await page.Context.CloseAsync();
        }

        var median = took.Order().ElementAt(took.Count / 2);
        TestContext.Current.TestOutputHelper?.WriteLine($"from the callback to paid on the page: {string.Join(", ", took)} ms");
        Assert.True(median < 300, $"the median is {median} ms of {string.Join(", ", took)}");
    }

    [Fact]
    public async Task Back_from_the_shop_the_page_is_up_to_date()
    {
        var page = await chromium.Visitor();
        var phone = await Ring("back");
        await Open(page, new { amount = 20 });
        await Prompt(page, phone);
        await Expect(page, "Type your M-PESA PIN");
        await page.GotoAsync("about:blank");
        await Answer(phone, "paid");
        await page.GoBackAsync();
        await Expect(page, "Paid");
    }

    [Fact]
    public async Task At_twice_the_size_nothing_is_cut_off()
    {
        // 200 % zoom on the narrowest phone is half its width.
        var page = await chromium.Visitor(width: 180, height: 370, scale: 2);
        await Open(page, new { amount = 250_000, description = "Things" });
        await page.ClickAsync("#by-hand summary");
        await Chromium.LooksRight(page, "pay-zoomed");
        await page.ClickAsync("#have-paid summary");
        await Expect(page.Locator("#code")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task With_the_keyboard_alone()
    {
        var page = await chromium.Visitor();
        var phone = await Ring("keyboard");
        await Open(page, new { amount = 20 });
        await ScriptHasCome(page);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.Locator("#phone")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync(phone);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page, "Type your M-PESA PIN");
        await Expect(page.Locator("h1")).ToBeFocusedAsync();
        await Answer(phone, "paid");
        await Expect(page.Locator("#say")).ToHaveTextAsync("Paid");
    }

    [Fact]
    public async Task On_a_slow_line_the_whole_page_is_small_and_soon_ready()
    {
        var checkout = await Make(new { amount = 1500, description = "Two chairs" });
        var (slow, bytes, when) = (long.MaxValue, 0L, "");
        for (var i = 0; i < 5 && slow >= 1000; i++)
        {
            // The best of some: 400 ms there and back twice is most of it, and whatever else this machine does at the same time is not the page's.
            (var ready, bytes, when) = await Ready(checkout);
            slow = Math.Min(slow, ready);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"ready after {slow} ms; {bytes} bytes");
        Assert.InRange(bytes, 2_000, 60_000);
        Assert.True(slow < 1000, $"ready after {slow} ms ({bytes} bytes): {when}");
    }

    /// <summary>Milliseconds until there is a form to be filled, and the bytes of everything the page loads.</summary>
    private async Task<(long Ready, long Bytes, string When)> Ready(JsonNode checkout)
    {
        var page = await chromium.Visitor();
        var network = await page.Context.NewCDPSessionAsync(page);
        await network.SendAsync("Network.enable");
        await network.SendAsync(
            "Network.emulateNetworkConditions", new() { ["offline"] = false, ["latency"] = 400, ["downloadThroughput"] = 400_000 / 8, ["uploadThroughput"] = 400_000 / 8 });

        long bytes = 0;
        network.Event("Network.loadingFinished").OnEvent += (_, data) => Interlocked.Add(ref bytes, (long)data!.Value.GetProperty("encodedDataLength").GetDouble());

        // By the page's own clock, from the moment in which the address is opened: starting a browser's process is not the page's time.
        await page.AddInitScriptAsync(
            """
            new MutationObserver(() => { window.readyAt ??= document.querySelector('#prompt-form button') ? performance.now() : undefined; })
                .observe(document, { childList: true, subtree: true });
            """);
        await page.GotoAsync((string)checkout["payUrl"]!, new() { WaitUntil = WaitUntilState.Commit });
        await page.Locator("#prompt-form button").WaitForAsync();
        var ready = (long)await page.EvaluateAsync<double>("window.readyAt");
        await ScriptHasCome(page);
        var when = await page.EvaluateAsync<string>(
            """
            [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('paint'), ...performance.getEntriesByType('resource')]
                .map(one => `${one.name.slice(0, 40)} ${Math.round(one.startTime)}–${Math.round(one.responseStart || 0)}–${Math.round(one.responseEnd || 0)} ${one.transferSize || ''}`).join(', ')
            """);
        await page.Context.CloseAsync();
        return (ready, Interlocked.Read(ref bytes), when);
    }

    /// <summary>Until then forms are sent as without a script, which works too, but leaves the page.</summary>
    private static Task ScriptHasCome(IPage page) => PaymentsHost.Eventually(
        () => page.EvaluateAsync<bool>("performance.getEntriesByType('resource').some(one => one.name.includes('pay.js') && one.responseEnd > 0)"), "its script has come");

    private static Task Expect(IPage page, string heading, float timeout = 15_000) =>
        Assertions.Expect(page.Locator("#view h1")).ToContainTextAsync(heading, new() { Timeout = timeout });

    private static Locating Expect(ILocator locator) => new(Assertions.Expect(locator));

    private static async Task Prompt(IPage page, string phone)
    {
        await page.FillAsync("#phone", phone);
        await page.ClickAsync("#prompt-form button");
    }

    private static async Task Code(IPage page, string code)
    {
        await page.FillAsync("#code", code);
        await page.ClickAsync("#code-form button");
    }

    private async Task<JsonNode> Make(object body)
    {
        var answer = await host.Shop.PostAsJsonAsync("/api/checkouts", body);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private async Task<JsonNode> Open(IPage page, object body)
    {
        var checkout = await Make(body);
        await page.GotoAsync((string)checkout["payUrl"]!);
        return checkout;
    }

    /// <summary>A phone of this test's own that rings until it is answered.</summary>
    private async Task<string> Ring(string test)
    {
        var phone = NewPhone(test);
        await host.Script(phone, new { outcome = "ringing" });
        return phone;
    }

    private static string NewPhone(string test) => $"2547000{50_000 + (test.Aggregate(7, (sum, c) => (sum * 31) + c) & 0x3fff)}";

    private async Task Answer(string phone, string outcome) => (await host.Simulator.PostAsJsonAsync($"/simulator/phones/{phone}/answer", new { outcome })).EnsureSuccessStatusCode();

    private Task<JsonNode> ByHand(JsonNode checkout, int amount, string? account = null) => host.PayByHand(amount, account ?? (string)checkout["account"]!);

    [GeneratedRegex(@"^[01]:\d\d$")]
    private static partial Regex WaitText();
}

/// <summary>Waits for what is to be seen, with a time limit in the call.</summary>
internal readonly struct Locating(ILocatorAssertions assertions)
{
    public Task ToHaveTextAsync(string text) => assertions.ToHaveTextAsync(text);

    public Task ToHaveTextAsync(Regex text) => assertions.ToHaveTextAsync(text);

    public Task ToContainTextAsync(string text, float timeout = 15_000) => assertions.ToContainTextAsync(text, new() { Timeout = timeout });

    public Task ToHaveAttributeAsync(string name, string value) => assertions.ToHaveAttributeAsync(name, value);

    public Task ToHaveCountAsync(int count) => assertions.ToHaveCountAsync(count);

    public Task ToHaveValueAsync(string value) => assertions.ToHaveValueAsync(value);

    public Task ToBeVisibleAsync(float timeout = 15_000) => assertions.ToBeVisibleAsync(new() { Timeout = timeout });

    public Task ToBeHiddenAsync() => assertions.ToBeHiddenAsync();

    public Task ToBeFocusedAsync() => assertions.ToBeFocusedAsync();
}
