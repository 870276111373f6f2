using System.Text.Json;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>A phone that somebody holds in the hand: what the page of the phone does, done over HTTP.</summary>
public sealed class SimulatorHeldPhoneTests : IAsyncLifetime
{
    private const string Right = "1234";

    private SimulatorRig rig = null!;

    public async ValueTask InitializeAsync() => rig = await SimulatorRig.Start();

    public async ValueTask DisposeAsync() => await rig.DisposeAsync();

    [Fact]
    public async Task A_held_phone_rings_until_it_is_answered()
    {
        await Hold();
        await rig.Push();
        var prompt = await Ringing();
        Assert.Equal("Do you want to pay KES 5 to SHOP 174379 Account no. ORDER-1?", prompt.GetProperty("text").GetString());
        Assert.Equal(3, prompt.GetProperty("triesLeft").GetInt32());
        Assert.InRange(prompt.GetProperty("secondsLeft").GetInt32(), 50, 60);
        Assert.Equal(0, rig.Shop.Waiting());

        var answer = await Pin(prompt, Right);
        Assert.Equal("paid", answer["outcome"]);
        Assert.Equal(0, Code(await rig.Shop.Next()));
        Assert.Equal(404, (await Pin(prompt, Right)).Status);
    }

    [Fact]
    public async Task What_its_digits_say_does_not_matter_while_it_is_held()
    {
        const string cancels = "254700001032";
        await Hold(cancels);
        await rig.Push(cancels);
        Assert.Equal("paid", (await Pin(await Ringing(cancels), Right, cancels))["outcome"]);
        Assert.Equal(0, Code(await rig.Shop.Next()));
    }

    [Fact]
    public async Task Other_phones_and_payouts_go_on_as_ever()
    {
        await Hold();
        await rig.Push("254700000009");
        Assert.Equal(0, Code(await rig.Shop.Next()));
        await rig.B2c();
        Assert.Equal(0, (await rig.Shop.Next("/result")).Envelope.GetProperty("ResultCode").GetInt32());
    }

    [Fact]
    public async Task A_phone_put_down_pays_by_itself_again()
    {
        await Hold();
        await Hold(by: "another page");
        await PutDown();
        Assert.True((await View()).GetProperty("held").GetBoolean());
        await PutDown(by: "another page");
        // Sent before the page closed, and overtaken.
        await Hold(by: "another page");
        Assert.False((await View()).GetProperty("held").GetBoolean());
        await rig.Push();
        Assert.Equal(0, Code(await rig.Shop.Next()));
    }

    [Fact]
    public async Task A_page_that_is_heard_of_no_more_holds_nothing()
    {
        await Hold(seconds: 1);
        await SimulatorRig.Until(async () => !(await View()).GetProperty("held").GetBoolean());
        await rig.Push();
        Assert.Equal(0, Code(await rig.Shop.Next()));
    }

    [Fact]
    public async Task Nobody_answers_and_the_prompt_ends_by_itself()
    {
        await rig.Settings(new { promptLifeMs = 50, unansweredCode = "1019" });
        await Hold();
        await rig.Push();
        Assert.Equal(1019, Code(await rig.Shop.Next()));
        Assert.StartsWith("(No message is sent.)", await NewestMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_third_wrong_PIN_ends_the_prompt()
    {
        await Hold();
        await rig.Push();
        var prompt = await Ringing();
        var first = await Pin(prompt, "0000");
        Assert.Equal(2, first.Json.GetProperty("triesLeft").GetInt32());
        Assert.Equal("You have entered the wrong PIN. 2 tries left.", first["text"]);
        Assert.Equal(1, (await Pin(prompt, "9999")).Json.GetProperty("triesLeft").GetInt32());
        Assert.Equal("wrong_pin", (await Pin(prompt, "4321"))["outcome"]);
        Assert.Equal(2001, Code(await rig.Shop.Next()));
        Assert.Contains("wrong PIN too often", await NewestMessage(), StringComparison.Ordinal);
        Assert.Equal(50_000, await Balance());
    }

    [Fact]
    public async Task The_right_PIN_is_good_after_two_wrong_ones()
    {
        await Hold();
        await rig.Push();
        var prompt = await Ringing();
        await Pin(prompt, "0000");
        await Pin(prompt, "0000");
        Assert.Equal("paid", (await Pin(prompt, Right))["outcome"]);
    }

    [Fact]
    public async Task The_customer_says_no()
    {
        await Hold();
        await rig.Push();
        var prompt = await Ringing();
        Assert.Equal(200, (await Cancel(prompt)).Status);
        Assert.Equal(1032, Code(await rig.Shop.Next()));
        Assert.Equal("You have cancelled the payment of Ksh5.00 to SHOP 174379. No money was taken.", await NewestMessage());
        Assert.Equal(404, (await Cancel(prompt)).Status);
    }

    [Fact]
    public async Task A_script_of_a_test_goes_before_the_hand()
    {
        await Hold();
        await rig.Script(SimulatorRig.Phone, new { outcome = "insufficient_funds", times = 1 });
        await rig.Push();
        Assert.Equal(1, Code(await rig.Shop.Next()));
        await rig.Put("/simulator/apis/stk", new { outcome = "cancelled", times = 1 });
        await rig.Push();
        Assert.Equal(1032, Code(await rig.Shop.Next()));
        await rig.Push();
        await Ringing();
    }

    [Fact]
    public async Task Several_prompts_wait_for_their_turn()
    {
        await rig.Settings(new { subscriberLock = "off" });
        await Hold();
        await rig.Push();
        await rig.Push(SimulatorRig.Phone, ("AccountReference", "ORDER-2"));
        await SimulatorRig.Until(async () => (await Prompts()).Length == 2);
        var prompts = await Prompts();
        await Cancel(prompts[1]);
        Assert.Equal(1032, Code(await rig.Shop.Next()));
        Assert.Equal(prompts[0].GetProperty("id").GetString(), Assert.Single(await Prompts()).GetProperty("id").GetString());
    }

    [Fact]
    public async Task The_balance_goes_down_and_up_and_can_run_short()
    {
        await Hold();
        await rig.Push(SimulatorRig.Phone, ("Amount", 49_000));
        await Pin(await Ringing(), Right);
        await rig.Shop.Next();
        Assert.Equal(1_000, await Balance());

        await rig.Push(SimulatorRig.Phone, ("Amount", 1_001));
        Assert.Equal("insufficient_funds", (await Pin(await Ringing(), Right))["outcome"]);
        Assert.Equal(1, Code(await rig.Shop.Next()));
        Assert.StartsWith("Failed. You do not have enough money", await NewestMessage(), StringComparison.Ordinal);

        await rig.B2c(SimulatorRig.Phone, ("Amount", 500));
        await rig.Shop.Next("/result");
        Assert.Equal(1_500, await Balance());
        Assert.Matches(@"^\w{10} Confirmed\. You have received Ksh500\.00 from SHOP 174379 on .* New M-PESA balance is Ksh1,500\.00\.$", await NewestMessage());
    }

    [Fact]
    public async Task A_refund_is_back_on_the_phone()
    {
        await rig.Push();
        await rig.Shop.Next();
        var receipt = Assert.Single(await rig.Ledger()).GetProperty("receipt").GetString();
        Assert.Equal(49_995, await Balance());
        await rig.Command(
            "/mpesa/reversal/v1/request",
            "TransactionReversal",
            ("TransactionID", receipt), ("Amount", 5), ("ReceiverParty", 174379), ("RecieverIdentifierType", "11"));
        await rig.Shop.Next("/result");
        Assert.Equal(50_000, await Balance());
        Assert.Contains($"Transaction {receipt} has been reversed", await NewestMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task M_PESA_confirms_what_was_paid()
    {
        await rig.Push();
        await rig.Shop.Next();
        Assert.Matches(
            @"^\w{10} Confirmed\. Ksh5\.00 sent to SHOP 174379 for account ORDER-1 on \d+/\d+/\d\d at \d+:\d\d [AP]M\. New M-PESA balance is Ksh49,995\.00\.$",
            await NewestMessage());
    }

    [Fact]
    public async Task By_hand_a_PIN_must_be_right_and_the_money_there()
    {
        var wrong = (await rig.PayByHand(new { amount = 10, account = "A", msisdn = SimulatorRig.Phone, pin = "1111" })).Json;
        Assert.Equal("2001", wrong.GetProperty("resultCode").GetString());
        var much = (await rig.PayByHand(new { amount = 50_001, account = "A", msisdn = SimulatorRig.Phone, pin = Right })).Json;
        Assert.Equal("1", much.GetProperty("resultCode").GetString());
        Assert.Empty(await rig.Ledger());
        var paid = (await rig.PayByHand(new { amount = 10, account = "A", msisdn = SimulatorRig.Phone, pin = Right })).Json;
        Assert.Equal("completed", paid.GetProperty("status").GetString());
        // Without a PIN nobody asks: tests pay whatever they like.
        Assert.Equal("completed", (await rig.PayByHand(new { amount = 60_000, account = "A", msisdn = SimulatorRig.Phone }))["status"]);
    }

    [Fact]
    public async Task Without_a_network_no_prompt_arrives()
    {
        await Hold();
        await rig.Put($"/simulator/phones/{SimulatorRig.Phone}/faults", new { noNetwork = true });
        await rig.Push();
        Assert.Equal(1037, Code(await rig.Shop.Next()));
        Assert.Equal("failed", (await rig.PayByHand(new { amount = 10, account = "A", msisdn = SimulatorRig.Phone }))["status"]);
        await PutDown();
        await rig.Push();
        Assert.Equal(0, Code(await rig.Shop.Next()));
    }

    [Fact]
    public async Task What_is_switched_on_happens_to_the_held_phone_alone()
    {
        await Hold();
        await rig.Put($"/simulator/phones/{SimulatorRig.Phone}/faults", new { callback = "twice", reply = "lost" });
        Assert.Equal(0, (await rig.Push()).Status);
        await Pin(await Ringing(), Right);
        await rig.Shop.Next();
        await rig.Shop.Next();
        Assert.Equal(200, (await rig.Push("254700000009")).Status);
        await rig.Shop.Next();
        await rig.Send(HttpMethod.Delete, $"/simulator/phones/{SimulatorRig.Phone}/faults");
        Assert.Equal(200, (await rig.Push()).Status);
    }

    [Fact]
    public async Task What_is_switched_on_for_all_waits_for_no_page_and_yields_to_scripts()
    {
        await rig.Put("/simulator/faults", new { callback = "malformed" });
        await rig.Push();
        var text = (await rig.Shop.Next()).Text;
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(text));
        await rig.Script(SimulatorRig.Phone, new { outcome = "paid", times = 1 });
        await rig.Push();
        Assert.Equal(0, Code(await rig.Shop.Next()));
        await rig.Send(HttpMethod.Post, "/simulator/reset");
        await rig.Push();
        Assert.Equal(0, Code(await rig.Shop.Next()));
    }

    [Fact]
    public async Task A_storm_spoils_the_callback_of_a_held_phone_but_does_not_answer_for_it()
    {
        await rig.Settings(new { rates = new { fail = 1, malformCallback = 1 } });
        await Hold();
        await rig.Push();
        Assert.Equal("paid", (await Pin(await Ringing(), Right))["outcome"]);
        var text = (await rig.Shop.Next()).Text;
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(text));
    }

    [Theory]
    [InlineData("PUT", "/simulator/phones/12345/held", "{}")]
    [InlineData("PUT", "/simulator/phones/254700000000/held", """{"seconds":600}""")]
    [InlineData("PUT", "/simulator/phones/254700000000/held", "not JSON")]
    [InlineData("PUT", "/simulator/phones/254700000000/faults", """{"callback":"sideways"}""")]
    [InlineData("PUT", "/simulator/faults", """{"reply":"sideways"}""")]
    [InlineData("POST", "/simulator/phones/254700000000/pin", """{"pin":"1234"}""")]
    public async Task A_mistake_is_told(string method, string path, string body)
    {
        var reply = await rig.Send(new(method), path, body);
        Assert.Equal(400, reply.Status);
        Assert.NotEmpty(reply.Json.GetProperty("problems").EnumerateArray());
    }

    [Theory]
    [InlineData("mpesa:paybill?business=174379&account=ORDER1&amount=100", "paybill 174379 ORDER1 100")]
    [InlineData(" MPESA:PayBill?amount=99.50&account=order%207&business=174379 ", "paybill 174379 order 7 99.50")]
    [InlineData("mpesa:paybill?business=174379&account=ORDER1", "paybill 174379 ORDER1 ")]
    [InlineData("mpesa:till?till=600777&amount=20", "till 600777  20")]
    public async Task A_QR_code_says_whom_to_pay(string text, string expected)
    {
        var read = await rig.Send(HttpMethod.Get, $"/simulator/qr?text={Uri.EscapeDataString(text)}");
        Assert.Equal(expected, $"{read["menu"]} {read["shortcode"]} {read["account"]} {read["amount"]}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("PB|174379|ORDER1|100")]
    [InlineData("mpesa:paybill?business=174379")]
    [InlineData("mpesa:paybill?business=17&account=A")]
    [InlineData("mpesa:paybill?business=174379&account=A&amount=-5")]
    [InlineData("mpesa:till?business=174379")]
    public async Task Another_QR_code_is_refused(string text)
    {
        var reply = await rig.Send(HttpMethod.Get, $"/simulator/qr?text={Uri.EscapeDataString(text)}");
        Assert.Equal(400, reply.Status);
        Assert.Single(reply.Json.GetProperty("problems").EnumerateArray());
    }

    private Task<JsonElement> Hold(string phone = SimulatorRig.Phone, string by = "page", int seconds = 10) =>
        rig.Put($"/simulator/phones/{phone}/held", new { by, seconds });

    private Task<SimulatorReply> PutDown(string by = "page") => rig.Send(HttpMethod.Delete, $"/simulator/phones/{SimulatorRig.Phone}/held?by={Uri.EscapeDataString(by)}");

    private async Task<JsonElement> View(string phone = SimulatorRig.Phone) => (await rig.Send(HttpMethod.Get, $"/simulator/phones/{phone}/held")).Json;

    private async Task<JsonElement[]> Prompts(string phone = SimulatorRig.Phone) => [.. (await View(phone)).GetProperty("prompts").EnumerateArray()];

    private async Task<JsonElement> Ringing(string phone = SimulatorRig.Phone)
    {
        await SimulatorRig.Until(async () => (await Prompts(phone)).Length > 0);
        return (await Prompts(phone))[0];
    }

    private Task<SimulatorReply> Pin(JsonElement prompt, string pin, string phone = SimulatorRig.Phone) =>
        rig.Send(HttpMethod.Post, $"/simulator/phones/{phone}/pin", new { id = prompt.GetProperty("id").GetString(), pin });

    private Task<SimulatorReply> Cancel(JsonElement prompt) =>
        rig.Send(HttpMethod.Post, $"/simulator/phones/{SimulatorRig.Phone}/cancel", new { id = prompt.GetProperty("id").GetString() });

    private async Task<decimal> Balance() => (await View()).GetProperty("balance").GetDecimal();

    private async Task<string> NewestMessage() => (await View()).GetProperty("messages")[0].GetProperty("text").GetString()!;

    private static int Code(CaughtCallback callback) => callback.Stk.GetProperty("ResultCode").GetInt32();
}
