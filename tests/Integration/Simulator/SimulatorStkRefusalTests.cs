using Xunit;

namespace Payments.Tests.Integration;

public sealed class SimulatorStkRefusalTests : IAsyncLifetime
{
    private SimulatorRig simulator = null!;

    public async ValueTask InitializeAsync() => simulator = await SimulatorRig.Start();

    public async ValueTask DisposeAsync() => await simulator.DisposeAsync();

    [Theory]
    [InlineData("BusinessShortCode", "12")]
    [InlineData("BusinessShortCode", null)]
    [InlineData("Password", "")]
    [InlineData("Timestamp", "20261324091500")]
    [InlineData("TransactionType", "CustomerPaybillOnline")]
    [InlineData("Amount", "0")]
    [InlineData("Amount", "250001")]
    [InlineData("Amount", "1.5")]
    [InlineData("PartyA", "0700000000")]
    [InlineData("PartyB", "x")]
    [InlineData("PhoneNumber", "+254700000000")]
    [InlineData("CallBackURL", "not a url")]
    [InlineData("AccountReference", "")]
    public async Task A_bad_field_is_named(string field, string? value)
    {
        var reply = await simulator.Push(SimulatorRig.Phone, (field, value));
        Assert.Equal((400, "400.002.02", $"Bad Request - Invalid {field}"), (reply.Status, reply["errorCode"], reply["errorMessage"]));
    }

    [Fact]
    public async Task Strings_and_numbers_are_both_taken()
    {
        var reply = await simulator.Push(SimulatorRig.Phone, ("BusinessShortCode", "174379"), ("Amount", "5"), ("PartyA", 254700000000), ("PartyB", "174379"));
        Assert.Equal("0", reply["ResponseCode"]);
    }

    [Fact]
    public async Task Without_a_JSON_content_type_the_first_field_is_missed()
    {
        var token = await simulator.Login();
        var reply = await simulator.Send(HttpMethod.Post, "/mpesa/stkpush/v1/processrequest", simulator.PushBody(), token, "text/plain");
        Assert.Equal((400, "Bad Request - Invalid BusinessShortCode"), (reply.Status, reply["errorMessage"]));
    }

    [Fact]
    public async Task A_password_made_of_something_else_is_wrong_credentials()
    {
        var reply = await simulator.Push(SimulatorRig.Phone, ("Password", SimulatorRig.Password(timestamp: "20261124091501")));
        Assert.Equal((500, "500.001.1001", "Wrong credentials"), (reply.Status, reply["errorCode"], reply["errorMessage"]));
    }

    [Fact]
    public async Task A_shortcode_nobody_has_is_no_merchant()
    {
        var reply = await simulator.Push(SimulatorRig.Phone, ("BusinessShortCode", 600000), ("Password", SimulatorRig.Password("600000")));
        Assert.Equal((500, "Merchant does not exist"), (reply.Status, reply["errorMessage"]));
    }

    [Fact]
    public async Task Buy_Goods_without_a_till_is_an_invalid_type()
    {
        var reply = await simulator.Push(SimulatorRig.Phone, ("TransactionType", "CustomerBuyGoodsOnline"));
        Assert.Equal("Bad Request - Invalid TransactionType", reply["errorMessage"]);
    }

    [Fact]
    public async Task Buy_Goods_pays_the_till()
    {
        await using var rig = await SimulatorRig.Start("--Simulator:TillNumber", "5000001");
        await rig.Push(SimulatorRig.Phone, ("TransactionType", "CustomerBuyGoodsOnline"), ("PartyB", 5000001));
        Assert.Equal(0, (await rig.Shop.Next()).Stk.GetProperty("ResultCode").GetInt32());
        Assert.Equal("5000001", Assert.Single(await rig.Ledger()).GetProperty("to").GetString());
        // The store number with a till's type is another product (2028).
        await rig.Push(SimulatorRig.Phone, ("TransactionType", "CustomerBuyGoodsOnline"));
        Assert.Equal(2028, (await rig.Shop.Next()).Stk.GetProperty("ResultCode").GetInt32());
    }

    [Theory]
    [InlineData("spike-arrest", 500, "Spike Arrest")]
    [InlineData("busy", 500, "System is busy")]
    [InlineData("500.003.03", 500, "Quota Violation")]
    [InlineData("429", 429, "429")]
    [InlineData("html-403", 403, "<html")]
    [InlineData("html-503", 503, "<html")]
    [InlineData("html-200", 200, "<html")]
    [InlineData("soap-fault", 500, "Fault")]
    [InlineData("response-code", 200, "\"ResponseCode\":\"1\"")]
    [InlineData("empty", 200, "")]
    [InlineData("reset", 0, "")]
    public async Task A_fault_before_acceptance_moves_nothing_and_is_used_once(string fault, int status, string part)
    {
        await simulator.Script(SimulatorRig.Phone, new { error = fault, times = 1 });
        var refused = await simulator.Push();
        Assert.Equal(status, refused.Status);
        Assert.Contains(part, refused.Text, StringComparison.Ordinal);
        Assert.Equal("0", (await simulator.Push())["ResponseCode"]);
        await simulator.Shop.Next();
        Assert.Single(await simulator.Ledger());
    }

    [Theory]
    [InlineData("html-200", 200)]
    [InlineData("html-503", 503)]
    [InlineData("empty", 200)]
    [InlineData("internal-error", 500)]
    [InlineData("lost", 0)]
    public async Task A_fault_after_acceptance_does_not_stop_the_payment(string fault, int status)
    {
        await simulator.Script(SimulatorRig.Phone, new { reply = fault });
        Assert.Equal(status, (await simulator.Push()).Status);
        Assert.Equal(0, (await simulator.Shop.Next()).Stk.GetProperty("ResultCode").GetInt32());
    }

    [Fact]
    public async Task A_slow_answer_is_slow_and_the_callback_does_not_wait_for_it()
    {
        await simulator.Script(SimulatorRig.Phone, new { replyDelayMs = 1000 });
        var push = simulator.Push();
        await simulator.Shop.Next();
        Assert.False(push.IsCompleted);
        Assert.Equal("0", (await push)["ResponseCode"]);
    }
}
