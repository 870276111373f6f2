using System.Text.Json.Nodes;
using Payments.Application.Daraja;
using Payments.Domain.Common;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Registering C2B URLs and pulling what their confirmations did not bring.</summary>
public sealed class PaybillSetupTests(TokenTable table) : IClassFixture<TokenTable>, IAsyncDisposable
{
    private readonly FakeGateway gateway = new();

    public ValueTask DisposeAsync() => gateway.DisposeAsync();

    [Theory]
    [InlineData("v1", """{"OriginatorCoversationID":"6e86-45dd-91ac-fd5d4178ab523408729","ResponseCode":"0","ResponseDescription":"success"}""")]
    [InlineData("v2", """{"OriginatorCoversationID":"6e86-45dd-91ac-fd5d4178ab523408729","ResponseCode":"00000000","ResponseDescription":"Success"}""")]
    [InlineData("v2", """{"OriginatorCoversationID":"6e86-45dd-91ac-fd5d4178ab523408729","ResponseDescription":"Success"}""")]
    public async Task Success_comes_in_three_forms(string version, string answer)
    {
        await using var rig = new DarajaRig(await table.Open(), gateway.Url);
        gateway.Then(Act.Json(200, answer));
        Assert.Equal(new Reply.Accepted("6e86-45dd-91ac-fd5d4178ab523408729", null), await Register(rig, version));
        var post = gateway.Posts.Single();
        Assert.Equal($"/mpesa/c2b/{version}/registerurl", post.Path);
        var body = JsonNode.Parse(post.Body)!;
        Assert.Equal("174379", (string?)body["ShortCode"]);
        Assert.Equal("Completed", (string?)body["ResponseType"]);
        Assert.Equal("https://pay.example.co.ke/callbacks/c2b/confirm/0123456789abcdef", (string?)body["ConfirmationURL"]);
        Assert.Equal("https://pay.example.co.ke/callbacks/c2b/validate/0123456789abcdef", (string?)body["ValidationURL"]);
    }

    [Theory]
    [InlineData("Urls are already registered.")]
    [InlineData("Duplicate notification info, SP ID is 107031000, correlator is 10001")]
    public async Task Registered_already_says_what_to_do(string text)
    {
        await using var rig = new DarajaRig(await table.Open(), gateway.Url);
        gateway.Then(Act.Error(500, "500.003.1001", text));
        var refused = Assert.IsType<Reply.Refused>(await Register(rig));
        Assert.Equal(FailureCode.Rejected, refused.Failure.Code);
        Assert.Contains("deleted in the Daraja portal", refused.Failure.Message);
        Assert.Single(gateway.Posts);
    }

    [Theory]
    [InlineData("v2", "C2B__Version=v1")]
    [InlineData("v1", "C2B__Version=v2")]
    public async Task An_app_without_the_product_says_which_version_to_try(string version, string says)
    {
        await using var rig = new DarajaRig(await table.Open(), gateway.Url);
        gateway.Otherwise = _ => Act.Error(401, "401.003.01", "Error Occurred - Invalid Access Token - Invalid API call as no apiproduct match found");
        var refused = Assert.IsType<Reply.Refused>(await Register(rig, version));
        Assert.Contains(says, refused.Failure.Message);
    }

    [Theory]
    [InlineData("https://mpesa.example.co.ke", "Simulator")]
    [InlineData("https://pay.example.co.ke/M-Pesa", "Simulator")]
    [InlineData("https://safaricom-shop.example.co.ke", "Simulator")]
    [InlineData("https://executive.example.co.ke", "Simulator")]
    [InlineData("https://pay.example.co.ke/cmd", "Simulator")]
    [InlineData("https://mysql.example.co.ke", "Simulator")]
    [InlineData("https://pay.example.co.ke/query", "Simulator")]
    [InlineData("http://pay.example.co.ke", "Sandbox")]
    [InlineData("https://pay.local", "Sandbox")]
    [InlineData("https://shop.ngrok.io", "Production")]
    public async Task A_url_that_safaricom_would_refuse_is_refused_before_anything_is_sent(string url, string environment)
    {
        await using var rig = new DarajaRig(await table.Open(), gateway.Url, new()
        {
            ["Callbacks:PublicBaseUrl"] = url,
            ["Daraja:Environment"] = environment,
        });
        var refused = Assert.IsType<Reply.Refused>(await Register(rig));
        Assert.StartsWith("Callbacks__PublicBaseUrl ", refused.Failure.Message, StringComparison.Ordinal);
        Assert.Empty(gateway.Posts);
        Assert.Empty(gateway.Grants);
    }

    [Fact]
    public async Task Pulling_registers_once_and_reads_lists_in_lists()
    {
        await using var rig = Puller(await table.Open());
        gateway.Then(
            Act.Json(200, """{"ResponseRefID":"1","Response Status":"1001","ShortCode":"174379","ResponseDescription":"Already registered"}"""),
            Act.Json(200, """
                {"ResponseRefID":"26178-42530161-2","ResponseCode":"1000","ResponseMessage":"Success","Response":[[
                {"transactionId":"RKL51ZDR4F","trxDate":"2026-07-10T06:15:44Z","msisdn":708374149,"sender":"MPESA",
                "transactiontype":"c2b-pay-bill-debit","billreference":"ORDER-1","amount":"168.00","organizationname":"Shop"},
                {"transactionId":"RKL51ZDR4G","trxDate":"2026-07-10 09:15:44","msisdn":"2547 ***** 149",
                "transactiontype":"c2b-buy-goods-debit","billreference":"","amount":250.5,"organizationname":"Shop"}],
                [{"transactionId":"yzlyrEsRG1","trxDate":"never","amount":"-1"}]]}
                """),
            Act.Json(200, """{"ResponseRefID":"2","ResponseCode":"1001","ResponseMessage":"No transactions","Response":"[[]]"}"""));
        var from = new DateTimeOffset(2026, 7, 9, 22, 0, 0, TimeSpan.Zero);

        var page = await rig.Daraja.Pull(from, from.AddHours(1), 0, CancellationToken.None);
        Assert.Null(page.Problem);
        Assert.Equal(3, page.Rows);
        var at = new DateTimeOffset(2026, 7, 10, 6, 15, 44, TimeSpan.Zero);
        Assert.Equal(
            [
                new PulledPayment(new("RKL51ZDR4F"), at, "254708374149", "ORDER-1", Money.FromShillings(168)),
                new PulledPayment(new("RKL51ZDR4G"), at, "2547 ***** 149", null, Money.FromCents(25_050)),
            ],
            page.Payments);
        Assert.Contains(rig.Log, line => line.StartsWith("daraja_pull_skipped: ", StringComparison.Ordinal));

        var next = await rig.Daraja.Pull(from, from.AddHours(1), 3, CancellationToken.None);
        Assert.Equal((null, 0, 0), (next.Problem, next.Rows, next.Payments.Count));

        Assert.Equal(["/pulltransactions/v1/register", "/pulltransactions/v1/query", "/pulltransactions/v1/query"], gateway.Posts.Select(post => post.Path));
        var question = JsonNode.Parse(gateway.Posts.Last().Body)!;
        Assert.Equal(("2026-07-10 01:00:00", "2026-07-10 02:00:00", "3"),
            ((string?)question["StartDate"], (string?)question["EndDate"], (string?)question["OffSetValue"]));
    }

    [Fact]
    public async Task A_pull_that_failed_says_so_and_lists_nothing()
    {
        await using var rig = Puller(await table.Open());
        gateway.Then(Act.Json(200, """{"ResponseStatus":"1000"}"""), Act.Json(200, """{"ResponseCode":"1","ResponseMessage":"Failed"}"""), Act.Html(200));
        var now = DateTimeOffset.UtcNow;
        Assert.NotNull((await rig.Daraja.Pull(now, now, 0, CancellationToken.None)).Problem);
        Assert.NotNull((await rig.Daraja.Pull(now, now, 0, CancellationToken.None)).Problem);
    }

    [Fact]
    public async Task Without_a_nominated_number_pull_is_off_and_nothing_is_sent()
    {
        await using var rig = new DarajaRig(await table.Open(), gateway.Url);
        var now = DateTimeOffset.UtcNow;
        Assert.Contains("Daraja__NominatedNumber", (await rig.Daraja.Pull(now, now, 0, CancellationToken.None)).Problem);
        Assert.Empty(gateway.Posts);
    }

    private DarajaRig Puller(Npgsql.NpgsqlDataSource database) => new(database, gateway.Url, new() { ["Daraja:NominatedNumber"] = "0708374149" });

    private static Task<Reply> Register(DarajaRig rig, string version = "v2") =>
        rig.Daraja.RegisterUrls(new("0123456789abcdef", version, "Completed"), CancellationToken.None);
}
