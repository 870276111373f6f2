using Xunit;

namespace Payments.Tests.Integration;

public sealed class SimulatorStatusTests : IAsyncLifetime
{
    private SimulatorRig rig = null!;

    public async ValueTask InitializeAsync() => rig = await SimulatorRig.Start();

    public async ValueTask DisposeAsync() => await rig.DisposeAsync();

    [Theory]
    [InlineData("OriginatorConversationID")]
    [InlineData("OriginalConversationID")]
    public async Task Status_knows_a_payout_whose_result_never_came(string field)
    {
        await rig.B2c("254700000606", ("OriginatorConversationID", "mine-1"));
        await SimulatorRig.Until(async () => (await rig.Ledger()).Length == 1);
        var told = await Ask((field, "mine-1"));
        Assert.Equal("Completed", told.Parameter("TransactionStatus").GetString());
        Assert.Equal(10, told.Parameter("Amount").GetDecimal());
        Assert.Equal("mine-1", told.Parameter("OriginatorConversationID").GetString());
        Assert.Equal((await rig.Ledger())[0].GetProperty("receipt").GetString(), told.Parameter("ReceiptNo").GetString());
        // Twice the same key, and a key without a value.
        var keys = told.Envelope.GetProperty("ResultParameters").GetProperty("ResultParameter").EnumerateArray().ToArray();
        Assert.Equal(2, keys.Count(k => k.GetProperty("Key").GetString() == "DebitPartyName"));
        Assert.False(keys.Single(k => k.GetProperty("Key").GetString() == "TransactionReason").TryGetProperty("Value", out _));
    }

    [Fact]
    public async Task Status_knows_what_is_under_way_and_what_was_declined()
    {
        await rig.B2c("254700007777", ("OriginatorConversationID", "held"));
        Assert.Equal("Initiated", (await Ask(("OriginatorConversationID", "held"))).Parameter("TransactionStatus").GetString());
        await rig.B2c("254700000001", ("OriginatorConversationID", "poor"));
        await rig.Shop.Next("/result");
        Assert.Equal("Declined", (await Ask(("OriginatorConversationID", "poor"))).Parameter("TransactionStatus").GetString());
    }

    [Fact]
    public async Task Status_goes_by_receipt_too()
    {
        var receipt = (await rig.PayByHand(new { amount = 7.25m, account = "A", msisdn = SimulatorRig.Phone }))["receipt"];
        var told = await Ask(("TransactionID", receipt));
        Assert.Equal((receipt, 7.25m), (told.Parameter("ReceiptNo").GetString(), told.Parameter("Amount").GetDecimal()));
    }

    [Theory]
    [InlineData("TransactionID", "UKO0000001", 2033)]
    [InlineData("OriginatorConversationID", "nobody's", 2033)]
    [InlineData("TransactionID", "", 25)]
    [InlineData("TransactionID", "short", 25)]
    public async Task Status_of_nothing_is_a_code_about_the_question(string field, string value, int code) =>
        Assert.Equal(code, (await Ask((field, value))).Envelope.GetProperty("ResultCode").GetInt32());

    [Fact]
    public async Task Balance_is_five_accounts_in_one_string()
    {
        await rig.B2c();
        await rig.Shop.Next("/result");
        await rig.Command("/mpesa/accountbalance/v1/query", "AccountBalance", ("PartyA", 174379), ("IdentifierType", "4"));
        var told = await rig.Shop.Next("/result");
        Assert.Equal("0", told.Envelope.GetProperty("ResultCode").GetString());
        Assert.Equal(
            "Working Account|KES|10000000.00|10000000.00|0.00|0.00&Float Account|KES|0.00|0.00|0.00|0.00&Utility Account|KES|9999990.00|9999990.00|0.00|0.00&" +
            "Charges Paid Account|KES|0.00|0.00|0.00|0.00&Organization Settlement Account|KES|0.00|0.00|0.00|0.00",
            told.Parameter("AccountBalance").GetString());
    }

    [Fact]
    public async Task A_reversal_gives_the_payment_back_once()
    {
        var receipt = (await rig.PayByHand(new { amount = 7.25m, account = "A", msisdn = SimulatorRig.Phone }))["receipt"];
        var told = await Reverse(receipt, "7.25");
        Assert.Equal((0, receipt), (told.Envelope.GetProperty("ResultCode").GetInt32(), told.Parameter("OriginalTransactionID").GetString()));
        Assert.Equal("254700000000 - JOHN DOE", told.Parameter("CreditPartyPublicName").GetString());
        Assert.Equal("R000001", (await Reverse(receipt, "7.25")).Envelope.GetProperty("ResultCode").GetString());
        var moved = await rig.Ledger();
        Assert.Equal(["c2b", "reversal"], moved.Select(m => m.GetProperty("kind").GetString()));
        Assert.Equal(receipt, moved[1].GetProperty("originalReceipt").GetString());
    }

    [Fact]
    public async Task A_reversal_of_something_else_is_no_original()
    {
        Assert.Equal("R000002", (await Reverse("UKO0000001", "5")).Envelope.GetProperty("ResultCode").GetString());
        var receipt = (await rig.PayByHand(new { amount = 7.25m, account = "A", msisdn = SimulatorRig.Phone }))["receipt"];
        Assert.Equal("R000002", (await Reverse(receipt, "7")).Envelope.GetProperty("ResultCode").GetString());
        // B2C cannot be reversed (docs/protocol/b2c-b2b.md#b2c).
        await rig.B2c();
        var payout = (await rig.Shop.Next("/result")).Parameter("TransactionReceipt").GetString();
        Assert.Equal("R000002", (await Reverse(payout, "10")).Envelope.GetProperty("ResultCode").GetString());
    }

    [Fact]
    public async Task Questions_fail_by_script()
    {
        await rig.Put("/simulator/apis/status", new { error = "spike-arrest", times = 1 });
        var fields = new (string, object?)[] { ("TransactionID", "UKO0000001"), ("PartyA", 174379), ("IdentifierType", "4") };
        Assert.Equal("500.003.02", (await rig.Command("/mpesa/transactionstatus/v1/query", "TransactionStatusQuery", fields))["errorCode"]);
        await rig.Put("/simulator/apis/status", new { outcome = 26, times = 1 });
        Assert.Equal(26, (await Ask(("TransactionID", "UKO0000001"))).Envelope.GetProperty("ResultCode").GetInt32());
    }

    [Fact]
    public async Task The_party_credited_may_be_called_so_and_the_status_be_something_else()
    {
        await rig.B2c("254700000606", ("OriginatorConversationID", "mine-1"));
        await SimulatorRig.Until(async () => (await rig.Ledger()).Length == 1);
        await rig.Put(
            "/simulator/apis/status", new { variant = "credit-party", callbackParty = "254700000001", parameters = new { TransactionStatus = "Authorized" } });
        var told = await Ask(("OriginatorConversationID", "mine-1"));
        Assert.Equal("254700000001 - JOHN DOE", told.Parameter("CreditPartyName").GetString());
        Assert.Equal("174379 - Simulated Shop", told.Parameter("DebitPartyName").GetString());
        Assert.Equal("Authorized", told.Parameter("TransactionStatus").GetString());
    }

    [Fact]
    public async Task Pull_lists_what_customers_paid_page_by_page()
    {
        await rig.Settings(new { pullPageSize = 2 });
        Assert.Equal("400.001", (await PullQuery(0))["errorCode"]);
        var register = new { ShortCode = "174379", RequestType = "Pull", NominatedNumber = "0700000000", CallBackURL = "https://shop.example/pull" };
        Assert.Equal("1000", (await rig.Call("/pulltransactions/v1/register", register))["ResponseStatus"]);
        Assert.Equal("1001", (await rig.Call("/pulltransactions/v1/register", register))["ResponseStatus"]);

        var none = await PullQuery(0);
        Assert.Equal(("1001", "[[]]"), (none["ResponseCode"], none.Json.GetProperty("Response").GetRawText()));
        await rig.Push("254700000404");
        await SimulatorRig.Until(async () => (await rig.Ledger()).Length == 1);
        for (var i = 0; i < 2; i++)
        {
            await rig.PayByHand(new { amount = 5, account = $"INV-{i}", msisdn = SimulatorRig.Phone });
        }

        await rig.B2c();
        await rig.Shop.Next("/result");

        var first = (await PullQuery(0)).Json.GetProperty("Response")[0].EnumerateArray().ToArray();
        Assert.Equal(["ORDER-1", "INV-0"], first.Select(r => r.GetProperty("billreference").GetString()));
        Assert.Equal((254700000404, "5.00"), (first[0].GetProperty("msisdn").GetInt64(), first[0].GetProperty("amount").GetString()));
        Assert.Equal("INV-1", Assert.Single((await PullQuery(2)).Json.GetProperty("Response")[0].EnumerateArray()).GetProperty("billreference").GetString());
        Assert.Equal("1001", (await PullQuery(3))["ResponseCode"]);
        // The page says GET, with a body.
        Assert.Equal("1000", (await PullQuery(0, HttpMethod.Get))["ResponseCode"]);
    }

    private async Task<CaughtCallback> Ask(params (string Field, object? Value)[] fields)
    {
        var ack = await rig.Command("/mpesa/transactionstatus/v1/query", "TransactionStatusQuery", [("PartyA", 174379), ("IdentifierType", "4"), .. fields]);
        Assert.Equal("0", ack["ResponseCode"]);
        return await rig.Shop.Next("/result");
    }

    private async Task<CaughtCallback> Reverse(string? receipt, string amount)
    {
        var ack = await rig.Command(
            "/mpesa/reversal/v1/request", "TransactionReversal", ("TransactionID", receipt), ("Amount", amount), ("ReceiverParty", 174379),
            ("RecieverIdentifierType", "11"));
        Assert.Equal("0", ack["ResponseCode"]);
        return await rig.Shop.Next("/result");
    }

    private async Task<SimulatorReply> PullQuery(int offset, HttpMethod? method = null)
    {
        var now = DateTime.UtcNow.AddHours(3);
        string Text(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
        var body = new { ShortCode = "174379", StartDate = Text(now.AddMinutes(-15)), EndDate = Text(now.AddMinutes(1)), OffSetValue = $"{offset}" };
        const string Path = "/pulltransactions/v1/query";
        return method is null ? await rig.Call(Path, body) : await rig.Send(method, Path, body, await rig.Login());
    }
}
