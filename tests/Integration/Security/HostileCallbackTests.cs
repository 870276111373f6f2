using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Callbacks nobody at Safaricom would send, with the right token: the token says whose money it is about, not that it moved.</summary>
public sealed class HostileCallbackTests(RegisteredPaybill running) : IClassFixture<RegisteredPaybill>
{
    private readonly PaymentsHost host = running.Host;

    public static TheoryData<string, byte[]> Broken => new()
    {
        { "deep", Encoding.UTF8.GetBytes("{\"Body\":" + new string('[', 30_000)) },
        { "deep and whole", Encoding.UTF8.GetBytes(new StringBuilder().Insert(0, "{\"Body\":", 5000).Append('1').Append('}', 5000).ToString()) },
        { "not UTF-8", [.. "{\"Body\":{\"stkCallback\":{\"ResultCode\":0,\"ResultDesc\":\""u8, 0xC3, 0x28, .. "\"}}}"u8] },
        { "NUL bytes", Encoding.UTF8.GetBytes("{\"Body\":{\"stkCallback\":{\"ResultCode\":0\0}}}") },
        { "a key twice", Encoding.UTF8.GetBytes("""{"Body":{"stkCallback":{"CheckoutRequestID":"%id%","ResultCode":1032,"ResultCode":0,"CallbackMetadata":{"Item":[{"Name":"Amount","Value":1500},{"Name":"MpesaReceiptNumber","Value":"UGA7RT61SV"}]}}}}""") },
        { "a number without end", Encoding.UTF8.GetBytes($$$$"""{"Body":{"stkCallback":{"CheckoutRequestID":"%id%","ResultCode":{{{{new string('9', 30_000)}}}}}}}""") },
        { "an amount without end", Encoding.UTF8.GetBytes("""{"Body":{"stkCallback":{"CheckoutRequestID":"%id%","ResultCode":0,"CallbackMetadata":{"Item":[{"Name":"Amount","Value":1e400},{"Name":"MpesaReceiptNumber","Value":"UGA7RT61SV"}]}}}}""") },
        { "an amount below nothing", Encoding.UTF8.GetBytes("""{"Body":{"stkCallback":{"CheckoutRequestID":"%id%","ResultCode":0,"CallbackMetadata":{"Item":[{"Name":"Amount","Value":-1500},{"Name":"MpesaReceiptNumber","Value":"UGA7RT61SV"}]}}}}""") },
        { "two documents", Encoding.UTF8.GetBytes("{}{\"Body\":{\"stkCallback\":{\"ResultCode\":0}}}") },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_broken_body_under_the_right_token_pays_nothing_and_stops_nobody(string what, byte[] body)
    {
        var ringing = await host.Ringing();
        var (path, good) = host.SuccessCallback(ringing, PaymentsHost.NewReceipt());
        var id = Encoding.UTF8.GetBytes((string)ringing["attempts"]![0]!["checkoutRequestId"]!);
        var at = body.AsSpan().IndexOf("%id%"u8);
        byte[] sent = at < 0 ? body : [.. body.AsSpan(0, at), .. id, .. body.AsSpan(at + 4)];

        var answer = await host.Anonymous.PostAsync(path, new ByteArrayContent(sent));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await Judged();
        Assert.True(await host.Sql<string>($"SELECT verdict FROM callbacks WHERE subject_id = '{PaymentsHost.AttemptId(ringing)}'") is "malformed" or "hint", what);
        Assert.Equal(("pending", 0m), ((string?)(await host.Get(ringing))["status"], (decimal)(await host.Get(ringing))["amountPaid"]!));

        await host.Call(path, good);
        await host.Until(ringing, "paid");
    }

    [Fact]
    public async Task Old_callbacks_sent_again_undo_nothing_and_count_nothing_twice()
    {
        var ringing = await host.Ringing();
        var (path, success) = host.SuccessCallback(ringing, PaymentsHost.NewReceipt());
        var (_, failure) = host.FailureCallback(ringing);
        await host.Call(path, failure);
        await host.Until(ringing, "failed");
        await host.Call(path, success);
        var paid = await host.Until(ringing, "paid");
        var byHand = await host.Checkout(phone: null, amount: 100);
        var confirmation = PaybillHost.Body(PaymentsHost.NewReceipt(), (string)byHand["orderReference"]!, amount: 40);
        Assert.Equal("applied", await host.Confirm(running.Token, confirmation));

        // Months later, when everything about them is old.
        await host.Sql<int>("UPDATE attempts SET started_at = started_at - interval '90 days', ended_at = ended_at - interval '90 days' WHERE ended_at IS NOT NULL; SELECT 1");
        foreach (var old in new[] { failure, success, failure })
        {
            await host.Call(path, old);
        }

        await host.Call($"/callbacks/c2b/confirm/{running.Token}", confirmation);
        await Judged();

        Assert.Equal(("paid", 1500m, 1), ((string?)(await host.Get(paid))["status"], (decimal)(await host.Get(paid))["amountPaid"]!, (await host.Get(paid))["payments"]!.AsArray().Count));
        Assert.Equal(40m, (decimal)(await host.Get(byHand))["amountPaid"]!);
        Assert.Equal("contradiction duplicate contradiction", await host.Sql<string>(
            $"SELECT string_agg(verdict, ' ' ORDER BY id) FROM (SELECT * FROM callbacks WHERE subject_id = '{PaymentsHost.AttemptId(paid)}' ORDER BY id OFFSET 2) late"));
    }

    [Theory]
    [MemberData(nameof(HostileRequestTests.Poison), MemberType = typeof(HostileRequestTests))]
    public async Task Poison_in_every_field_of_a_callback_is_text_to_the_database_and_to_an_operator(string poison)
    {
        var quoted = System.Text.Json.JsonSerializer.Serialize(poison)[1..^1];
        var number = PaymentsHost.NewReceipt();
        Assert.Equal("unmatched", await host.Confirm(running.Token, PaybillHost.Body(number, quoted, msisdn: quoted)
            .Replace("\"JOHN\"", $"\"{quoted}\"", StringComparison.Ordinal).Replace("\"LastName\":\"\"", $"\"LastName\":\"{quoted}\"", StringComparison.Ordinal)));
        var ringing = await host.Ringing();
        var (path, _) = host.SuccessCallback(ringing, PaymentsHost.NewReceipt());
        await host.Call(path, $$$$"""{"Body":{"stkCallback":{"MerchantRequestID":"{{{{quoted}}}}","CheckoutRequestID":"{{{{ringing["attempts"]![0]!["checkoutRequestId"]}}}}","ResultCode":1,"ResultDesc":"{{{{quoted}}}}"}}}""");
        await host.Until(ringing, "failed");
        foreach (var (kind, body) in new[]
        {
            ("b2c/result", $$$$"""{"Result":{"ResultType":0,"ResultCode":"{{{{quoted}}}}","ResultDesc":"{{{{quoted}}}}","ConversationID":"{{{{quoted}}}}","OriginatorConversationID":"{{{{quoted}}}}"}}"""),
            ("status/result", $$$$"""{"Result":{"ResultCode":0,"ConversationID":"{{{{quoted}}}}","ResultParameters":{"ResultParameter":[{"Key":"TransactionStatus","Value":"{{{{quoted}}}}"}]}}}"""),
            ("balance/result", $$$$"""{"Result":{"ResultCode":0,"ResultParameters":{"ResultParameter":[{"Key":"AccountBalance","Value":"{{{{quoted}}}}|KES|1.00"}]}}}"""),
            ("b2b/timeout", quoted),
        })
        {
            Assert.Equal(HttpStatusCode.OK, (await host.Call("/callbacks/" + kind, body)).StatusCode);
        }

        await Judged();
        Assert.Equal(poison, (string?)(await host.Receipt(number))!["account"]);
        foreach (var view in new[] { "receipts?matched=false&limit=100", "callbacks?limit=100", "cases?limit=100" })
        {
            var shown = await host.Ops.GetAsync("/api/ops/" + view);
            Assert.Equal("application/json", shown.Content.Headers.ContentType?.MediaType);
            Assert.DoesNotContain("<script", await shown.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("<img", await shown.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
        }

        Assert.True(await host.Sql<long>("SELECT count(*) FROM payments.checkouts") > 0);
    }

    [Fact]
    public async Task Html_in_what_failed_is_shown_as_text_by_the_dashboard()
    {
        await host.Sql<int>(
            """
            CREATE FUNCTION refuse_script() RETURNS trigger LANGUAGE plpgsql AS $f$
            BEGIN IF NEW.amount = 66600 THEN RAISE EXCEPTION '<script>alert(1)</script><img src=x onerror=alert(1)>' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $f$;
            CREATE TRIGGER refuse_script BEFORE INSERT ON receipts FOR EACH ROW EXECUTE FUNCTION refuse_script();
            SELECT 1
            """);
        var ringing = await host.Ringing(amount: 666);
        var (path, body) = host.SuccessCallback(ringing, PaymentsHost.NewReceipt());
        await host.Call(path, body);
        await PaymentsHost.Eventually(
            async () => await host.Sql<long>("SELECT count(*) FROM payments_hangfire.job WHERE statename = 'Scheduled' AND invocationdata::text LIKE '%Apply%'") > 0, "its job has failed once");
        var job = await host.Sql<long>("SELECT id FROM payments_hangfire.job WHERE statename = 'Scheduled' AND invocationdata::text LIKE '%Apply%' LIMIT 1");
        await host.Sql<int>("DROP TRIGGER refuse_script ON receipts; SELECT 1");

        foreach (var page in new[] { $"/hangfire/jobs/details/{job}", "/hangfire/jobs/scheduled", "/hangfire/retries" })
        {
            var answer = await host.Anonymous.GetAsync(page);
            var html = await answer.Content.ReadAsStringAsync();
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.DoesNotContain("<script>alert", html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("<img src=x", html, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("script-src 'self'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        }

        Assert.Contains("&lt;script&gt;", await host.Anonymous.GetStringAsync($"/hangfire/jobs/details/{job}"), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("/callbacks/stk/callback")]
    [InlineData("/api/checkouts")]
    public async Task Who_sends_a_body_a_byte_at_a_time_is_cut_off(string path)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(host.ApiUrl.Host, host.ApiUrl.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk_test_shop\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n"));

        // 240 bytes a second are asked for after 5 s; this takes ten minutes.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var sending = Task.Run(async () =>
        {
            try
            {
                while (!patience.IsCancellationRequested)
                {
                    await socket.SendAsync(" "u8.ToArray(), patience.Token);
                    await Task.Delay(100, patience.Token);
                }
            }
            catch (Exception cut) when (cut is SocketException or OperationCanceledException)
            {
                // What the test waits for.
            }
        });
        var buffer = new byte[300];
        var read = 0;
        try
        {
            read = await socket.ReceiveAsync(buffer, patience.Token);
        }
        catch (SocketException)
        {
            // Cut off without a word.
        }

        Assert.False(patience.IsCancellationRequested, "It was served for 40 s.");
        Assert.True(clock.Elapsed > TimeSpan.FromSeconds(4), "It was refused for something else.");
        Assert.True(read == 0 || Encoding.ASCII.GetString(buffer, 0, read).StartsWith("HTTP/1.1 4", StringComparison.Ordinal), Encoding.ASCII.GetString(buffer, 0, read));
        await patience.CancelAsync();
        await sending;
    }

    private Task Judged() => PaymentsHost.Eventually(
        async () => await host.Sql<long>("SELECT count(*) FROM callbacks WHERE state = 'new'") == 0, "all callbacks are judged");
}
