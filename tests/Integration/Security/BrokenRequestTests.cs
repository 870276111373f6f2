using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Requests that break HTTP, JSON or their own form: refused in a plain sentence, and without a line in the log for each.</summary>
public sealed class BrokenRequestTests(Running running) : IClassFixture<Running>
{
    private readonly PaymentsHost host = running.Host;

    public static TheoryData<string> Addresses => ["/callbacks/stk/callback", "/callbacks/c2b/validate", "/callbacks/c2b/confirm/0123456789abcdef0123456789abcdef", "/api/checkouts", "/sign-in"];

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task A_chunk_that_cannot_be_is_400_and_no_line_in_the_log(string path)
    {
        using var log = new LogLines(host);
        foreach (var size in new[] { "100000002", "ffffffffffffffffff", "80000000", "xyz", "-1" })
        {
            var answer = await RawRequest.Send(host.ApiUrl, Head(path, "Transfer-Encoding: chunked", Form(path)), $"{size}\r\nabc\r\n0\r\n\r\n");

            Assert.Equal((size, 400), (size, answer.Status));
            IsQuiet(log, answer);
        }
    }

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task A_body_that_stops_coming_is_cut_off_and_no_line_in_the_log(string path)
    {
        using var log = new LogLines(host);
        foreach (var length in new[] { "Content-Length: 5000", "Transfer-Encoding: chunked" })
        {
            var answer = await RawRequest.Send(host.ApiUrl, Head(path, length, Form(path)), "1\r\n");

            Assert.Contains(answer.Status, new[] { 400, 408 });
            IsQuiet(log, answer);
        }
    }

    [Theory]
    [InlineData("/callbacks/stk/callback")]
    [InlineData("/callbacks/c2b/validate")]
    [InlineData("/callbacks/c2b/confirm/0123456789abcdef0123456789abcdef")]
    [InlineData("/api/checkouts")]
    public async Task Who_goes_away_in_the_middle_leaves_no_line_in_the_log(string path)
    {
        using var log = new LogLines(host);
        foreach (var length in new[] { "Content-Length: 5000", "Transfer-Encoding: chunked" })
        {
            foreach (var goes in new Action<Socket>[] { s => s.Dispose(), s => s.LingerState = new(true, 0), s => s.Shutdown(SocketShutdown.Send) })
            {
                using var socket = await RawRequest.Open(host.ApiUrl, Head(path, length, Form(path)), "a\r\naaaaaaaaaa\r\n");
                await Task.Delay(100);
                goes(socket);
            }
        }

        await Task.Delay(1500);
        IsQuiet(log, new(""));
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "%long%")]
    [InlineData("multipart/form-data; boundary=x", "abcde")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\n\r\n")]
    [InlineData("multipart/form-data", "x")]
    public async Task A_form_that_is_none_is_400_and_no_line_in_the_log(string type, string body)
    {
        using var log = new LogLines(host);
        body = body.Replace("%long%", new string('a', 3000), StringComparison.Ordinal);
        foreach (var path in new[] { "/sign-in", "/sign-out", "/hangfire/recurring/trigger", "/hangfire/stats" })
        {
            var answer = await RawRequest.Send(host.ApiUrl, Head(path, $"Content-Length: {body.Length}", type), body);

            Assert.True(answer.Status is 400 or 403, $"{path}: {answer.Text}");
            IsQuiet(log, answer);
        }
    }

    [Theory]
    [InlineData("""{"amount":1,"amount":2}""", "amount", "This field is given twice.")]
    [InlineData("""{"metadata":{"a":"x","a":"y"}}""", "metadata.a", "This field is given twice.")]
    [InlineData("""{"amount":1,"Amount":2}""", "Amount", "This field is given twice.")]
    [InlineData("""{"amuont":1}""", "amuont", "There is no such field.")]
    [InlineData("""{"amount":{}}""", "amount", "This value has the wrong type or is out of range.")]
    [InlineData("""{"metadata":[1]}""", "metadata", "This value has the wrong type or is out of range.")]
    [InlineData("""{"description":"\ud800"}""", "description", "This value has the wrong type or is out of range.")]
    [InlineData("""{"metadata":{"\ud800":"x"}}""", "metadata", "This value has the wrong type or is out of range.")]
    [InlineData("""{"description":"a\u0000"}""", "description", "Give text without NUL characters.")]
    [InlineData("""{"metadata":{"\u0000":"x"}}""", "metadata.\0", "Give text without NUL characters.")]
    [InlineData("""{"amount":""", "amount", "This is not valid JSON.")]
    [InlineData("[]", "body", "This value has the wrong type or is out of range.")]
    [InlineData("null", "body", "Send a JSON object.")]
    [InlineData("", "body", "Send a JSON object.")]
    public async Task What_is_wrong_with_a_body_is_said_in_plain_words(string body, string field, string said)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var answer = await host.Shop.PostAsync("/api/checkouts", content);
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal([said], JsonNode.Parse(text)!["errors"]![field]!.AsArray().Select(error => (string)error!));
        Assert.DoesNotContain("Payments.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("utf-16", 400)]
    [InlineData("utf-16BE", 415)]
    [InlineData("iso-8859-1", 415)]
    [InlineData("bogus", 415)]
    public async Task A_body_in_another_encoding_than_it_says_is_no_error_of_ours(string charset, int status)
    {
        using var log = new LogLines(host);
        using var content = new ByteArrayContent("{}a"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json; charset=" + charset);

        Assert.Equal((status, status == 400 ? "validation_failed" : "unsupported_media_type"), await (await host.Shop.PostAsync("/api/checkouts", content)).Problem());
        IsQuiet(log, new(""));
    }

    [Fact]
    public async Task A_job_that_cannot_be_is_no_error_of_the_dashboard()
    {
        using var log = new LogLines(host);
        foreach (var id in new[] { "x", "1.5", "99999999999999999999", "-1", "1%20" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await host.Anonymous.GetAsync("/hangfire/jobs/details/" + id)).StatusCode);
        }

        IsQuiet(log, new(""));
    }

    private static void IsQuiet(LogLines log, RawAnswer answer)
    {
        Assert.DoesNotContain(log.Warnings, line => !line.Contains("log_lines_left_out", StringComparison.Ordinal) || line.Contains("Kestrel", StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Microsoft.", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Payments.Api", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("MinRequestBodyDataRate", answer.Text, StringComparison.Ordinal);
    }

    private static string Form(string path) => path == "/sign-in" ? "application/x-www-form-urlencoded" : "application/json";

    private static string Head(string path, string length, string type) =>
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk_test_shop\r\nContent-Type: {type}\r\n{length}\r\n\r\n";
}
