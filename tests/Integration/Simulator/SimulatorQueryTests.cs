using System.Text.Json;
using Xunit;

namespace Payments.Tests.Integration;

public sealed class SimulatorQueryTests : IAsyncLifetime
{
    private SimulatorRig rig = null!;

    public async ValueTask InitializeAsync() => rig = await SimulatorRig.Start();

    public async ValueTask DisposeAsync() => await rig.DisposeAsync();

    [Fact]
    public async Task Pending_has_two_forms()
    {
        var id = (await rig.Push("254700007777"))["CheckoutRequestID"];
        var old = await rig.Query(id);
        Assert.Equal((500, "500.001.1001", "The transaction is being processed"), (old.Status, old["errorCode"], old["errorMessage"]));
        Assert.Equal(id, old["requestId"]);

        await rig.Settings(new { pendingForm = "4999" });
        var newer = await rig.Query(id);
        Assert.Equal((200, "4999", "The transaction is still under processing"), (newer.Status, newer["ResultCode"], newer["ResultDesc"]));
    }

    [Fact]
    public async Task The_form_of_pending_can_be_the_phones_own()
    {
        await rig.Script("254700000001", new { outcome = "ringing", pendingForm = "4999" });
        Assert.Equal("4999", (await rig.Query((await rig.Push("254700000001"))["CheckoutRequestID"]))["ResultCode"]);
    }

    [Fact]
    public async Task The_end_is_told_as_a_string_and_without_a_receipt()
    {
        var id = (await rig.Push())["CheckoutRequestID"];
        await rig.Shop.Next();
        var answer = await rig.Query(id);
        Assert.Equal(JsonValueKind.String, answer.Json.GetProperty("ResultCode").ValueKind);
        Assert.Equal(
            ["ResponseCode", "ResponseDescription", "MerchantRequestID", "CheckoutRequestID", "ResultCode", "ResultDesc"],
            answer.Json.EnumerateObject().Select(p => p.Name));
    }

    [Theory]
    [InlineData("400", 400, "400.002.02")]
    [InlineData("500", 500, "500.001.1001")]
    public async Task An_unknown_id_is_invalid_one_way_or_the_other(string form, int status, string code)
    {
        await rig.Settings(new { unknownCheckout = form });
        var reply = await rig.Query("ws_CO_01012026000000000700000000");
        Assert.Equal((status, code, "Bad Request - Invalid CheckoutRequestID"), (reply.Status, reply["errorCode"], reply["errorMessage"]));
    }

    [Fact]
    public async Task A_query_may_report_a_failure_too_early()
    {
        await rig.Script("254700007777", new { outcome = "ringing", query = "failed-first" });
        var id = (await rig.Push("254700007777"))["CheckoutRequestID"];
        Assert.Equal("1037", (await rig.Query(id))["ResultCode"]);
        await rig.Send(HttpMethod.Post, "/simulator/phones/254700007777/answer", new { outcome = "paid" });
        Assert.Equal(0, (await rig.Shop.Next()).Stk.GetProperty("ResultCode").GetInt32());
        Assert.Equal("0", (await rig.Query(id))["ResultCode"]);
    }

    [Fact]
    public async Task Queries_can_be_spoiled_for_a_while()
    {
        await rig.Script(SimulatorRig.Phone, new { query = "html-503", queryTimes = 1 });
        var id = (await rig.Push())["CheckoutRequestID"];
        await rig.Shop.Next();
        Assert.Equal(503, (await rig.Query(id)).Status);
        Assert.Equal("0", (await rig.Query(id))["ResultCode"]);
    }

    [Fact]
    public async Task A_script_for_the_query_alone_leaves_pushes_alone()
    {
        await rig.Script(SimulatorRig.Phone, new { api = "stk-query", error = "spike-arrest", times = 1 });
        var id = (await rig.Push())["CheckoutRequestID"];
        Assert.Equal("500.003.02", (await rig.Query(id))["errorCode"]);
        Assert.NotEqual("500.003.02", (await rig.Query(id)).Json.TryGetProperty("errorCode", out var code) ? code.GetString() : null);
    }
}
