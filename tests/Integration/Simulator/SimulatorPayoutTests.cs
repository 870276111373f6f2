using System.Text.Json;
using Xunit;

namespace Payments.Tests.Integration;

public sealed class SimulatorPayoutTests : IAsyncLifetime
{
    private SimulatorRig rig = null!;

    public async ValueTask InitializeAsync() => rig = await SimulatorRig.Start();

    public async ValueTask DisposeAsync() => await rig.DisposeAsync();

    [Fact]
    public async Task A_payout_arrives_and_is_told_as_documented()
    {
        var ack = await rig.B2c(SimulatorRig.Phone, ("OriginatorConversationID", "inv-8-a1"));
        Assert.Equal(("0", "inv-8-a1"), (ack["ResponseCode"], ack["OriginatorConversationID"]));
        Assert.Matches("^AG_[0-9]{8}_2010[0-9a-f]{16}$", ack["ConversationID"]);
        var told = await rig.Shop.Next("/result");
        Assert.Equal("inv-8-a1", told.Envelope.GetProperty("OriginatorConversationID").GetString());
        Assert.Equal(ack["ConversationID"], told.Envelope.GetProperty("ConversationID").GetString());
        Assert.Equal(JsonValueKind.Number, told.Envelope.GetProperty("ResultCode").ValueKind);
        Assert.Equal(told.Envelope.GetProperty("TransactionID").GetString(), told.Parameter("TransactionReceipt").GetString());
        Assert.Equal(10, told.Parameter("TransactionAmount").GetDecimal());
        Assert.Equal("254700000000 - JOHN DOE", told.Parameter("ReceiverPartyPublicName").GetString());
        Assert.Matches(@"^\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d$", told.Parameter("TransactionCompletedDateTime").GetString());
        Assert.Equal("9999990.00", told.Parameter("B2CUtilityAccountAvailableFunds").GetRawText());
        Assert.Equal(JsonValueKind.Object, told.Envelope.GetProperty("ReferenceData").GetProperty("ReferenceItem").ValueKind);
        Assert.Equal("b2c", Assert.Single(await rig.Ledger()).GetProperty("kind").GetString());
    }

    [Theory]
    [InlineData("254700000001", 1)]
    [InlineData("254700002001", 2001)]
    [InlineData("254700001037", 1037)]
    public async Task The_digits_hold_for_recipients_too(string phone, int code)
    {
        await rig.B2c(phone);
        var told = await rig.Shop.Next("/result");
        Assert.Equal(code, told.Envelope.GetProperty("ResultCode").GetInt32());
        Assert.False(told.Envelope.TryGetProperty("ResultParameters", out _));
        Assert.Empty(await rig.Ledger());
    }

    [Theory]
    [InlineData("254700000404", 0, 1)]
    [InlineData("254700000505", 1, 0)]
    [InlineData("254700000606", 0, 0)]
    public async Task Results_and_replies_are_lost_as_the_digits_say(string phone, int results, int replies)
    {
        Assert.Equal(replies, (await rig.B2c(phone)).Status == 200 ? 1 : 0);
        await SimulatorRig.Until(async () => (await rig.Ledger()).Length == 1);
        if (results > 0)
        {
            await rig.Shop.Next("/result");
        }

        Assert.Equal(0, rig.Shop.Waiting("/result"));
    }

    [Fact]
    public async Task A_result_may_come_before_the_reply_or_contradict_itself()
    {
        await rig.B2c("254700000303");
        Assert.Equal(1, rig.Shop.Waiting("/result"));
        await rig.Shop.Next("/result");
        await rig.B2c("254700000909");
        Assert.Equal(1037, (await rig.Shop.Next("/result")).Envelope.GetProperty("ResultCode").GetInt32());
        Assert.Equal(0, (await rig.Shop.Next("/result")).Envelope.GetProperty("ResultCode").GetInt32());
    }

    [Fact]
    public async Task A_payout_can_be_held_back_until_somebody_decides()
    {
        await rig.B2c("254700007777");
        await SimulatorRig.Until(async () => (await rig.Items("/simulator/prompts")).Length == 1);
        await rig.Send(HttpMethod.Post, "/simulator/phones/254700007777/answer", new { resultCode = 2040 });
        Assert.Equal(2040, (await rig.Shop.Next("/result")).Envelope.GetProperty("ResultCode").GetInt32());
    }

    [Fact]
    public async Task The_same_OriginatorConversationID_is_taken_once_even_at_once()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => rig.B2c(SimulatorRig.Phone, ("OriginatorConversationID", "twice"))));
        Assert.Single(replies, r => r.Status == 200);
        Assert.All(replies.Where(r => r.Status != 200), r =>
            Assert.Equal((500, "500.002.1001", "Duplicate OriginatorConversationID."), (r.Status, r["errorCode"], r["errorMessage"])));
        await rig.Shop.Next("/result");
        Assert.Single(await rig.Ledger());
    }

    [Fact]
    public async Task Version_1_makes_the_id_itself()
    {
        var ack = await rig.Command("/mpesa/b2c/v1/paymentrequest", "SalaryPayment", ("Amount", "10"), ("PartyA", "174379"), ("PartyB", SimulatorRig.Phone));
        Assert.Matches("^[0-9a-f-]{27}[0-9]{4}$", ack["OriginatorConversationID"]);
        Assert.Equal(0, (await rig.Shop.Next("/result")).Envelope.GetProperty("ResultCode").GetInt32());
    }

    [Theory]
    [InlineData("InitiatorName", "")]
    [InlineData("SecurityCredential", "plain text")]
    [InlineData("CommandID", "BusinessPay")]
    [InlineData("Amount", "1.5")]
    [InlineData("PartyA", "600000")]
    [InlineData("PartyB", "0700000000")]
    [InlineData("Remarks", "x")]
    [InlineData("QueueTimeOutURL", "")]
    [InlineData("ResultURL", "x")]
    [InlineData("OriginatorConversationID", null)]
    public async Task A_bad_field_is_named(string field, string? value)
    {
        var reply = await rig.B2c(SimulatorRig.Phone, (field, value));
        Assert.Equal((400, "400.002.02", $"Bad Request - Invalid {field}"), (reply.Status, reply["errorCode"], reply["errorMessage"]));
    }

    [Theory]
    [InlineData(9, 2)]
    [InlineData(250_001, 3)]
    public async Task Limits_are_told_by_the_result(int amount, int code)
    {
        await rig.B2c(SimulatorRig.Phone, ("Amount", amount));
        Assert.Equal(code, (await rig.Shop.Next("/result")).Envelope.GetProperty("ResultCode").GetInt32());
    }

    [Fact]
    public async Task An_empty_float_pays_nothing()
    {
        await rig.Put("/simulator/accounts/174379", new { working = 0, utility = 15 });
        await rig.B2c();
        Assert.Equal(0, (await rig.Shop.Next("/result")).Envelope.GetProperty("ResultCode").GetInt32());
        await rig.B2c();
        Assert.Equal(1, (await rig.Shop.Next("/result")).Envelope.GetProperty("ResultCode").GetInt32());
        Assert.Single(await rig.Ledger());
    }

    [Fact]
    public async Task Wrong_credentials_fail_later_and_lock_after_three_times()
    {
        var wrong = await rig.Encrypt("wrong");
        var codes = new List<int>();
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal("0", (await rig.B2c(SimulatorRig.Phone, ("SecurityCredential", wrong)))["ResponseCode"]);
            var told = (await rig.Shop.Next("/result")).Envelope;
            Assert.EndsWith("0000000", told.GetProperty("TransactionID").GetString(), StringComparison.Ordinal);
            codes.Add(told.GetProperty("ResultCode").GetInt32());
        }

        Assert.Equal([2001, 2001, 2001, 8006], codes);
        // Locked is locked, for the right password too.
        await rig.B2c();
        Assert.Equal(8006, (await rig.Shop.Next("/result")).Envelope.GetProperty("ResultCode").GetInt32());
        Assert.Empty(await rig.Ledger());
    }

    [Theory]
    [InlineData("envelope", "Result")]
    [InlineData("flat", "ResultType")]
    public async Task A_queue_timeout_may_be_followed_by_success(string form, string firstKey)
    {
        await rig.Script(SimulatorRig.Phone, new { queueTimeout = form });
        await rig.B2c();
        Assert.Equal(firstKey, (await rig.Shop.Next("/timeout")).Json.EnumerateObject().First().Name);
        Assert.Equal(0, (await rig.Shop.Next("/result")).Envelope.GetProperty("ResultCode").GetInt32());
        Assert.Single(await rig.Ledger());
    }

    [Fact]
    public async Task A_queue_timeout_may_come_after_the_success()
    {
        await rig.Script(SimulatorRig.Phone, new { queueTimeout = "envelope-after" });
        await rig.B2c();
        await rig.Shop.Next("/timeout");
        Assert.Equal(1, rig.Shop.Waiting("/result"));
    }

    [Fact]
    public async Task A_result_can_be_made_to_tell_something_else()
    {
        await rig.Script(SimulatorRig.Phone, new
        {
            callbackParty = "254700000001",
            parameters = new { TransactionAmount = 11, B2CRecipientIsRegisteredCustomer = (string?)null },
        });
        await rig.B2c();
        var told = await rig.Shop.Next("/result");
        Assert.Equal(11, told.Parameter("TransactionAmount").GetDecimal());
        Assert.Equal("254700000001 - JOHN DOE", told.Parameter("ReceiverPartyPublicName").GetString());
        var registered = Parameters(told).EnumerateArray().Single(p => p.GetProperty("Key").GetString() == "B2CRecipientIsRegisteredCustomer");
        Assert.False(registered.TryGetProperty("Value", out _));
        Assert.Equal(10, Assert.Single(await rig.Ledger()).GetProperty("amount").GetDecimal());
    }

    [Fact]
    public async Task B2B_tells_success_in_strings_and_failure_in_single_objects()
    {
        (string, object?)[] payBill =
        [
            ("SenderIdentifierType", "4"), ("RecieverIdentifierType", "4"), ("Amount", 190), ("PartyA", 174379), ("PartyB", 600000),
            ("AccountReference", "19008"),
        ];
        await rig.Command("/mpesa/b2b/v1/paymentrequest", "BusinessPayBill", payBill);
        var told = await rig.Shop.Next("/result");
        Assert.Equal("0", told.Envelope.GetProperty("ResultCode").GetString());
        Assert.Equal("190.00", told.Parameter("Amount").GetString());
        Assert.Equal("{Amount={CurrencyCode=KES, MinimumAmount=999981000, BasicAmount=9999810.00}}", told.Parameter("DebitAccountBalance").GetString());
        Assert.Equal("19008", told.Envelope.GetProperty("ReferenceData").GetProperty("ReferenceItem")[0].GetProperty("Value").GetString());

        await rig.Put("/simulator/accounts/174379", new { working = 0, utility = 0 });
        await rig.Command("/mpesa/b2b/v1/paymentrequest", "BusinessPayBill", payBill);
        var failed = (await rig.Shop.Next("/result")).Envelope;
        Assert.Equal(1, failed.GetProperty("ResultCode").GetInt32());
        Assert.Equal(JsonValueKind.Object, failed.GetProperty("ResultParameters").GetProperty("ResultParameter").ValueKind);
        Assert.Equal(JsonValueKind.Object, failed.GetProperty("ReferenceData").GetProperty("ReferenceItem").ValueKind);
    }

    [Theory]
    [InlineData("BusinessBuyGoods", "2", "0")]
    [InlineData("BusinessBuyGoods", "4", "SFC_IC0003")]
    [InlineData("BusinessPayBill", "2", "SFC_IC0003")]
    public async Task A_receiver_of_the_wrong_type_is_invalid(string command, string type, string code)
    {
        await rig.Command(
            "/mpesa/b2b/v1/paymentrequest", command, ("SenderIdentifierType", "4"), ("RecieverIdentifierType", type), ("Amount", 5), ("PartyA", 174379),
            ("PartyB", 5000002), ("AccountReference", "A"));
        Assert.Equal(code, (await rig.Shop.Next("/result")).Envelope.GetProperty("ResultCode").GetString());
    }

    [Theory]
    [InlineData("strings", "ResultCode", "\"0\"")]
    [InlineData("numbers", "ResultCode", "0")]
    public async Task Codes_come_as_strings_or_numbers(string variant, string key, string raw)
    {
        await rig.Settings(new { variant });
        await rig.B2c();
        Assert.Equal(raw, (await rig.Shop.Next("/result")).Envelope.GetProperty(key).GetRawText());
    }

    [Fact]
    public async Task Result_envelopes_come_in_every_shape_seen()
    {
        await rig.Script(SimulatorRig.Phone, new { variant = "object" });
        await rig.B2c();
        Assert.Equal(JsonValueKind.Object, Parameters(await rig.Shop.Next("/result")).ValueKind);

        await rig.Script(SimulatorRig.Phone, new { variant = "array,digit-dates,missing-value,duplicate-key" });
        await rig.B2c();
        var told = await rig.Shop.Next("/result");
        Assert.Equal(JsonValueKind.Array, told.Envelope.GetProperty("ReferenceData").GetProperty("ReferenceItem").ValueKind);
        Assert.Equal(14, told.Parameter("TransactionCompletedDateTime").GetInt64().ToString(System.Globalization.CultureInfo.InvariantCulture).Length);
        var items = Parameters(told).EnumerateArray().ToArray();
        Assert.False(items[^2].TryGetProperty("Value", out _));
        Assert.Equal(2, items.Count(i => i.GetProperty("Key").GetString() == "TransactionAmount"));

        await rig.Script(SimulatorRig.Phone, new { callback = "interim-first" });
        await rig.B2c();
        Assert.Equal(1, (await rig.Shop.Next("/result")).Envelope.GetProperty("ResultType").GetInt32());
        Assert.Equal(0, (await rig.Shop.Next("/result")).Envelope.GetProperty("ResultType").GetInt32());
    }

    private static JsonElement Parameters(CaughtCallback told) => told.Envelope.GetProperty("ResultParameters").GetProperty("ResultParameter");
}
