using System.Text;
using Xunit;

namespace Payments.Tests.Integration;

public sealed class SimulatorOauthTests : IAsyncLifetime
{
    private SimulatorRig rig = null!;

    public async ValueTask InitializeAsync() => rig = await SimulatorRig.Start();

    public async ValueTask DisposeAsync() => await rig.DisposeAsync();

    [Fact]
    public async Task A_token_has_28_characters_and_its_lifetime_is_a_string()
    {
        var reply = await Generate("local-consumer-key:local-consumer-secret");
        Assert.Equal(200, reply.Status);
        Assert.Matches("^[A-Za-z0-9]{28}$", reply["access_token"]);
        Assert.Equal("3599", reply["expires_in"]);
    }

    [Fact]
    public async Task A_new_token_kills_the_old_one()
    {
        var old = await rig.Login();
        var live = await rig.Login();
        Assert.Equal("404.001.03", (await Push(old))["errorCode"]);
        Assert.Equal("0", (await Push(live))["ResponseCode"]);
    }

    [Fact]
    public async Task A_token_dies_of_age()
    {
        await rig.Settings(new { tokenSeconds = 1 });
        var token = await rig.Login();
        await Task.Delay(1100);
        Assert.Equal("404.001.03", (await Push(token))["errorCode"]);
    }

    [Theory]
    [InlineData("local-consumer-key:wrong", "client_credentials", "400.008.01")]
    [InlineData("no-colon", "client_credentials", "400.008.01")]
    [InlineData("local-consumer-key:local-consumer-secret", "password", "400.008.02")]
    public async Task Wrong_keys_and_wrong_grants_get_400(string credentials, string grant, string code)
    {
        var reply = await Generate(credentials, grant);
        Assert.Equal((400, code), (reply.Status, reply["errorCode"]));
    }

    [Theory]
    [InlineData("/mpesa/stkpush/v1/processrequest", 404, "404.001.03")]
    [InlineData("/mpesa/stkpushquery/v1/query", 400, "400.003.01")]
    [InlineData("/mpesa/c2b/v2/registerurl", 400, "400.003.01")]
    [InlineData("/mpesa/b2c/v3/paymentrequest", 401, "401.002.01")]
    [InlineData("/mpesa/b2b/v1/paymentrequest", 401, "401.003.01")]
    [InlineData("/mpesa/reversal/v1/request", 404, "404.001.03")]
    [InlineData("/mpesa/transactionstatus/v1/query", 400, "400.003.01")]
    [InlineData("/mpesa/accountbalance/v1/query", 401, "401.002.01")]
    [InlineData("/pulltransactions/v1/query", 401, "401.001")]
    public async Task Each_product_refuses_a_bad_token_in_its_own_way(string path, int status, string code)
    {
        var reply = await rig.Send(HttpMethod.Post, path, new { }, "not-a-token");
        Assert.Equal((status, code), (reply.Status, reply["errorCode"]));
        Assert.Contains("Invalid Access Token", reply["errorMessage"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_product_added_later_needs_a_new_token()
    {
        await rig.Settings(new { products = new[] { "b2c" } });
        var old = await rig.Login();
        await rig.Settings(new { products = new[] { "b2c", "stk" } });
        Assert.Contains("no apiproduct match found", (await Push(old))["errorMessage"], StringComparison.Ordinal);
        Assert.Equal("0", (await Push(await rig.Login()))["ResponseCode"]);
    }

    [Theory]
    [InlineData("/mpesa/stkpush/v9/processrequest", "404.001.01")]
    [InlineData("/mpesa/b2c/v9/paymentrequest", "404.002.01")]
    [InlineData("/mpesa/c2b/v9/registerurl", "404.003.01")]
    public async Task A_path_Daraja_does_not_have_is_not_found(string path, string code)
    {
        var reply = await rig.Send(HttpMethod.Post, path, new { });
        Assert.Equal((404, code), (reply.Status, reply["errorCode"]));
    }

    [Fact]
    public async Task GET_where_POST_belongs_is_refused()
    {
        var reply = await rig.Send(HttpMethod.Get, "/mpesa/stkpush/v1/processrequest");
        Assert.Equal((405, "405.001", "GET Method Not Allowed"), (reply.Status, reply["errorCode"], reply["errorMessage"]));
    }

    private Task<SimulatorReply> Push(string token) => rig.Send(HttpMethod.Post, "/mpesa/stkpush/v1/processrequest", rig.PushBody(), token);

    private async Task<SimulatorReply> Generate(string credentials, string grant = "client_credentials")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/oauth/v1/generate?grant_type={grant}");
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
        using var response = await rig.Http.SendAsync(request);
        return new((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
