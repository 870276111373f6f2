using System.Text.Json;
using Xunit;

namespace Payments.Tests.Integration;

public sealed class SimulatorScriptTests : IAsyncLifetime
{
    private SimulatorRig daraja = null!;

    public async ValueTask InitializeAsync() => daraja = await SimulatorRig.Start();

    public async ValueTask DisposeAsync() => await daraja.DisposeAsync();

    [Theory]
    [InlineData("""{"outcome":"insufficient_funds"}""", 1)]
    [InlineData("""{"outcome":"1025"}""", 1025)]
    [InlineData("""{"outcome":8006}""", 8006)]
    [InlineData("""{"resultCode":31337}""", 31337)]
    [InlineData("""{"resultCode":"9999","resultDesc":"Push failed"}""", 9999)]
    public async Task An_outcome_goes_by_name_or_by_number(string script, int code)
    {
        await daraja.Script(SimulatorRig.Phone, script);
        await daraja.Push();
        Assert.Equal(code, (await daraja.Shop.Next()).Stk.GetProperty("ResultCode").GetInt32());
    }

    [Theory]
    [InlineData("twice", 2)]
    [InlineData("thrice", 3)]
    [InlineData("once", 1)]
    public async Task A_callback_comes_as_often_as_ordered(string callback, int times)
    {
        await daraja.Script(SimulatorRig.Phone, new { callback });
        await daraja.Push();
        for (var i = 0; i < times; i++)
        {
            await daraja.Shop.Next();
        }

        Assert.Equal(0, daraja.Shop.Waiting());
    }

    [Fact]
    public async Task A_malformed_callback_is_no_JSON()
    {
        await daraja.Script(SimulatorRig.Phone, new { callback = "malformed" });
        await daraja.Push();
        var text = (await daraja.Shop.Next()).Text;
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(text));
    }

    [Fact]
    public async Task A_bare_success_has_neither_amount_nor_receipt()
    {
        await daraja.Script(SimulatorRig.Phone, new { callback = "bare" });
        await daraja.Push();
        var stk = (await daraja.Shop.Next()).Stk;
        Assert.Equal(0, stk.GetProperty("ResultCode").GetInt32());
        Assert.False(stk.TryGetProperty("CallbackMetadata", out _));
    }

    [Fact]
    public async Task A_late_callback_comes_after_the_money_moved()
    {
        await daraja.Script(SimulatorRig.Phone, new { callback = "late", callbackDelayMs = 1000 });
        var ack = await daraja.Push();
        await SimulatorRig.Until(async () => (await daraja.Ledger()).Length == 1);
        Assert.Equal("0", (await daraja.Query(ack["CheckoutRequestID"]))["ResultCode"]);
        Assert.Equal(0, daraja.Shop.Waiting());
        await daraja.Shop.Next();
    }

    [Fact]
    public async Task Amount_and_phone_in_the_callback_can_be_others_than_were_paid()
    {
        await daraja.Script(SimulatorRig.Phone, new { callbackAmount = 4.5m, callbackParty = "254700000001" });
        await daraja.Push();
        var items = (await daraja.Shop.Next()).Stk.GetProperty("CallbackMetadata").GetProperty("Item").EnumerateArray().ToArray();
        Assert.Equal("4.50", items[0].GetProperty("Value").GetRawText());
        Assert.Equal(254700000001, items[^1].GetProperty("Value").GetInt64());
        Assert.Equal(5, Assert.Single(await daraja.Ledger()).GetProperty("amount").GetDecimal());
    }

    [Fact]
    public async Task Scripts_in_a_row_are_used_one_after_another()
    {
        await daraja.Script(SimulatorRig.Phone, new object[] { new { outcome = "cancelled", times = 2 }, new { outcome = "expired", times = 1 } });
        foreach (var code in new[] { 1032, 1032, 1019, 0 })
        {
            await daraja.Push();
            Assert.Equal(code, (await daraja.Shop.Next()).Stk.GetProperty("ResultCode").GetInt32());
        }
    }

    [Fact]
    public async Task A_script_for_an_API_stands_behind_those_for_phones()
    {
        await daraja.Put("/simulator/apis/stk", new { outcome = "expired" });
        await daraja.Script("254700000001", new { outcome = "paid" });
        await daraja.Push();
        Assert.Equal(1019, (await daraja.Shop.Next()).Stk.GetProperty("ResultCode").GetInt32());
        await daraja.Push("254700000001");
        Assert.Equal(0, (await daraja.Shop.Next()).Stk.GetProperty("ResultCode").GetInt32());
    }

    [Theory]
    [InlineData("/simulator/phones/254700000000", """{"outcome":"happy"}""")]
    [InlineData("/simulator/phones/254700000000", """{"callback":"often"}""")]
    [InlineData("/simulator/phones/254700000000", """{"outcom":"paid"}""")]
    [InlineData("/simulator/phones/254700000000", "[]")]
    [InlineData("/simulator/phones/254700000000", "nonsense")]
    [InlineData("/simulator/phones/nobody", """{"outcome":"paid"}""")]
    [InlineData("/simulator/apis/stk-pull", "{}")]
    [InlineData("/simulator/settings", """{"pendingForm":"maybe"}""")]
    [InlineData("/simulator/settings", """{"rates":{"fail":2}}""")]
    [InlineData("/simulator/settings", """{"promptLife":5}""")]
    public async Task A_mistake_in_an_order_is_told(string path, string order)
    {
        var reply = await daraja.Send(HttpMethod.Put, path, order);
        Assert.Equal(400, reply.Status);
        Assert.NotEmpty(reply.Json.GetProperty("problems").EnumerateArray());
    }

    [Fact]
    public async Task Reset_forgets_scripts_switches_logs_and_money_but_not_the_token()
    {
        await daraja.Script(SimulatorRig.Phone, new { outcome = "cancelled" });
        await daraja.Settings(new { pendingForm = "4999" });
        await daraja.Push("254700000001");
        await daraja.Shop.Next();
        await daraja.Push("254700007777");
        Assert.Equal(204, (await daraja.Send(HttpMethod.Post, "/simulator/reset")).Status);
        foreach (var path in new[] { "requests", "deliveries", "ledger", "prompts" })
        {
            Assert.Empty(await daraja.Items($"/simulator/{path}"));
        }

        Assert.Equal("500", (await daraja.Send(HttpMethod.Get, "/simulator/settings"))["pendingForm"]);
        await daraja.Push();
        Assert.Equal(0, (await daraja.Shop.Next()).Stk.GetProperty("ResultCode").GetInt32());
    }

    [Fact]
    public async Task Logs_show_bodies_and_answers_as_JSON()
    {
        await daraja.Push();
        await daraja.Shop.Next();
        var request = (await daraja.Items("/simulator/requests")).Last();
        Assert.Equal(["at", "method", "path", "status", "body", "answer"], request.EnumerateObject().Select(p => p.Name));
        Assert.Equal("/mpesa/stkpush/v1/processrequest", request.GetProperty("path").GetString());
        Assert.Equal("ORDER-1", request.GetProperty("body").GetProperty("AccountReference").GetString());
        Assert.Equal("0", request.GetProperty("answer").GetProperty("ResponseCode").GetString());
        JsonElement[] deliveries;
        while ((deliveries = await daraja.Items("/simulator/deliveries")).Length == 0)
        {
            await Task.Delay(10);
        }

        Assert.Equal(("/stk", 200), (deliveries[0].GetProperty("path").GetString(), deliveries[0].GetProperty("status").GetInt32()));
        Assert.Equal("Accepted", deliveries[0].GetProperty("answer").GetProperty("ResultDesc").GetString());
    }

    [Fact]
    public async Task The_same_seed_makes_the_same_faults()
    {
        var first = await Shaken(7);
        Assert.Equal(first, await Shaken(7));
        Assert.NotEqual(first, await Shaken(8));
        Assert.Contains("refused", first);
        Assert.Contains("lost", first);
        Assert.Contains("0", first);
    }

    // What becomes of forty phones asked all at once, in the order of their numbers.
    private static async Task<string[]> Shaken(int seed)
    {
        await using var rig = await SimulatorRig.Start();
        await rig.Settings(new { rates = new { seed, refuse = 0.2, fail = 0.2, loseReply = 0.2, loseCallback = 0.2 } });
        var phones = Enumerable.Range(0, 40).Select(n => $"2547000{10000 + n}").ToArray();
        return await Task.WhenAll(phones.Select(async phone =>
        {
            var ack = await rig.Push(phone);
            if (ack.Status == 0)
            {
                return "lost";
            }

            if (ack.Status == 500)
            {
                return "refused";
            }

            SimulatorReply answer;
            while ((answer = await rig.Query(ack["CheckoutRequestID"])).Status == 500)
            {
                await Task.Delay(20);
            }

            return answer["ResultCode"]!;
        }));
    }
}
