using System.Globalization;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>The Pull API in all the ways Safaricom's is said, and was seen, to answer.</summary>
public sealed class SimulatorPullTests : IAsyncLifetime
{
    private const string Path = "/pulltransactions/v1/query";
    private SimulatorRig rig = null!;
    private string[] receipts = [];

    public async ValueTask InitializeAsync()
    {
        rig = await SimulatorRig.Start();
        await rig.Call("/pulltransactions/v1/register", new { ShortCode = "174379", RequestType = "Pull", NominatedNumber = SimulatorRig.Phone, CallBackURL = "https://shop.example/pull" });
        for (var i = 0; i < 5; i++)
        {
            await rig.PayByHand(new { amount = 5, account = $"INV-{i}", msisdn = SimulatorRig.Phone });
        }

        receipts = [.. (await rig.Ledger()).Select(t => t.GetProperty("receipt").GetString()!)];
    }

    public async ValueTask DisposeAsync() => await rig.DisposeAsync();

    [Theory]
    [InlineData("rows", 0, "first", 0, "01")]
    [InlineData("rows", 0, "first", 1, "12")]
    [InlineData("rows", 0, "first", 5, "")]
    [InlineData("rows", 1, "first", 0, "01")]
    [InlineData("rows", 1, "first", 1, "01")]
    [InlineData("rows", 1, "first", 2, "12")]
    [InlineData("pages", 0, "first", 1, "23")]
    [InlineData("pages", 0, "first", 2, "4")]
    [InlineData("pages", 0, "first", 3, "")]
    [InlineData("pages", 1, "empty", 0, "")]
    [InlineData("pages", 1, "empty", 1, "01")]
    [InlineData("pages", 1, "refused", 0, "400.003.02")]
    [InlineData("ignored", 0, "first", 9, "01")]
    public async Task OffSetValue_counts_what_it_is_told_to(string offset, int first, string zero, int asked, string rows)
    {
        await rig.Settings(new { pullPageSize = 2, pull = new { offset, first, zero } });
        Assert.Equal(rows, Rows(await Query(asked)));
    }

    [Theory]
    [InlineData("documented", 200, "\"1001\"", "No transactions available for the selected time period")]
    [InlineData("organization", 200, "\"1001\"", "No records found or Organization Name not available")]
    [InlineData("empty-list", 200, "\"1000\"", "[[]]")]
    [InlineData("none-500", 500, "errorCode", "does not have any available transactions")]
    [InlineData("not-found", 404, "errorCode", "no transaction on G2")]
    public async Task A_list_without_rows_is_told_in_five_ways_and_also_when_there_are_some(string empty, int status, string code, string words)
    {
        await rig.Settings(new { pull = new { empty, hides = true } });
        var reply = await Query(0);
        Assert.Equal(status, reply.Status);
        Assert.Contains(code, reply.Text, StringComparison.Ordinal);
        Assert.Contains(words, reply.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(receipts[0], reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flat", "\"Response\":[{")]
    [InlineData("nested", "\"Response\":[[{")]
    [InlineData("string", "\"Response\":\"[[{")]
    [InlineData("transaction", "\"Transaction\":[[{")]
    [InlineData("transaction-string", "\"Transaction\":\"[[{")]
    [InlineData("null", "\"Response\":[[null]]")]
    [InlineData("missing", "\"ResponseMessage\":\"Success\"}")]
    [InlineData("unreadable", "\"Response\":[[{\"ref\":")]
    public async Task Rows_stand_in_many_places(string list, string text)
    {
        await rig.Settings(new { pull = new { list } });
        Assert.Contains(text, (await Query(0)).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("utc", @"^""\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ""$", 0)]
    [InlineData("eat-z", @"^""\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ""$", 3)]
    [InlineData("eat", @"^""\d{4}-\d\d-\d\d \d\d:\d\d:\d\d""$", 3)]
    [InlineData("offset", @"^""\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+03:00""$", 0)]
    [InlineData("offset-compact", @"^""\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0300""$", null)]
    [InlineData("epoch", @"^\d{10}$", null)]
    [InlineData("epoch-ms", @"^\d{13}$", null)]
    [InlineData("digits", @"^\d{14}$", null)]
    public async Task A_rows_time_is_written_in_many_ways(string time, string form, int? hoursAhead)
    {
        await rig.Settings(new { pull = new { time } });
        var written = (await Query(0)).Json.GetProperty("Response")[0][0].GetProperty("trxDate").GetRawText();
        Assert.Matches(form, written);
        if (hoursAhead is { } hours)
        {
            var read = DateTimeOffset.Parse(written.Trim('"'), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            Assert.InRange(read - DateTimeOffset.UtcNow, TimeSpan.FromHours(hours) - TimeSpan.FromMinutes(1), TimeSpan.FromHours(hours) + TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    public async Task Rows_leave_the_front_of_the_list_while_somebody_reads_and_pages_can_be_counted()
    {
        await rig.Settings(new { pullPageSize = 2, pull = new { drop = 1, pageInfo = true } });
        var first = await Query(0);
        Assert.Equal(("01", 3), (Rows(first), first.Json.GetProperty("TotalPages").GetInt32()));
        Assert.Equal("34", Rows(await Query(2)));
    }

    [Fact]
    public async Task A_nominated_number_in_the_national_form_is_refused_as_production_does_and_nonsense_settings_are_named()
    {
        await rig.Settings(new { pull = new { number = "international" } });
        var body = new { ShortCode = "174379", RequestType = "Pull", NominatedNumber = "0700000000", CallBackURL = "https://shop.example/pull" };
        Assert.Equal("Bad Request - Invalid NominatedNumber", (await rig.Call("/pulltransactions/v1/register", body))["errorMessage"]);

        var refused = await rig.Send(HttpMethod.Put, "/simulator/settings", new { pull = new { offset = "tables", first = 2 } });
        Assert.Equal(400, refused.Status);
        Assert.Contains("pull.offset is one of rows, pages, ignored", refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_share_of_the_answers_is_odd_by_the_seed()
    {
        await rig.Settings(new { rates = new { pullOdd = 0.5, seed = 7 } });
        var told = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            told.Add((await Query(0)).Text.Contains(receipts[4], StringComparison.Ordinal) ? "true" : "odd");
        }

        Assert.Contains("true", told);
        Assert.Contains("odd", told);
    }

    /// <summary>The rows' places in the ledger; the error's code where there is none.</summary>
    private string Rows(SimulatorReply reply) => reply.Json.TryGetProperty("errorCode", out var code)
        ? code.GetString()!
        : string.Concat(reply.Json.GetProperty("Response")[0].EnumerateArray().Select(r => Array.IndexOf(receipts, r.GetProperty("transactionId").GetString())));

    private Task<SimulatorReply> Query(int offset)
    {
        var now = DateTime.UtcNow.AddHours(3);
        string Text(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        return rig.Call(Path, new { ShortCode = "174379", StartDate = Text(now.AddMinutes(-15)), EndDate = Text(now.AddMinutes(1)), OffSetValue = $"{offset}" });
    }
}
