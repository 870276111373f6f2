using System.Text.Json;
using Xunit;

namespace Payments.Tests.Integration;

public sealed class SimulatorStkTests : IAsyncLifetime
{
    private SimulatorRig rig = null!;

    public async ValueTask InitializeAsync() => rig = await SimulatorRig.Start();

    public async ValueTask DisposeAsync() => await rig.DisposeAsync();

    [Fact]
    public async Task A_paid_prompt_is_told_in_Safaricoms_words()
    {
        var ack = await rig.Push();
        Assert.Equal(200, ack.Status);
        Assert.Matches(@"^ws_CO_\d{17}700000000$", ack["CheckoutRequestID"]);
        Assert.Matches("^[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}[0-9]{4}$", ack["MerchantRequestID"]);
        Assert.Equal("Success. Request accepted for processing", ack["CustomerMessage"]);

        var callback = await rig.Shop.Next();
        Assert.Equal("application/json", callback.ContentType);
        var receipt = Assert.Single(await rig.Ledger()).GetProperty("receipt").GetString();
        var date = callback.Stk.GetProperty("CallbackMetadata").GetProperty("Item")[3].GetProperty("Value").GetInt64();
        // Byte for byte: amounts with two decimals, the date and the phone as numbers, Balance without a Value.
        Assert.Equal(
            "{\"Body\":{\"stkCallback\":{" +
            $"\"MerchantRequestID\":\"{ack["MerchantRequestID"]}\",\"CheckoutRequestID\":\"{ack["CheckoutRequestID"]}\"," +
            "\"ResultCode\":0,\"ResultDesc\":\"The service request is processed successfully.\",\"CallbackMetadata\":{\"Item\":[" +
            $"{{\"Name\":\"Amount\",\"Value\":5.00}},{{\"Name\":\"MpesaReceiptNumber\",\"Value\":\"{receipt}\"}},{{\"Name\":\"Balance\"}}," +
            $"{{\"Name\":\"TransactionDate\",\"Value\":{date}}},{{\"Name\":\"PhoneNumber\",\"Value\":254700000000}}" +
            "]}}}}",
            callback.Text);
    }

    [Theory]
    [InlineData("1032", 1032)]
    [InlineData("1037", 1037)]
    [InlineData("0001", 1)]
    [InlineData("2001", 2001)]
    [InlineData("1019", 1019)]
    public async Task The_last_four_digits_choose_the_failure(string digits, int code)
    {
        var ack = await rig.Push($"25470000{digits}");
        var callback = await rig.Shop.Next();
        Assert.Equal(code, callback.Stk.GetProperty("ResultCode").GetInt32());
        Assert.False(callback.Stk.TryGetProperty("CallbackMetadata", out _));
        Assert.Equal($"{code}", (await rig.Query(ack["CheckoutRequestID"]))["ResultCode"]);
        Assert.Empty(await rig.Ledger());
    }

    [Fact]
    public async Task A_callback_that_never_comes_does_not_undo_the_payment()
    {
        var ack = await rig.Push("254700000404");
        await SimulatorRig.Until(async () => (await rig.Ledger()).Length == 1);
        Assert.Equal("0", (await rig.Query(ack["CheckoutRequestID"]))["ResultCode"]);
        Assert.Empty(await rig.Items("/simulator/deliveries"));
    }

    [Fact]
    public async Task A_callback_may_come_three_times_and_the_money_once()
    {
        await rig.Push("254700000202");
        var first = await rig.Shop.Next();
        Assert.Equal(first.Text, (await rig.Shop.Next()).Text);
        Assert.Equal(first.Text, (await rig.Shop.Next()).Text);
        Assert.Single(await rig.Ledger());
    }

    [Fact]
    public async Task A_callback_may_come_before_the_reply()
    {
        await rig.Push("254700000303");
        Assert.Equal(1, rig.Shop.Waiting());
    }

    [Fact]
    public async Task A_failure_may_turn_out_to_be_a_payment()
    {
        await rig.Script("254700000909", new { firstSays = "unreachable", delayMs = 800 });
        var ack = await rig.Push("254700000909");
        Assert.Equal(1037, (await rig.Shop.Next()).Stk.GetProperty("ResultCode").GetInt32());
        Assert.Equal("1037", (await rig.Query(ack["CheckoutRequestID"]))["ResultCode"]);
        Assert.Equal(0, (await rig.Shop.Next()).Stk.GetProperty("ResultCode").GetInt32());
        Assert.Equal("0", (await rig.Query(ack["CheckoutRequestID"]))["ResultCode"]);
        Assert.Single(await rig.Ledger());
    }

    [Theory]
    [InlineData("254700000505", 1)]
    [InlineData("254700000606", 0)]
    public async Task A_lost_reply_loses_no_money(string phone, int callbacks)
    {
        Assert.Equal(0, (await rig.Push(phone)).Status);
        await SimulatorRig.Until(async () => (await rig.Ledger()).Length == 1);
        if (callbacks > 0)
        {
            await rig.Shop.Next();
        }

        Assert.Equal(0, rig.Shop.Waiting());
        // The log has the request, whole, and that nobody got an answer to it.
        var logged = (await rig.Items("/simulator/requests")).Last();
        Assert.Equal(phone, logged.GetProperty("body").GetProperty("PhoneNumber").GetString());
        Assert.Equal(0, logged.GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task A_ringing_phone_waits_for_a_person()
    {
        var ack = await rig.Push("254700007777");
        await SimulatorRig.Until(async () => (await rig.Items("/simulator/prompts")).Length == 1);
        Assert.Equal("The transaction is being processed", (await rig.Query(ack["CheckoutRequestID"]))["errorMessage"]);
        var answer = await rig.Send(HttpMethod.Post, "/simulator/phones/0700007777/answer", new { outcome = "cancelled" });
        Assert.Equal(ack["CheckoutRequestID"], answer["answered"]);
        Assert.Equal(1032, (await rig.Shop.Next()).Stk.GetProperty("ResultCode").GetInt32());
        Assert.Equal(404, (await rig.Send(HttpMethod.Post, "/simulator/phones/254700007777/answer", new { outcome = "paid" })).Status);
    }

    [Fact]
    public async Task A_ringing_phone_takes_a_script_for_an_answer()
    {
        await rig.Push("254700007777");
        await SimulatorRig.Until(async () => (await rig.Items("/simulator/prompts")).Length == 1);
        await rig.Script("254700007777", new { outcome = "paid", times = 1 });
        Assert.Equal(0, (await rig.Shop.Next()).Stk.GetProperty("ResultCode").GetInt32());
        Assert.Empty((await rig.Send(HttpMethod.Get, "/simulator/phones/254700007777")).Json.GetProperty("scripts").EnumerateArray());
    }

    [Fact]
    public async Task A_phone_nobody_answers_stops_ringing()
    {
        await rig.Settings(new { promptLifeMs = 50 });
        await rig.Script("254700001234", new { outcome = "ringing" });
        await rig.Push("254700001234");
        Assert.Equal(1037, (await rig.Shop.Next()).Stk.GetProperty("ResultCode").GetInt32());
    }

    [Fact]
    public async Task A_second_prompt_finds_the_subscriber_locked()
    {
        await rig.Push("254700007777");
        var second = await rig.Push("254700007777");
        Assert.Equal((500, "500.001.1001"), (second.Status, second["errorCode"]));
        Assert.StartsWith("Unable to lock subscriber", second["errorMessage"], StringComparison.Ordinal);
        await rig.Settings(new { subscriberLock = "callback" });
        Assert.Equal("0", (await rig.Push("254700007777"))["ResponseCode"]);
        Assert.Equal(1001, (await rig.Shop.Next()).Stk.GetProperty("ResultCode").GetInt32());
    }

    [Fact]
    public async Task An_over_long_reference_is_accepted_and_then_silence()
    {
        await rig.Settings(new { promptLifeMs = 50 });
        var ack = await rig.Push(SimulatorRig.Phone, ("AccountReference", "LONGER-THAN-12"));
        Assert.Equal("0", ack["ResponseCode"]);
        await SimulatorRig.Until(async () => (await rig.Query(ack["CheckoutRequestID"])).Status == 200);
        Assert.Equal(0, rig.Shop.Waiting());
        Assert.Empty(await rig.Ledger());
    }

    [Fact]
    public async Task Two_minutes_must_pass_between_equal_payments_when_the_rule_is_on()
    {
        await rig.Settings(new { twoMinuteRule = true });
        await rig.Push();
        await rig.Shop.Next();
        await rig.Push();
        Assert.Equal(17, (await rig.Shop.Next()).Stk.GetProperty("ResultCode").GetInt32());
        await rig.Push(SimulatorRig.Phone, ("Amount", 6));
        Assert.Equal(0, (await rig.Shop.Next()).Stk.GetProperty("ResultCode").GetInt32());
    }

    [Fact]
    public async Task A_receiver_that_does_not_exist_fails_with_a_code_that_is_no_number()
    {
        await rig.Push(SimulatorRig.Phone, ("PartyB", 600000));
        var code = (await rig.Shop.Next()).Stk.GetProperty("ResultCode");
        Assert.Equal((JsonValueKind.String, "SFC_IC0003"), (code.ValueKind, code.GetString()));
    }

    [Fact]
    public async Task Ids_and_receipts_never_repeat_under_load()
    {
        await rig.Settings(new { subscriberLock = "off", delayMs = 0 });
        var acks = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => rig.Push()));
        Assert.Equal(200, acks.Select(a => a["CheckoutRequestID"]).Distinct().Count());
        await SimulatorRig.Until(async () => (await rig.Ledger()).Length == 200);
        var receipts = (await rig.Ledger()).Select(i => i.GetProperty("receipt").GetString()!).ToArray();
        Assert.Equal(200, receipts.Distinct().Count());
        Assert.All(receipts, r => Assert.Matches("^[A-Z][A-L][1-9A-V][0-9A-Z]{7}$", r));
    }
}
