using Payments.Application.C2b;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Answers of the Pull API as they were seen, or may come, and how far each is believed.</summary>
public sealed class PullAnswerTests(TokenTable table) : IClassFixture<TokenTable>, IAsyncDisposable
{
    private const string Row = """{"transactionId":"RKL51ZDR4F","trxDate":"2026-07-10T06:15:44Z","msisdn":254708374149,"transactiontype":"c2b-pay-bill-debit","billreference":"ORDER-1","amount":"168.00"}""";
    private const string Registered = """{"ResponseStatus":"1000","ResponseDescription":"Shortcode Registered Successfully"}""";

    private static readonly DateTimeOffset At = new(2026, 7, 10, 6, 15, 44, TimeSpan.Zero);

    private readonly FakeGateway gateway = new();

    public ValueTask DisposeAsync() => gateway.DisposeAsync();

    [Theory]
    [InlineData("""{"ResponseCode":"1000","Response":[[%]],"CurrentPage":0,"PageSize":10,"TotalPages":3}""")]
    [InlineData("""{"ResponseCode":1000,"Response":[%]}""")]
    [InlineData("""{"ResponseCode":"1000","Transaction":[[%]]}""")]
    [InlineData("""{"ResponseCode":"1000","Transactions":{"Transaction":[%]}}""")]
    [InlineData("""{"ResponseCode":"1000","Result":{"Data":[[[%]]]}}""")]
    [InlineData("""{"ResponseCode":"1000","Response":%}""")]
    public async Task A_row_is_found_wherever_it_stands(string body)
    {
        var page = await Ask(body.Replace("%", Row, StringComparison.Ordinal));

        Assert.Equal((null, null, 1), (page.Problem, page.Unread, page.Rows));
        Assert.Equal(("RKL51ZDR4F", At, "ORDER-1"), (page.Payments[0].Receipt.Value, page.Payments[0].At, page.Payments[0].Account));
        Assert.Equal(["RKL51ZDR4F"], page.Keys);
        Assert.Equal(body.Contains("TotalPages", StringComparison.Ordinal) ? 3 : null, page.TotalPages);
    }

    [Theory]
    [InlineData("\"Response\":")]
    [InlineData("\"Transaction\":")]
    public async Task A_list_as_text_is_a_list(string name)
    {
        var text = System.Text.Json.JsonSerializer.Serialize($"[[{Row}]]");
        Assert.Single((await Ask($$"""{"ResponseCode":"1000",{{name}}{{text}}}""")).Payments);
        Assert.True((await Ask($$"""{"ResponseCode":"1000",{{name}}"[[]]"}""")).IsEmpty);
    }

    [Theory]
    [InlineData("""{"TransID":"RKL51ZDR4F","TransTime":"20260710091544","TransAmount":168,"BillRefNumber":"ORDER-1"}""")]
    [InlineData("""{"TransactionID":"RKL51ZDR4F","TransactionDate":20260710091544,"Amount":"168","AccountReference":"ORDER-1"}""")]
    [InlineData("""{"Receipt No":"RKL51ZDR4F","Transaction Date":"10-07-2026 09:15:44","Transaction Amount":"168.0","BillReference":"ORDER-1"}""")]
    public async Task A_rows_names_may_be_spelt_as_elsewhere(string row)
    {
        var payment = Assert.Single((await Ask($$"""{"ResponseCode":"1000","Response":[[{{row}}]]}""")).Payments);
        Assert.Equal(("RKL51ZDR4F", At, "ORDER-1", 168m), (payment.Receipt.Value, payment.At, payment.Account, payment.Amount.Shillings));
    }

    [Theory]
    [InlineData("\"2026-07-10T06:15:44Z\"")]
    [InlineData("\"2026-07-10T09:15:44Z\"")]
    [InlineData("\"2026-07-10T09:15:44.123Z\"")]
    [InlineData("\"2026-07-10T09:15:44+03:00\"")]
    [InlineData("\"2026-07-10T09:15:44+0300\"")]
    [InlineData("\"2026-07-10T09:15:44+03\"")]
    [InlineData("\"2026-07-10 09:15:44 EAT\"")]
    [InlineData("\"2026-07-10 06:15:44\"")]
    [InlineData("\"2026-07-10 06:15:44+03:00\"")]
    [InlineData("\"10.07.2026 09:15:44\"")]
    [InlineData("\"10/07/2026 06:15:44\"")]
    [InlineData("20260710091544")]
    [InlineData("\"20260710061544\"")]
    [InlineData("1783664144")]
    [InlineData("1783674944")]
    [InlineData("\"1783664144000\"")]
    public async Task A_rows_time_lies_in_the_time_that_was_asked_for_whatever_it_is_written_in(string time)
    {
        var page = await Ask($$"""{"ResponseCode":"1000","Response":[[{{Row.Replace("\"2026-07-10T06:15:44Z\"", time, StringComparison.Ordinal)}}]]}""");

        Assert.Equal((At, null), (Assert.Single(page.Payments).At, page.Unread));
    }

    [Theory]
    [InlineData("\"2026-07-10T11:15:44Z\"", 1)]
    [InlineData("\"2026-07-09T06:15:44Z\"", 1)]
    [InlineData("\"yesterday\"", 0)]
    [InlineData("null", 0)]
    [InlineData("\"2026-13-40T06:15:44Z\"", 0)]
    [InlineData("17836641", 0)]
    public async Task A_row_outside_the_time_that_was_asked_for_or_without_one_is_not_understood(string time, int read)
    {
        var page = await Ask($$"""{"ResponseCode":"1000","Response":[[{{Row.Replace("\"2026-07-10T06:15:44Z\"", time, StringComparison.Ordinal)}}]]}""");

        Assert.Equal((read, 1), (page.Payments.Count, page.Rows));
        Assert.NotNull(page.Unread);
    }

    [Theory]
    [InlineData("""{"ResponseCode":"1000"}""")]
    [InlineData("""{"ResponseCode":"1000","Response":null}""")]
    [InlineData("""{"ResponseCode":"1000","Response":{}}""")]
    [InlineData("""{"ResponseCode":"1000","Response":"none"}""")]
    [InlineData("""{"ResponseCode":"1000","Response":[[null]]}""")]
    [InlineData("""{"ResponseCode":"1000","Response":[[{}]]}""")]
    [InlineData("""{"ResponseCode":"1000","Response":[["RKL51ZDR4F"]]}""")]
    [InlineData("""{"ResponseCode":"1000","Response":[[{"id":"RKL51ZDR4F","value":1}]]}""")]
    public async Task What_is_no_list_of_rows_is_not_an_empty_one(string body)
    {
        var page = await Ask(body);

        Assert.Equal((0, null, false), (page.Rows, page.Problem, page.IsEmpty));
        Assert.NotNull(page.Unread);
    }

    [Theory]
    [InlineData("""{"ResponseCode":"1000","Response":[[%,null]]}""", 1)]
    [InlineData("""{"ResponseCode":"1000","Response":[[%,{"transactionId":"RKL51ZDR4G","amount":"-1"}]]}""", 2)]
    [InlineData("""{"ResponseCode":"1001","ResponseMessage":"No transactions available","Response":[[%]]}""", 1)]
    public async Task What_can_be_read_is_taken_from_a_page_that_is_not_understood(string body, int rows)
    {
        var page = await Ask(body.Replace("%", Row, StringComparison.Ordinal));

        Assert.Equal((1, rows), (page.Payments.Count, page.Rows));
        Assert.NotNull(page.Unread);
    }

    [Theory]
    [InlineData(200, """{"ResponseCode":"1001","ResponseMessage":"No transactions available for the selected time period","Response":[[]]}""", true)]
    [InlineData(200, """{"ResponseCode":"1001","ResponseMessage":"Null, No transactions available for the selected time period.","Transaction":"[[]]"}""", true)]
    [InlineData(200, """{"ResponseCode":"1000","ResponseMessage":"Success","Response":[]}""", true)]
    [InlineData(200, """{"ResponseCode":"1001","ResponseMessage":"No records found or Organization Name not available","Response":[[]]}""", false)]
    [InlineData(200, """{"ResponseCode":"1001","ResponseMessage":"Something","Response":[[]]}""", false)]
    [InlineData(200, """{"ResponseCode":"1001","Response":[[]]}""", false)]
    [InlineData(500, """{"requestId":"1","errorCode":"500","errorMessage":"Failed to retrieve transactions. The short code does not have any available transactions."}""", false)]
    [InlineData(500, """{"requestId":"1","errorCode":"500.001.1001","errorMessage":"short code does not have any available transactions"}""", false)]
    [InlineData(404, """{"requestId":"1","errorCode":"404.001.01","errorMessage":"Transaction not found /no transaction on G2"}""", false)]
    public async Task An_empty_list_is_told_from_one_that_may_be_something_else(int status, string body, bool isPlain)
    {
        var page = await Ask(body, status);

        Assert.True(page.IsEmpty);
        Assert.Equal(isPlain, page.Unsaid is null);
    }

    [Theory]
    [InlineData(200, """{"ResponseCode":"1001","ResponseMessage":"Invalid ShortCode","Response":[[]]}""", true)]
    [InlineData(200, """{"ResponseCode":"1001","ResponseMessage":"ShortCode not registered"}""", true)]
    [InlineData(400, """{"requestId":"1","errorCode":"400.001","errorMessage":"Invalid ShortCode"}""", true)]
    [InlineData(200, """{"ResponseCode":"500.003.02","ResponseMessage":"Internal server error"}""", false)]
    [InlineData(200, "<html>", false)]
    [InlineData(200, "", false)]
    [InlineData(200, "[]", false)]
    [InlineData(503, "{}", false)]
    public async Task What_is_no_page_says_why_and_a_denied_registration_is_told_apart(int status, string body, bool isRefused)
    {
        var page = await Ask(body, status);

        Assert.NotNull(page.Problem);
        Assert.Equal((isRefused, isRefused), (page.IsRefused, page.EndsRound));
    }

    [Theory]
    [InlineData(200, """{"ResponseStatus":"1000"}""", true)]
    [InlineData(200, """{"Response Status":1001,"Response Description":"ShortCode already Registered"}""", true)]
    [InlineData(200, """{"ResponseStatus":"1001"}""", true)]
    [InlineData(500, """{"requestId":"1","errorCode":"500.003.1001","errorMessage":"Urls are already registered."}""", true)]
    [InlineData(200, """{"ResponseStatus":"1001","ResponseDescription":"Organization Name not available"}""", false)]
    [InlineData(200, """{"ResponseStatus":"1002","ResponseDescription":"Failed"}""", false)]
    [InlineData(200, """{"ResponseDescription":"Success"}""", false)]
    [InlineData(400, """{"requestId":"1","errorCode":"400.003.02","errorMessage":"Bad Request - Invalid NominatedNumber"}""", false)]
    [InlineData(200, "<html>", false)]
    public async Task Nothing_is_asked_before_registering_is_confirmed(int status, string answer, bool isConfirmed)
    {
        await using var rig = Puller(await table.Open());
        gateway.Otherwise = seen => seen.Path.EndsWith("/register", StringComparison.Ordinal)
            ? Act.Json(status, answer) : Act.Json(200, """{"ResponseCode":"1000","Response":[[]]}""");

        var page = await rig.Daraja.Pull(At.AddHours(-1), At.AddHours(1), 0, CancellationToken.None);

        Assert.Equal(isConfirmed, page.Problem is null);
        Assert.Equal(isConfirmed, gateway.Posts.Any(post => post.Path.EndsWith("/query", StringComparison.Ordinal)));
        Assert.All(gateway.Posts.Where(post => post.Path.EndsWith("/register", StringComparison.Ordinal)),
            post => Assert.Contains("\"254708374149\"", post.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_page_may_be_as_long_as_a_busy_hour_and_nothing_longer_is_read()
    {
        string Body(int rows) => $$"""{"ResponseCode":"1000","Response":[[{{string.Join(',', Enumerable.Range(0, rows).Select(n => Row.Replace("RKL51ZDR4F", $"R{n:000000000}", StringComparison.Ordinal)))}}]]}""";

        Assert.Equal(8_000, (await Ask(Body(8_000))).Payments.Count);
        Assert.NotNull((await Ask(Body(60_000))).Problem);
    }

    private async Task<PullPage> Ask(string body, int status = 200)
    {
        await using var rig = Puller(await table.Open());
        gateway.Otherwise = seen => Act.Json(seen.Path.EndsWith("/register", StringComparison.Ordinal) ? 200 : status,
            seen.Path.EndsWith("/register", StringComparison.Ordinal) ? Registered : body);
        return await rig.Daraja.Pull(At.AddHours(-1), At.AddHours(1), 0, CancellationToken.None);
    }

    private DarajaRig Puller(Npgsql.NpgsqlDataSource database) => new(database, gateway.Url, new() { ["Daraja:NominatedNumber"] = "0708374149" });
}
