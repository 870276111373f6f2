using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Payments.Tests.Browser;

/// <summary>A person at the simulator's phone.</summary>
public sealed class PhoneTests(Chromium chromium) : IAsyncLifetime
{
    private const string Phone = "254708374149";

    private const string Till = "600777";

    private SimulatorRig rig = null!;

    public async ValueTask InitializeAsync() => rig = await SimulatorRig.Start("--Simulator:TillNumber", Till);

    public async ValueTask DisposeAsync() => await rig.DisposeAsync();

    [Fact]
    public async Task It_rings_takes_two_wrong_PINs_then_the_right_one_and_has_the_message()
    {
        var page = await Open();
        await Chromium.LooksRight(page, "phone-home");
        await rig.Push(Phone, ("Amount", 100));
        await Expect(Prompt(page)).ToBeVisibleAsync();
        await Expect(page.Locator("#prompt-text")).ToHaveTextAsync("Do you want to pay KES 100 to SHOP 174379 Account no. ORDER-1?");
        await Expect(page).ToHaveTitleAsync("Ringing: SHOP 174379");
        await Expect(page.Locator("#pin")).ToBeFocusedAsync();
        await Chromium.LooksRight(page, "phone-rings");

        await Pin(page, "12");
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("A PIN has four digits.");
        await Pin(page, "0000");
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("You have entered the wrong PIN. 2 tries left.");
        await Expect(page.Locator("#pin")).ToBeFocusedAsync();
        await Expect(page.Locator("#pin")).ToHaveValueAsync("");
        await Pin(page, "9999");
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("You have entered the wrong PIN. 1 try left.");
        await Chromium.LooksRight(page, "phone-wrong-pin");
        await Pin(page, "1234");
        await Expect(Message(page)).ToContainTextAsync("Confirmed. Ksh100.00 sent to SHOP 174379 for account ORDER-1");
        await Expect(page.Locator("#balance")).ToHaveTextAsync("Ksh49,900.00");
        await Expect(page.Locator("#announce")).ToContainTextAsync("Confirmed.");
        Assert.Equal(0, await Code());
        await Chromium.LooksRight(page, "phone-message");
    }

    [Fact]
    public async Task The_third_wrong_PIN_ends_it()
    {
        var page = await Open();
        await rig.Push(Phone);
        foreach (var left in new[] { "2 tries", "1 try" })
        {
            await Pin(page, "0000");
            await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync(left);
        }

        await Pin(page, "0000");
        await Expect(Prompt(page)).ToBeHiddenAsync();
        await Expect(Message(page)).ToContainTextAsync("wrong PIN too often");
        Assert.Equal(2001, await Code());
    }

    [Fact]
    public async Task With_the_keyboard_alone_it_is_cancelled()
    {
        var page = await Open();
        await rig.Push(Phone);
        await Expect(page.Locator("#pin")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.Locator("#cancel")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(Message(page)).ToContainTextAsync("You have cancelled the payment of Ksh5.00");
        await Expect(page.Locator("#home")).ToBeFocusedAsync();
        Assert.Equal(1032, await Code());
    }

    [Fact]
    public async Task Ignored_it_rings_on_and_can_still_be_answered()
    {
        var page = await Open();
        await rig.Push(Phone);
        await page.ClickAsync("#ignore");
        await Expect(Prompt(page)).ToBeHiddenAsync();
        await Expect(page.Locator("#ignored")).ToContainTextAsync("Ignored: SHOP 174379, KES 5, rings on for");
        await Chromium.LooksRight(page, "phone-ignored");
        await page.ClickAsync("text=Answer it after all");
        await Pin(page, "1234");
        Assert.Equal(0, await Code());
    }

    [Fact]
    public async Task Nobody_answers_and_it_ends()
    {
        await rig.Settings(new { promptLifeMs = 2000, unansweredCode = "1019" });
        var page = await Open();
        await rig.Push(Phone);
        await Expect(Prompt(page)).ToBeVisibleAsync();
        await Expect(Prompt(page)).ToBeHiddenAsync();
        await Expect(Message(page)).ToContainTextAsync("ended with 1019");
        Assert.Equal(1019, await Code());
    }

    [Fact]
    public async Task Without_a_network_nothing_arrives()
    {
        var page = await Open();
        await page.ClickAsync("#no-network");
        await Expect(page.Locator("#signal-text")).ToHaveTextAsync("No network");
        await Expect(page.Locator("#in-force")).ToHaveTextAsync($"Phone {Phone}: there is no network.");
        await rig.Push(Phone);
        Assert.Equal(1037, await Code());
        await Chromium.LooksRight(page, "phone-no-network");
        await page.ClickAsync("#no-network");
        await Expect(page.Locator("#in-force")).ToHaveTextAsync("Everything works.");
        await rig.Push(Phone);
        await Pin(page, "1234");
        Assert.Equal(0, await Code());
    }

    [Fact]
    public async Task It_pays_a_Pay_Bill_by_hand()
    {
        await rig.Register();
        var page = await Open();
        await page.GetByRole(AriaRole.Button, new() { Name = "Pay Bill" }).ClickAsync();
        var form = page.Locator("#paybill");
        await Expect(form.GetByLabel("Business number")).ToHaveValueAsync("174379");
        await form.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(Said(page)).ToHaveTextAsync("Fill in: Account number.");
        await form.GetByLabel("Account number").FillAsync("order 7");
        await form.GetByLabel("Amount, KES").FillAsync("250");
        await form.GetByLabel("M-PESA PIN").FillAsync("1111");
        await Chromium.LooksRight(page, "phone-paybill");
        await form.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(Said(page)).ToHaveTextAsync("You have entered the wrong PIN. Try again.");
        await form.GetByLabel("M-PESA PIN").FillAsync("1234");
        await form.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(Said(page)).ToContainTextAsync("Paid. Receipt");
        await Expect(Message(page)).ToContainTextAsync("Ksh250.00 sent to SHOP 174379 for account order 7");
        Assert.Equal("order 7", (await rig.Shop.Next("/c2b/confirm")).Json.GetProperty("BillRefNumber").GetString());

        // It has no more than it has.
        await page.GetByRole(AriaRole.Button, new() { Name = "Pay Bill" }).ClickAsync();
        await form.GetByLabel("Account number").FillAsync("order 8");
        await form.GetByLabel("Amount, KES").FillAsync("50000");
        await form.GetByLabel("M-PESA PIN").FillAsync("1234");
        await form.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(Said(page)).ToContainTextAsync("You do not have enough money");
    }

    [Fact]
    public async Task It_pays_a_till()
    {
        var page = await Open();
        await page.ClickAsync("text=Buy Goods");
        var form = page.Locator("#till");
        await Expect(form.GetByLabel("Till number")).ToHaveValueAsync(Till);
        await form.GetByLabel("Amount, KES").FillAsync("30");
        await form.GetByLabel("M-PESA PIN").FillAsync("1234");
        await form.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(Message(page)).ToContainTextAsync($"Ksh30.00 paid to SHOP {Till} on");
    }

    [Fact]
    public async Task It_scans_the_text_of_a_QR_code()
    {
        var page = await Open();
        await page.ClickAsync("text=Scan a QR code");
        await page.GetByLabel("Text of the QR code").FillAsync("https://shop.example.co.ke");
        await page.Keyboard.PressAsync("Enter");
        await Expect(Said(page)).ToContainTextAsync("This is no QR code to pay by");
        await Chromium.LooksRight(page, "phone-scan");
        await page.GetByLabel("Text of the QR code").FillAsync("mpesa:paybill?business=174379&account=order%207&amount=100");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#paybill").GetByLabel("Account number")).ToHaveValueAsync("order 7");
        await Expect(page.Locator("#paybill").GetByLabel("M-PESA PIN")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("1234");
        await page.Keyboard.PressAsync("Enter");
        await Expect(Message(page)).ToContainTextAsync("Ksh100.00 sent to SHOP 174379 for account order 7");

        await page.GotoAsync(Url($"?qr={Uri.EscapeDataString($"mpesa:till?till={Till}&amount=20")}"));
        await Expect(page.Locator("#till").GetByLabel("Till number")).ToHaveValueAsync(Till);
        await Expect(page.Locator("#till").GetByLabel("Amount, KES")).ToHaveValueAsync("20");
    }

    [Fact]
    public async Task The_drawer_loses_the_callback_and_shows_what_went_each_way()
    {
        var page = await Open(width: 1440);
        await page.GetByRole(AriaRole.Group, new() { Name = "The callback" }).GetByLabel("Is lost").CheckAsync();
        await Expect(page.Locator("#in-force")).ToHaveTextAsync($"Phone {Phone}: the callback is lost.");
        await rig.Push(Phone);
        await Pin(page, "1234");
        await Expect(Message(page)).ToContainTextAsync("Confirmed");
        await Expect(Log(page).First).ToContainTextAsync($"Payments asked for a prompt to {Phone}, KES 5 · answered: accepted");
        Assert.Equal(0, rig.Shop.Waiting());

        await page.ClickAsync("text=Back to normal");
        await Expect(page.Locator("#in-force")).ToHaveTextAsync("Everything works.");
        await rig.Push(Phone);
        await Pin(page, "1234");
        Assert.Equal(0, await Code());
        await Expect(Log(page).First).ToContainTextAsync(new Regex(@"callback: paid, receipt \w{10} · answered 200"));
        await Log(page).First.Locator("summary").ClickAsync();
        await Expect(Log(page).First.Locator("pre").First).ToContainTextAsync("\"stkCallback\": {");
        await Chromium.LooksRight(page, "phone-drawer");
    }

    [Fact]
    public async Task The_drawer_spoils_the_payments_of_all_phones_too()
    {
        var page = await Open(width: 1440);
        await page.GetByLabel("Every phone").CheckAsync();
        await page.GetByLabel("Comes twice").CheckAsync();
        await Expect(page.Locator("#in-force")).ToHaveTextAsync("Every phone: the callback comes twice.");
        await rig.Push("254700000009");
        await Code();
        await Code();
        await page.GetByRole(AriaRole.Group, new() { Name = "A storm" }).GetByLabel("Wind").CheckAsync();
        await Expect(page.Locator("#in-force")).ToContainTextAsync("Wind over everything.");
        await page.ClickAsync("text=Back to normal");
        await Expect(page.Locator("#in-force")).ToHaveTextAsync("Everything works.");
    }

    [Fact]
    public async Task Another_phone_is_shown_and_the_first_goes_back_to_paying_by_itself()
    {
        var page = await Open();
        await page.GetByLabel("Another number").FillAsync("0700 000 012");
        await page.ClickAsync("text=Use");
        await Expect(page.Locator("#phone-choice")).ToHaveValueAsync("254700000012");
        await Expect(page).ToHaveURLAsync(Url("?phone=254700000012"));
        await Until(Phone, held: false);
        await Until("254700000012", held: true);
        await rig.Push(Phone);
        Assert.Equal(0, await Code());
        await rig.Push("254700000012");
        await Expect(Prompt(page)).ToBeVisibleAsync();

        // It is remembered, and shown again by its address.
        await page.ReloadAsync();
        await Expect(Prompt(page)).ToBeVisibleAsync();
        await page.ClickAsync("#cancel");
        await page.Locator("#phone-choice").SelectOptionAsync(Phone);
        await Expect(Message(page)).ToContainTextAsync("Ksh5.00 sent to SHOP 174379");
        await page.CloseAsync(new() { RunBeforeUnload = true });
        await Until(Phone, held: false);
    }

    [Fact]
    public async Task Money_that_is_held_back_is_let_through()
    {
        var page = await Open("?phone=254700007777");
        await rig.B2c("254700007777", ("Amount", 500));
        await Expect(page.Locator("#prompt-text")).ToHaveTextAsync("SHOP 174379 sends KES 500 to this phone. Let it arrive?");
        await Chromium.LooksRight(page, "phone-held-back");
        await page.ClickAsync("#send");
        await Expect(Message(page)).ToContainTextAsync("You have received Ksh500.00 from SHOP 174379");
        await Expect(page.Locator("#balance")).ToHaveTextAsync("Ksh50,500.00");
    }

    [Fact]
    public async Task In_a_frame_there_is_the_phone_alone()
    {
        var page = await Open("?compact");
        await Expect(page.Locator("#drawer")).ToBeHiddenAsync();
        await Chromium.LooksRight(page, "phone-compact");
        await rig.Push(Phone);
        await Pin(page, "1234");
        Assert.Equal(0, await Code());
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task A_page_of_this_machine_shows_it_in_a_frame_and_the_keyboard_goes_into_it(string host)
    {
        // A page of its own port: one that only the browser believes in may not frame what is on this machine.
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        await using var shop = builder.Build();
        shop.MapGet("/", () => Results.Text(
            $"<title>Shop</title><input id='mine'><iframe title='Phone' width='340' height='640' src='{Url($"?phone={Phone}&compact")}'></iframe>", "text/html"));
        await shop.StartAsync();
        var page = await chromium.Visitor();
        await page.GotoAsync($"http://{host}:{new Uri(shop.Urls.First()).Port}/");
        var framed = page.FrameLocator("iframe");
        await Expect(framed.Locator("#balance")).ToHaveTextAsync("Ksh50,000.00");
        await page.FocusAsync("#mine");
        await rig.Push(Phone);
        await Expect(framed.Locator("#pin")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("1234");
        await page.Keyboard.PressAsync("Enter");
        await Expect(framed.Locator("#messages li").First).ToContainTextAsync("Confirmed");
        Assert.Equal(0, await Code());
    }

    [Fact]
    public async Task Two_prompts_are_answered_one_after_the_other()
    {
        await rig.Settings(new { subscriberLock = "off" });
        var page = await Open();
        await rig.Push(Phone, ("AccountReference", "FIRST"));
        await rig.Push(Phone, ("AccountReference", "SECOND"));
        await Expect(page.Locator("#prompt-text")).ToContainTextAsync("FIRST");
        await Expect(page.Locator("#queue")).ToHaveTextAsync("1 more after this one.");
        await page.ClickAsync("#cancel");
        await Expect(page.Locator("#prompt-text")).ToContainTextAsync("SECOND");
        await Expect(page.Locator("#pin")).ToBeFocusedAsync();
        await Pin(page, "1234");
        Assert.Equal(1032, await Code());
        Assert.Equal(0, await Code());
    }

    [Fact]
    public async Task What_a_shop_sends_is_shown_as_text()
    {
        const string account = "<img src=x>";
        var page = await Open(width: 1440);
        await rig.Push(Phone, ("AccountReference", account));
        await Expect(page.Locator("#prompt-text")).ToContainTextAsync(account);
        await Pin(page, "1234");
        await Expect(Message(page)).ToContainTextAsync(account);
        await Expect(page.Locator("img")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task At_twice_the_size_nothing_is_cut_off()
    {
        var page = await chromium.Visitor(width: 180, height: 370, scale: 2);
        await page.GotoAsync(Url(""));
        await Until(Phone, held: true);
        await rig.Push(Phone);
        await Expect(Prompt(page)).ToBeVisibleAsync();
        await Chromium.LooksRight(page, "phone-zoomed");
        await page.ClickAsync("#cancel");
        Assert.Equal(1032, await Code());
    }

    private async Task<IPage> Open(string query = "", int width = 360)
    {
        var page = await chromium.Visitor(width: width, height: 900);
        await page.GotoAsync(Url(query));
        await Expect(page.Locator("#balance")).ToContainTextAsync("Ksh");
        return page;
    }

    private string Url(string query) => new Uri(rig.Http.BaseAddress!, $"/simulator{query}").ToString();

    private static ILocator Prompt(IPage page) => page.GetByRole(AriaRole.Dialog);

    private static ILocator Message(IPage page) => page.Locator("#messages li").First;

    private static ILocator Said(IPage page) => page.Locator("#said");

    private static ILocator Log(IPage page) => page.Locator("#log li");

    private static async Task Pin(IPage page, string pin)
    {
        await page.FillAsync("#pin", pin);
        await page.Keyboard.PressAsync("Enter");
    }

    /// <summary>The code of the next callback.</summary>
    private async Task<int> Code() => (await rig.Shop.Next()).Stk.GetProperty("ResultCode").GetInt32();

    private Task Until(string phone, bool held) => SimulatorRig.Until(async () =>
        (await rig.Send(HttpMethod.Get, $"/simulator/phones/{phone}/held")).Json.GetProperty("held").GetBoolean() == held);
}
