using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Whatever is posted to the callback address is stored and answered 200; only a trusted callback moves anything.</summary>
public sealed class CallbackIntakeTests(Running running) : IClassFixture<Running>
{
    private readonly PaymentsHost host = running.Host;

    public static TheoryData<string, string, string, string> Bodies => new()
    {
        { "malformed JSON", "{\"Body\":", "application/json", "malformed" },
        { "an empty body", "", "application/json", "malformed" },
        { "an empty object", "{}", "application/json", "malformed" },
        { "an array", "[1,2]", "application/json", "malformed" },
        { "plain text", "hello", "text/plain", "malformed" },
        { "a form", "a=1&b=2", "application/x-www-form-urlencoded", "malformed" },
        { "another kind's body", """{"TransID":"RKL51ZDR4F","TransAmount":"5.00"}""", "application/json", "malformed" },
        { "JSON as XML", PaymentsHost.SuccessBody("ws_CO_1", "UGA7RT61SV", 5), "text/xml", "hint" },
        { "a success nobody asked for", PaymentsHost.SuccessBody("ws_CO_404", "UGA7RT61SW", 5), "application/json", "hint" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Any_body_is_answered_200_stored_and_judged(string what, string body, string contentType, string verdict)
    {
        foreach (var prefix in new[] { "/callbacks/stk/callback", "/api/mpesa/stk/callback", "/callbacks/callback" })
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
            var before = await host.Sql<long>("SELECT count(*) FROM callbacks");

            var answer = await host.Anonymous.PostAsync(prefix, content);

            Assert.True(answer.StatusCode == HttpStatusCode.OK, what);
            Assert.Equal("""{"ResultCode":0,"ResultDesc":"Accepted"}""", await answer.Content.ReadAsStringAsync());
            Assert.Equal(before + 1, await host.Sql<long>("SELECT count(*) FROM callbacks"));
        }

        await PaymentsHost.Eventually(async () => await host.Sql<long>("SELECT count(*) FROM callbacks WHERE state <> 'done'") == 0, "all are judged");
        var page = await host.Ops.GetFromJsonAsync<JsonNode>("/api/ops/callbacks?limit=3");
        Assert.All(page!["items"]!.AsArray(), item => Assert.Equal(verdict, (string?)item!["verdict"]));
        var one = await host.Ops.GetFromJsonAsync<JsonNode>($"/api/ops/callbacks/{page["items"]![0]!["id"]}");
        Assert.Equal(body, (string?)one!["body"]);
    }

    [Fact]
    public async Task A_content_type_that_ends_amid_a_character_hinders_nobody()
    {
        using var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 };
        using var caller = new HttpClient(handler) { BaseAddress = host.ApiUrl };
        for (var i = 0; i < 3; i++)
        {
            using var content = new ByteArrayContent("{}"u8.ToArray());
            content.Headers.TryAddWithoutValidation("Content-Type", new string('a', 199) + "\U0001F600" + new string('b', 20));
            Assert.Equal(HttpStatusCode.OK, (await caller.PostAsync("/callbacks/stk/callback", content)).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await host.Call("/callbacks/stk/callback", "{}")).StatusCode);
        }

        Assert.Equal("ready", await host.Readiness());
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_kept_as_they_came()
    {
        byte[] bytes = [0xff, 0xfe, 0x00, 0x7b];
        await host.Anonymous.PostAsync("/callbacks/stk/callback", new ByteArrayContent(bytes));

        await PaymentsHost.Eventually(async () => await host.Sql<long>("SELECT count(*) FROM callbacks WHERE state <> 'done'") == 0, "it is judged");
        var page = await host.Ops.GetFromJsonAsync<JsonNode>("/api/ops/callbacks?limit=1");
        var one = await host.Ops.GetFromJsonAsync<JsonNode>($"/api/ops/callbacks/{page!["items"]![0]!["id"]}");
        Assert.Equal(bytes, Convert.FromBase64String((string)one!["bodyBase64"]!));
        Assert.Equal("malformed", (string?)one["verdict"]);
    }

    [Fact]
    public async Task More_than_64_KiB_is_413_and_a_GET_is_405()
    {
        var exact = await host.Anonymous.PostAsync("/callbacks/stk/callback", new ByteArrayContent(new byte[64 * 1024]));
        var over = await host.Anonymous.PostAsync("/callbacks/stk/callback", new ByteArrayContent(new byte[(64 * 1024) + 1]));
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/callbacks/stk/callback") { Content = new StreamContent(new MemoryStream(new byte[200_000])) };
        chunked.Headers.TransferEncodingChunked = true;
        var overChunked = await host.Anonymous.SendAsync(chunked);
        var get = await host.Anonymous.GetAsync("/callbacks/stk/callback");

        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.MethodNotAllowed),
            (exact.StatusCode, over.StatusCode, overChunked.StatusCode, get.StatusCode));
    }

    [Fact]
    public async Task A_forged_success_pays_nothing()
    {
        var checkout = await host.Ringing();
        var other = await host.Ringing();
        var (path, body) = host.SuccessCallback(checkout, PaymentsHost.NewReceipt());
        var (otherPath, _) = host.SuccessCallback(other, PaymentsHost.NewReceipt());
        var flipped = path[..^1] + (path[^1] == '0' ? '1' : '0');

        foreach (var forged in new[] { "/callbacks/stk/callback", "/api/mpesa/callback", otherPath, flipped, path.ToUpperInvariant().Replace("/CALLBACKS/STK/CALLBACK", "/callbacks/stk/callback", StringComparison.Ordinal) })
        {
            Assert.Equal(HttpStatusCode.OK, (await host.Call(forged, body)).StatusCode);
        }

        await PaymentsHost.Eventually(async () => await host.Sql<long>("SELECT count(*) FROM callbacks WHERE state <> 'done'") == 0, "all are judged");
        Assert.Equal("pending", (string?)(await host.Get(checkout))["status"]);
        Assert.Equal("pending", (string?)(await host.Get(other))["status"]);

        Assert.Equal(HttpStatusCode.OK, (await host.Call(path, body)).StatusCode);
        await host.Until(checkout, "paid");
    }

    [Fact]
    public async Task The_recorded_callback_posted_again_changes_nothing()
    {
        var checkout = await host.Ringing();
        var (path, body) = host.SuccessCallback(checkout, PaymentsHost.NewReceipt());
        await host.Call(path, body);
        var paid = await host.Until(checkout, "paid");

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.Call(path, body)));

        await PaymentsHost.Eventually(async () => await host.Sql<long>("SELECT count(*) FROM callbacks WHERE state <> 'done'") == 0, "all are judged");
        Assert.Equal(paid.ToJsonString(), (await host.Get(checkout)).ToJsonString());
    }

    [Fact]
    public async Task Tokens_are_in_no_row()
    {
        var checkout = await host.Ringing();
        var (path, body) = host.SuccessCallback(checkout, PaymentsHost.NewReceipt());
        await host.Call(path, body);
        await host.Until(checkout, "paid");

        var mac = path[^32..];
        foreach (var table in new[] { "callbacks", "attempts", "checkouts", "events", "cases" })
        {
            Assert.Equal(0L, await host.Sql<long>($"SELECT count(*) FROM {table} t WHERE t::text LIKE '%{mac}%'"));
        }

        Assert.Equal(0L, await host.Sql<long>($"SELECT count(*) FROM payments_hangfire.job j WHERE j::text LIKE '%{mac}%'"));
    }
}
