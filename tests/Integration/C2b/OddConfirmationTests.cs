using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Authentic money is never only a line in the inbox: it is a receipt if its number and amount can be made out, else a case (R17).</summary>
public sealed class OddConfirmationTests(RegisteredPaybill running) : IClassFixture<RegisteredPaybill>
{
    private readonly PaymentsHost host = running.Host;

    [Theory]
    [InlineData("latin1")]
    [InlineData("line-feed")]
    [InlineData("bad-escape")]
    [InlineData("lower-keys")]
    [InlineData("key-twice")]
    [InlineData("two-documents")]
    [InlineData("bom")]
    [InlineData("trailing")]
    [InlineData("comma")]
    [InlineData("utf16")]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("thousands")]
    [InlineData("exponent")]
    [InlineData("form")]
    public async Task What_safaricom_tells_in_a_form_nobody_published_pays_its_order(string form)
    {
        var checkout = await host.Checkout(phone: null);
        await host.Script(PaymentsHost.Customer, new { body = form, api = "c2b", times = 1 });

        var paid = await host.PayByHand(1500, (string)checkout["orderReference"]!);

        var now = await host.Until(checkout, "paid");
        Assert.Equal(((string?)paid["receipt"], "confirmation"), ((string?)now["payment"]!["receipt"], (string?)now["payment"]!["settledBy"]));
        Assert.Contains("Read leniently", await host.Sql<string>("SELECT detail FROM callbacks WHERE kind = 'c2b_confirm' ORDER BY id DESC LIMIT 1"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("two-amounts")]
    [InlineData("no-number")]
    [InlineData("zstd")]
    public async Task What_cannot_be_made_out_is_one_case_until_m_pesa_confirms_it(string form)
    {
        var (checkout, number, found) = await Unreadable(form);

        if (form != "two-amounts")
        {
            // Nobody can ask without a number, and no number makes money of itself.
            Assert.Equal((409, "nothing_to_ask"), await (await Ask(found, null)).Problem());
            Assert.Equal((400, "validation_failed"), await (await Ask(found, "UGA 7RT'")).Problem());
            Assert.Equal(HttpStatusCode.Accepted, (await Ask(found, PaymentsHost.NewReceipt())).StatusCode);
            await Answered(found, 1);
            Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);
        }

        Assert.Equal(HttpStatusCode.Accepted, (await Ask(found, form == "two-amounts" ? null : number.ToLowerInvariant())).StatusCode);
        await Answered(found, form == "two-amounts" ? 1 : 2);

        Assert.Equal(1500, await host.Sql<long>($"SELECT amount / 100 FROM receipts WHERE receipt = '{number}' AND settled_by = 'status_query'"));

        // The account is the customer's word, where it can be made out.
        Assert.Equal(form == "zstd" ? "open" : "paid", (string?)(await host.Get(checkout))["status"]);
        var settled = await Case(found);
        if (form == "two-amounts")
        {
            Assert.Equal(("settled", "paid", "service"), ((string?)settled["status"], (string?)settled["outcome"], (string?)settled["settledBy"]));
        }
        else
        {
            var answer = await host.Ops.PostAsJsonAsync($"/api/ops/cases/{found["id"]}/settle", new { outcome = "noted", reason = "It is on the statement." });
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Told_three_times_it_is_one_case_and_a_replay_opens_no_other()
    {
        var (body, other) = (PaybillHost.Body(PaymentsHost.NewReceipt(), "THRICE").Replace("1500.00", "1,5"), PaybillHost.Body("", "THRICE"));
        foreach (var told in new[] { body, other })
        {
            await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => host.Call($"/callbacks/c2b/confirm/{running.Token}", told)));
            Assert.Equal("malformed", await host.Verdict(told));
            Assert.Equal("malformed", await host.Confirm(running.Token, told));
            Assert.Equal(1L, await Cases(told));
            var subject = await host.Sql<Guid>($"SELECT k.subject_id FROM cases k JOIN callbacks c ON c.id = k.subject_id WHERE c.body = {Hex(told)}");
            await host.Sql<object>($"UPDATE cases SET status = 'settled', settled_at = now() WHERE subject_id = '{subject}'; SELECT 1");

            (await host.Ops.PostAsync($"/api/ops/callbacks/cb_{subject:N}/replay", null)).EnsureSuccessStatusCode();

            Assert.Equal(0L, await Cases(told));
        }
    }

    [Fact]
    public async Task A_case_closes_by_itself_when_the_same_money_is_told_of_readably()
    {
        var checkout = await host.Checkout(phone: null);
        var body = PaybillHost.Body(PaymentsHost.NewReceipt(), (string)checkout["orderReference"]!);
        var garbled = body.Replace("\"1500.00\"", "\"1,5\"", StringComparison.Ordinal);
        Assert.Equal("malformed", await host.Confirm(running.Token, garbled));
        Assert.Equal(1L, await Cases(garbled));

        Assert.Equal("applied", await host.Confirm(running.Token, body));

        Assert.Equal("settled paid", await host.Sql<string>($"SELECT k.status || ' ' || k.outcome FROM cases k JOIN callbacks c ON c.id = k.subject_id WHERE c.body = {Hex(garbled)}"));

        // And what is known already opens none.
        var again = garbled.Replace("\"1,5\"", "\"1,6\"", StringComparison.Ordinal);
        Assert.Equal("malformed", await host.Confirm(running.Token, again));
        Assert.Equal(0L, await Cases(again));
    }

    [Fact]
    public async Task What_a_newer_version_can_read_is_applied_by_a_replay_and_closes_its_case()
    {
        var body = PaybillHost.Body(PaymentsHost.NewReceipt(), "LATER").Replace("\"1500.00\"", "\"1,5\"", StringComparison.Ordinal);
        Assert.Equal("malformed", await host.Confirm(running.Token, body));

        // As if the version before this one had not understood what is good now.
        await host.Sql<object>($"UPDATE callbacks SET body = convert_to(replace(convert_from(body, 'UTF8'), '1,5', '1500.00'), 'UTF8') WHERE body = {Hex(body)}; SELECT 1");
        var good = body.Replace("1,5", "1500.00", StringComparison.Ordinal);
        var id = await host.Sql<Guid>($"SELECT id FROM callbacks WHERE body = {Hex(good)}");
        Assert.Equal(1L, await Cases(good));
        var answer = await (await host.Ops.PostAsync($"/api/ops/callbacks/cb_{id:N}/replay", null)).Content.ReadFromJsonAsync<JsonNode>();

        Assert.Equal("unmatched", (string?)answer!["verdict"]);
        Assert.Equal(0L, await Cases(good));
    }

    [Fact]
    public async Task From_nobody_it_is_neither_receipt_nor_case()
    {
        var before = await host.Sql<long>("SELECT count(*) FROM cases");
        foreach (var token in new[] { "", new string('0', 32), "x" })
        {
            Assert.Equal("malformed", await host.Confirm(token, PaybillHost.Body("", "NOBODY-1")));
        }

        Assert.Equal(before, await host.Sql<long>("SELECT count(*) FROM cases"));
    }

    [Fact]
    public async Task A_body_in_an_encoding_is_taken_whatever_its_header_says()
    {
        var checkout = await host.Checkout(phone: null);
        var number = PaymentsHost.NewReceipt();
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            gzip.Write(Encoding.UTF8.GetBytes(PaybillHost.Body(number, (string)checkout["orderReference"]!)));
        }

        using var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentEncoding.Add("identity");
        Assert.Equal(HttpStatusCode.OK, (await host.Anonymous.PostAsync($"/callbacks/c2b/confirm/{running.Token}", content)).StatusCode);

        await host.Until(checkout, "paid");
        Assert.Equal(Convert.ToHexString(packed.ToArray()), (await host.Sql<string>("SELECT encode(body, 'hex') FROM callbacks ORDER BY id DESC LIMIT 1")).ToUpperInvariant());
    }

    private async Task<(JsonNode Checkout, string Number, JsonNode Case)> Unreadable(string form)
    {
        var checkout = await host.Checkout(phone: null);
        await host.Script(PaymentsHost.Customer, new { body = form, api = "c2b", times = 1 });
        var number = (string)(await host.PayByHand(1500, (string)checkout["orderReference"]!))["receipt"]!;
        JsonNode? found = null;
        await PaymentsHost.Eventually(
            async () => (found = (await host.Ops.GetFromJsonAsync<JsonNode>("/api/ops/cases?status=open&kind=unreadable_confirmation&limit=1"))!["items"]!.AsArray().FirstOrDefault()) is not null,
            "there is a case");
        Assert.Equal(0L, await host.Sql<long>($"SELECT count(*) FROM receipts WHERE receipt = '{number}'"));
        return (checkout, number, found!);
    }

    private Task<HttpResponseMessage> Ask(JsonNode found, string? receipt) =>
        receipt is null ? host.Ops.PostAsync($"/api/ops/cases/{found["id"]}/ask", null) : host.Ops.PostAsJsonAsync($"/api/ops/cases/{found["id"]}/ask", new { receipt });

    private async Task Answered(JsonNode found, int times) => await PaymentsHost.Eventually(
        async () => (await Case(found))["history"]!.AsArray().Count(e => (string?)e!["what"] == "answered") == times, "M-PESA has answered", last: () => found.ToJsonString());

    private async Task<JsonNode> Case(JsonNode found) => (await host.Ops.GetFromJsonAsync<JsonNode>($"/api/ops/cases/{found["id"]}"))!;

    private Task<long> Cases(string body) => host.Sql<long>($"SELECT count(*) FROM cases k JOIN callbacks c ON c.id = k.subject_id WHERE k.status = 'open' AND c.body = {Hex(body)}");

    private static string Hex(string body) => $"'\\x{Convert.ToHexString(Encoding.UTF8.GetBytes(body))}'";
}
