using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Requests nobody honest sends. Each test fails when the defence it names is taken out.</summary>
public sealed class HostileRequestTests(Running running) : IClassFixture<Running>
{
    private readonly PaymentsHost host = running.Host;

    public static TheoryData<string> Poison =>
    [
        "'; DROP TABLE payments.checkouts; --", "\" OR 1=1 --", "$1", "%s%n", "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "{{7*7}}", "../../etc/passwd",
    ];

    [Fact]
    public async Task A_success_with_the_right_token_and_another_amount_pays_nothing_but_what_was_asked()
    {
        var checkout = await host.Ringing(1500);
        var (path, body) = host.SuccessCallback(checkout, PaymentsHost.NewReceipt(), amount: 1);

        await host.Call(path, body);

        await Judged();
        Assert.NotEqual("paid", (string?)(await host.Get(checkout))["status"]);
        Assert.Equal(0m, (decimal)(await host.Get(checkout))["amountPaid"]!);
    }

    [Fact]
    public async Task A_success_with_the_right_token_and_another_CheckoutRequestID_is_a_hint()
    {
        var checkout = await host.Ringing();
        var (path, _) = host.SuccessCallback(checkout, PaymentsHost.NewReceipt());

        await host.Call(path, PaymentsHost.SuccessBody("ws_CO_another", PaymentsHost.NewReceipt(), 1500));

        await Judged();
        Assert.Equal("pending", (string?)(await host.Get(checkout))["status"]);
        Assert.Equal("hint", await host.Sql<string>($"SELECT verdict FROM callbacks WHERE subject_id = '{PaymentsHost.AttemptId(checkout)}' ORDER BY received_at DESC LIMIT 1"));
    }

    [Fact]
    public async Task A_success_without_token_from_an_address_that_says_it_is_Safaricoms_is_a_hint()
    {
        var checkout = await host.Ringing();
        var (_, body) = host.SuccessCallback(checkout, PaymentsHost.NewReceipt());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/callbacks/stk/callback") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("X-Forwarded-For", "196.201.214.200");
        request.Headers.Add("X-Real-IP", "196.201.214.200");
        request.Headers.Add("Forwarded", "for=196.201.214.200");

        await host.Anonymous.SendAsync(request);

        await Judged();
        Assert.Equal("pending", (string?)(await host.Get(checkout))["status"]);
    }

    [Fact]
    public async Task An_old_success_does_not_pay_another_order()
    {
        var (first, second) = (await host.Ringing(), await host.Ringing());
        var (path, body) = host.SuccessCallback(first, PaymentsHost.NewReceipt());
        await host.Call(path, body);
        await host.Until(first, "paid");
        var (otherPath, _) = host.SuccessCallback(second, PaymentsHost.NewReceipt());

        await host.Call(otherPath, body);

        await Judged();
        Assert.Equal("pending", (string?)(await host.Get(second))["status"]);
    }

    [Theory]
    [MemberData(nameof(Poison))]
    public async Task Poison_in_any_field_is_refused_or_kept_as_plain_text(string poison)
    {
        var description = poison.Length > 100 ? poison[..100] : poison;
        var checkout = (await (await host.Shop.PostAsJsonAsync("/api/checkouts", new
        {
            orderReference = PaymentsHost.NewReference(),
            amount = 5,
            description,
            metadata = new Dictionary<string, string> { [poison] = poison },
        })).Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal(description, (string?)checkout["description"]);
        Assert.Equal(poison, (string?)(await host.Get(checkout))["metadata"]![poison]);

        foreach (var body in new object[] { new { orderReference = poison, amount = 5 }, new { orderReference = "X1", amount = 5, phone = poison }, new { orderReference = "X1", amount = 5, returnUrl = poison } })
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await host.Shop.PostAsJsonAsync("/api/checkouts", body)).StatusCode);
        }

        var q = Uri.EscapeDataString(poison);
        foreach (var path in new[] { $"checkouts?orderReference={q}", $"checkouts?status={q}", $"checkouts?cursor={q}", $"checkouts/{q}", $"events?after={q}", $"payouts/{q}", $"ops/keys?client={q}", $"ops/callbacks?q={q}", $"ops/callbacks?kind={q}" })
        {
            var answer = await host.Ops.GetAsync("/api/" + path);
            Assert.True((int)answer.StatusCode < 500, $"{path}: {answer.StatusCode}");
            Assert.Contains("json", answer.Content.Headers.ContentType!.MediaType!, StringComparison.Ordinal);
            Assert.DoesNotContain("<script", await answer.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
        }

        await host.Call($"/callbacks/stk/callback/{Uri.EscapeDataString(poison.Replace("/", "", StringComparison.Ordinal))}", PaymentsHost.SuccessBody("ws_CO_1", "UGA7RT61SV", 5));
        await Judged();
        Assert.True(await host.Sql<long>("SELECT count(*) FROM checkouts") > 0);
    }

    [Theory]
    [InlineData("{\"orderReference\":\"M1\",\"amount\":5,\"status\":\"paid\"}")]
    [InlineData("{\"orderReference\":\"M1\",\"amount\":5,\"client\":\"other\"}")]
    [InlineData("{\"orderReference\":\"M1\",\"amount\":5,\"amountPaid\":5}")]
    [InlineData("{\"orderReference\":\"M1\",\"amount\":5,\"id\":\"chk_00000000000000000000000000000000\"}")]
    [InlineData("{\"orderReference\":\"M1\",\"amount\":1e400}")]
    [InlineData("{\"orderReference\":\"M1\",\"amount\":99999999999999999999999999999999999999}")]
    [InlineData("{\"orderReference\":\"M1\",\"amount\":0.5}")]
    [InlineData("{\"orderReference\":\"M1\",\"amount\":\"5\"}")]
    [InlineData("{\"orderReference\":\"M1\",\"amount\":-5}")]
    [InlineData("{\"orderReference\":\"M\\u0000\",\"amount\":5}")]
    [InlineData("{\"orderReference\":\"M1\",\"amount\":5,\"description\":\"a\\u0000b\"}")]
    [InlineData("{\"orderReference\":\"M1\",\"amount\":5,\"metadata\":{\"a\":\"\\u0000\"}}")]
    public async Task A_body_with_more_or_other_than_its_fields_is_refused_and_makes_nothing(string body)
    {
        var before = await host.Sql<long>("SELECT count(*) FROM checkouts");
        var answer = await host.Shop.PostAsync("/api/checkouts", new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("validation_failed", (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["code"]);
        Assert.Equal(before, await host.Sql<long>("SELECT count(*) FROM checkouts"));
    }

    [Fact]
    public async Task Depth_and_broken_text_are_refused()
    {
        var deep = "{\"metadata\":" + new string('[', 50_000);
        byte[] broken = [.. "{\"orderReference\":\"M1\",\"amount\":5,\"description\":\""u8, 0xC3, 0x28, .. "\"}"u8];

        foreach (var bytes in new[] { Encoding.UTF8.GetBytes(deep), broken })
        {
            using var content = new ByteArrayContent(bytes);
            content.Headers.ContentType = new("application/json");
            Assert.Equal(HttpStatusCode.BadRequest, (await host.Shop.PostAsync("/api/checkouts", content)).StatusCode);
        }
    }

    [Theory]
    [InlineData("/api/checkouts")]
    [InlineData("/callbacks/stk/callback")]
    public async Task A_hundred_megabytes_are_refused_before_they_are_read(string path)
    {
        using var socket = await Connect();
        var watch = Stopwatch.StartNew();
        await Write(socket, $"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk_test_shop\r\nContent-Type: application/json\r\nContent-Length: 104857600\r\n\r\n");

        Assert.Contains(" 413 ", await ReadLine(socket), StringComparison.Ordinal);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Who_sends_a_header_a_minute_is_cut_off_and_the_others_are_served()
    {
        var slow = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Connect()));
        foreach (var socket in slow)
        {
            await Write(socket, "POST /callbacks/stk/callback HTTP/1.1\r\nHost: localhost\r\n");
        }

        Assert.Equal(HttpStatusCode.OK, (await host.Call("/callbacks/stk/callback", "{}")).StatusCode);

        // 10 s are allowed for headers; the answer is a 408 or a closed connection.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(25));
        foreach (var socket in slow)
        {
            var line = await ReadLine(socket, patience.Token);
            Assert.True(line.Length == 0 || line.Contains(" 408 ", StringComparison.Ordinal), line);
            socket.Dispose();
        }
    }

    [Fact]
    public async Task Another_clients_checkout_does_not_exist()
    {
        var checkout = await host.Checkout(phone: null);
        var path = $"/api/checkouts/{checkout["id"]}";

        foreach (var answer in new[]
        {
            await host.OtherShop.GetAsync(path), await host.OtherShop.PostAsJsonAsync(path + "/pay", new { phone = PaymentsHost.Customer }),
            await host.OtherShop.PostAsync(path + "/cancel", null), await host.OtherShop.GetAsync(path + "/events"),
        })
        {
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        using var secret = host.WithKey((string)(await host.Checkout(phone: null))["clientSecret"]!);
        Assert.Equal(HttpStatusCode.NotFound, (await secret.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await secret.GetAsync("/api/checkouts")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await secret.GetAsync("/api/ops/keys")).StatusCode);
    }

    [Theory]
    [InlineData("Bearer ")]
    [InlineData("Bearer sk_test_sho")]
    [InlineData("Bearer sk_test_shop2")]
    [InlineData("Basic c2tfdGVzdF9zaG9wOg==")]
    [InlineData("sk_test_shop")]
    public async Task What_is_no_key_opens_nothing(string authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/checkouts");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Anonymous.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task A_clientSecret_with_one_character_changed_opens_nothing()
    {
        var checkout = await host.Checkout(phone: null);
        var secret = (string)checkout["clientSecret"]!;
        foreach (var forged in new[] { secret[..^1] + (secret[^1] == '0' ? '1' : '0'), secret[..^1], secret + "0", secret.ToUpperInvariant() })
        {
            using var client = host.WithKey(forged);
            Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync($"/api/checkouts/{checkout["id"]}")).StatusCode);
        }
    }

    private Task Judged() => PaymentsHost.Eventually(
        async () => await host.Sql<long>("SELECT count(*) FROM callbacks WHERE state <> 'done'") == 0, "all callbacks are judged");

    private async Task<Socket> Connect()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(host.ApiUrl.Host, host.ApiUrl.Port);
        return socket;
    }

    private static async Task Write(Socket socket, string text) => await socket.SendAsync(Encoding.ASCII.GetBytes(text));

    /// <summary>The first bytes of the answer; empty when the connection was closed without one.</summary>
    private static async Task<string> ReadLine(Socket socket, CancellationToken cancellation = default)
    {
        var buffer = new byte[200];
        try
        {
            return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, cancellation));
        }
        catch (SocketException)
        {
            return "";
        }
    }
}
