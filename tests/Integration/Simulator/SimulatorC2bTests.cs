using Xunit;

namespace Payments.Tests.Integration;

public sealed class SimulatorC2bTests : IAsyncLifetime
{
    private static readonly object Payment = new { amount = 12.5m, account = "INV-8", msisdn = SimulatorRig.Phone };

    private SimulatorRig daraja = null!;

    public async ValueTask InitializeAsync() => daraja = await SimulatorRig.Start();

    public async ValueTask DisposeAsync() => await daraja.DisposeAsync();

    [Fact]
    public async Task A_payment_is_validated_then_confirmed_in_flat_strings()
    {
        Assert.Equal("0", (await daraja.Register())["ResponseCode"]);
        daraja.Shop.Answer = path => Task.FromResult(path == "/c2b/validate" ? """{"ResultCode":"0","ThirdPartyTransID":"mine"}""" : null);
        var paid = await daraja.PayByHand(Payment);
        Assert.Equal("completed", paid["status"]);
        var receipt = paid["receipt"];

        var asked = (await daraja.Shop.Next("/c2b/validate")).Json;
        Assert.Equal("", asked.GetProperty("OrgAccountBalance").GetString());
        Assert.Equal(receipt, asked.GetProperty("TransID").GetString());
        var told = await daraja.Shop.Next("/c2b/confirm");
        var time = told.Json.GetProperty("TransTime").GetString();
        Assert.Equal(
            $"{{\"TransactionType\":\"Pay Bill\",\"TransID\":\"{receipt}\",\"TransTime\":\"{time}\",\"TransAmount\":\"12.50\"," +
            "\"BusinessShortCode\":\"174379\",\"BillRefNumber\":\"INV-8\"," +
            "\"InvoiceNumber\":\"\",\"OrgAccountBalance\":\"10000012.50\",\"ThirdPartyTransID\":\"mine\"," +
            "\"MSISDN\":\"2547 ***** 000\",\"FirstName\":\"JOHN\",\"MiddleName\":\"\",\"LastName\":\"\"}",
            told.Text);
        var moved = Assert.Single(await daraja.Ledger());
        Assert.Equal(("c2b", 12.5m), (moved.GetProperty("kind").GetString(), moved.GetProperty("amount").GetDecimal()));
    }

    [Fact]
    public async Task Without_URLs_it_completes_in_silence()
    {
        Assert.Equal("completed", (await daraja.PayByHand(Payment))["status"]);
        Assert.Single(await daraja.Ledger());
        Assert.Empty(await daraja.Items("/simulator/deliveries"));
    }

    [Theory]
    [InlineData("""{"ResultCode":"C2B00012","ResultDesc":"Rejected"}""")]
    [InlineData("""{"ResultCode":1}""")]
    public async Task A_shop_that_says_no_gets_no_money(string answer)
    {
        await daraja.Register();
        daraja.Shop.Answer = _ => Task.FromResult<string?>(answer);
        Assert.Equal("rejected", (await daraja.PayByHand(Payment))["status"]);
        Assert.Empty(await daraja.Ledger());
        Assert.Equal(0, daraja.Shop.Waiting("/c2b/confirm"));
    }

    [Theory]
    [InlineData("Completed", "completed", 1)]
    [InlineData("Cancelled", "cancelled", 0)]
    public async Task After_the_deadline_the_registered_ResponseType_decides(string responseType, string status, int confirmations)
    {
        await daraja.Settings(new { validationDeadlineMs = 50 });
        await daraja.Register(responseType: responseType);
        daraja.Shop.Answer = async path =>
        {
            if (path == "/c2b/validate")
            {
                await Task.Delay(500);
            }

            return null;
        };
        var paid = await daraja.PayByHand(Payment);
        Assert.Equal(status, paid["status"]);
        Assert.Equal("response-type", paid.Json.GetProperty("validation").GetProperty("decidedBy").GetString());
        Assert.Equal(confirmations, (await daraja.Ledger()).Length);
        Assert.Equal(confirmations, daraja.Shop.Waiting("/c2b/confirm"));
    }

    [Fact]
    public async Task An_answer_that_is_no_JSON_leaves_it_to_the_ResponseType()
    {
        await daraja.Register(responseType: "Cancelled");
        daraja.Shop.Answer = _ => Task.FromResult<string?>("<html>");
        Assert.Equal("cancelled", (await daraja.PayByHand(Payment))["status"]);
    }

    [Theory]
    [InlineData("ResponseType", "completed")]
    [InlineData("ShortCode", "600000")]
    [InlineData("ConfirmationURL", "https://shop.example/mpesa/confirm")]
    [InlineData("ConfirmationURL", "https://shop.example/M-Pesa")]
    [InlineData("ValidationURL", "https://safaricom.example/")]
    [InlineData("ValidationURL", "https://shop.example/EXEcute")]
    [InlineData("ValidationURL", "https://shop.example/a?cmd=1")]
    [InlineData("ConfirmationURL", "https://mysql.example/")]
    [InlineData("ConfirmationURL", "https://shop.example/Query")]
    [InlineData("ConfirmationURL", "")]
    public async Task What_Safaricom_refuses_is_refused(string field, string value)
    {
        var body = new Dictionary<string, object?>
        {
            ["ShortCode"] = 174379,
            ["ResponseType"] = "Completed",
            ["ConfirmationURL"] = "https://shop.example/confirm",
            ["ValidationURL"] = "https://shop.example/validate",
        };
        Assert.Equal(200, (await daraja.Call("/mpesa/c2b/v2/registerurl", body)).Status);
        body[field] = value;
        var reply = await daraja.Call("/mpesa/c2b/v2/registerurl", body);
        Assert.Equal((400, "400.003.02", $"Bad Request - Invalid {field}"), (reply.Status, reply["errorCode"], reply["errorMessage"]));
    }

    [Fact]
    public async Task Production_registers_once_until_the_portal_deletes()
    {
        Assert.Equal(200, (await daraja.Register()).Status);
        Assert.Equal(200, (await daraja.Register()).Status);
        await daraja.Settings(new { production = true });
        var again = await daraja.Register();
        Assert.Equal((500, "500.003.1001", "Urls are already registered."), (again.Status, again["errorCode"], again["errorMessage"]));
        await daraja.Send(HttpMethod.Delete, "/simulator/c2b/urls");
        Assert.Equal(200, (await daraja.Register()).Status);
    }

    [Fact]
    public async Task The_other_version_than_the_apps_has_no_apiproduct()
    {
        await daraja.Settings(new { c2bVersion = "v1" });
        var reply = await daraja.Register(2);
        Assert.Equal((401, "401.003.01"), (reply.Status, reply["errorCode"]));
        Assert.EndsWith("no apiproduct match found", reply["errorMessage"], StringComparison.Ordinal);
        Assert.Equal("success", (await daraja.Register(1))["ResponseDescription"]);
    }

    [Theory]
    [InlineData("no-code", "OriginatorCoversationID,ResponseDescription")]
    [InlineData("zeros", "OriginatorCoversationID,ResponseCode,ResponseDescription")]
    public async Task Registering_is_answered_in_more_than_one_form(string form, string keys)
    {
        await daraja.Settings(new { c2bRegisterReply = form });
        var reply = await daraja.Register();
        Assert.Equal(keys, string.Join(',', reply.Json.EnumerateObject().Select(p => p.Name)));
        if (form == "zeros")
        {
            Assert.Equal("00000000", reply["ResponseCode"]);
        }
    }

    [Theory]
    [InlineData(1, "auto", "^[0-9a-f]{64}$")]
    [InlineData(2, "auto", @"^2547 \*{5} 000$")]
    [InlineData(2, "masked", @"^25470\*{4}000$")]
    [InlineData(2, "plain", "^254700000000$")]
    public async Task Phone_numbers_come_in_every_disguise(int version, string form, string pattern)
    {
        await daraja.Settings(new { c2bPhone = form, c2bNames = false });
        await daraja.Register(version);
        await daraja.PayByHand(Payment);
        var told = (await daraja.Shop.Next("/c2b/confirm")).Json;
        Assert.Matches(pattern, told.GetProperty("MSISDN").GetString());
        Assert.Equal("", told.GetProperty("FirstName").GetString());
    }

    [Fact]
    public async Task An_STK_payment_can_be_confirmed_a_second_time_with_the_same_receipt()
    {
        await daraja.Register();
        await daraja.Settings(new { stkConfirmation = true });
        await daraja.Push();
        var receipt = (await daraja.Shop.Next()).Stk.GetProperty("CallbackMetadata").GetProperty("Item")[1].GetProperty("Value").GetString();
        var told = (await daraja.Shop.Next("/c2b/confirm")).Json;
        Assert.Equal((receipt, "ORDER-1"), (told.GetProperty("TransID").GetString(), told.GetProperty("BillRefNumber").GetString()));
        Assert.Single(await daraja.Ledger());
    }

    [Fact]
    public async Task The_confirmation_can_be_made_to_come_before_the_callback()
    {
        await daraja.Register();
        await daraja.Script(SimulatorRig.Phone, new { callback = "late", callbackDelayMs = 1000, confirmation = "once" });
        await daraja.Push();
        await daraja.Shop.Next("/c2b/confirm");
        Assert.Equal(0, daraja.Shop.Waiting());
        await daraja.Shop.Next();
    }

    [Theory]
    [InlineData(1, "ConversationID,OriginatorCoversationID,ResponseDescription")]
    [InlineData(2, "OriginatorCoversationID,ResponseCode,ResponseDescription")]
    public async Task Darajas_own_simulate_pays_too(int version, string keys)
    {
        await daraja.Register();
        var body = new { ShortCode = 174379, CommandID = "CustomerPayBillOnline", Amount = 1, Msisdn = 254700000000, BillRefNumber = "INV1" };
        var reply = await daraja.Call($"/mpesa/c2b/v{version}/simulate", body);
        Assert.Equal(keys, string.Join(',', reply.Json.EnumerateObject().Select(p => p.Name)));
        Assert.Equal("INV1", (await daraja.Shop.Next("/c2b/confirm")).Json.GetProperty("BillRefNumber").GetString());
        await daraja.Settings(new { production = true });
        Assert.Equal(404, (await daraja.Call($"/mpesa/c2b/v{version}/simulate", body)).Status);
    }

    [Fact]
    public async Task A_customer_without_money_pays_nothing_by_hand()
    {
        var reply = await daraja.PayByHand(new { amount = 5, account = "X", msisdn = "0700000001" });
        Assert.Equal(("failed", "1"), (reply["status"], reply["resultCode"]));
        Assert.Empty(await daraja.Ledger());
    }

    [Theory]
    [InlineData("""{"amount":0,"account":"X","msisdn":"0700000000"}""")]
    [InlineData("""{"amount":5,"account":"","msisdn":"0700000000"}""")]
    [InlineData("""{"amount":5,"account":"X","msisdn":"12"}""")]
    [InlineData("""{"amount":5,"account":"X","msisdn":"0700000000","shortcode":"600000"}""")]
    [InlineData("[]")]
    public async Task A_payment_by_hand_that_cannot_be_is_told_so(string body) => Assert.Equal(400, (await daraja.PayByHand(body)).Status);

    [Theory]
    [InlineData("local", "0700000000")]
    [InlineData("national", "700000000")]
    [InlineData("grouped", "254\u00A0700\u00A0000\u00A0000")]
    [InlineData("local-masked", "07****000")]
    [InlineData("prefix", "0700XXXXXX")]
    [InlineData("business", "112233")]
    [InlineData("empty", "")]
    public async Task A_script_shows_the_payer_in_another_form(string form, string shown)
    {
        await daraja.Register();
        await daraja.Script(SimulatorRig.Phone, new { payer = form, times = 1 });
        await daraja.PayByHand(Payment);
        Assert.Equal(shown, (await daraja.Shop.Next("/c2b/confirm")).Json.GetProperty("MSISDN").GetString());

        await daraja.PayByHand(Payment);
        Assert.Equal("2547 ***** 000", (await daraja.Shop.Next("/c2b/confirm")).Json.GetProperty("MSISDN").GetString());
    }

    [Theory]
    [InlineData("OD Payment Transfer", "OD Payment Transfer")]
    [InlineData("", "")]
    [InlineData("absent", null)]
    public async Task Its_type_has_any_words(string words, string? type)
    {
        await daraja.Register();
        await daraja.Settings(new { c2bType = words });
        await daraja.PayByHand(Payment);
        var told = (await daraja.Shop.Next("/c2b/confirm")).Json;
        Assert.Equal(type, told.TryGetProperty("TransactionType", out var given) ? given.GetString() : null);
    }

    [Fact]
    public async Task A_number_of_the_same_owner_is_told_of_at_the_same_address()
    {
        await daraja.Register();
        Assert.Equal(400, (await daraja.PayByHand(new { shortcode = "600777", amount = 5, account = "X", msisdn = SimulatorRig.Phone })).Status);
        await daraja.Settings(new { siblings = new[] { "600777" } });

        Assert.Equal("completed", (await daraja.PayByHand(new { shortcode = "600777", amount = 5, account = "X", msisdn = SimulatorRig.Phone }))["status"]);

        Assert.Equal("600777", (await daraja.Shop.Next("/c2b/confirm")).Json.GetProperty("BusinessShortCode").GetString());
    }

    [Fact]
    public async Task A_till_has_no_account()
    {
        await using var rig = await SimulatorRig.Start("--Simulator:TillNumber", "5000001");
        await rig.Register(shortcode: "5000001");
        await rig.PayByHand(new { shortcode = "5000001", amount = 5, msisdn = SimulatorRig.Phone });
        var told = (await rig.Shop.Next("/c2b/confirm")).Json;
        Assert.Equal(("Buy Goods", ""), (told.GetProperty("TransactionType").GetString(), told.GetProperty("BillRefNumber").GetString()));
    }
}
