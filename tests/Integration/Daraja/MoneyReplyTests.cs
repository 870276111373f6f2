using System.Text;
using Payments.Application.Daraja;
using Payments.Domain.Common;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>The design's table "What a reply to a money request means", row by row, over real sockets.</summary>
public sealed class MoneyReplyTests(TokenTable table) : IClassFixture<TokenTable>, IAsyncDisposable
{
    private const string Accepted =
        """
        {"MerchantRequestID":"2654-4b64-97ff-b827b542881d3130","CheckoutRequestID":"ws_CO_10072026091526171708374149","ResponseCode":"0",
        "ResponseDescription":"Success. Request accepted for processing"}
        """;

    private readonly FakeGateway gateway = new();

    public ValueTask DisposeAsync() => gateway.DisposeAsync();

    [Fact]
    public async Task Response_code_0_is_accepted_with_both_ids()
    {
        Assert.Equal(new Reply.Accepted("ws_CO_10072026091526171708374149", "2654-4b64-97ff-b827b542881d3130"), await Push(Act.Json(200, Accepted)));
        Assert.Equal(new Reply.Accepted("ws_CO_1", null), await Push(Act.Json(200, """{"CheckoutRequestID":"ws_CO_1","ResponseCode":0}""")));
    }

    [Theory]
    [InlineData(400, "400.002.02", "Bad Request - Invalid BusinessShortCode", FailureCode.Rejected, false)]
    [InlineData(404, "404.001.01", "Resource not found", FailureCode.Rejected, false)]
    [InlineData(405, "405.001", "GET Method Not Allowed", FailureCode.Rejected, false)]
    [InlineData(429, "429", "Too Many Requests", FailureCode.Busy, true)]
    [InlineData(500, "500.001.1001", "Merchant does not exist", FailureCode.ProviderError, false)]
    [InlineData(500, "500.001.1001", "[MerchantValidate] - Wrong credentials", FailureCode.ProviderError, false)]
    [InlineData(500, "500.001.1001", "Unable to lock subscriber, a transaction is already in process for the current subscriber", FailureCode.Busy, true)]
    [InlineData(500, "500.003.02", "System is busy. Please try again in few minutes.", FailureCode.Busy, true)]
    [InlineData(500, "500.003.02", "Error Occurred: Spike Arrest Violation", FailureCode.Busy, true)]
    [InlineData(500, "500.003.03", "Quota Violation", FailureCode.Busy, true)]
    public async Task A_refusal_is_certain_and_keeps_what_safaricom_said(int status, string code, string text, FailureCode meaning, bool retryable)
    {
        var refused = Assert.IsType<Reply.Refused>(await Push(Act.Error(status, code, text)));
        var failure = refused.Failure;
        Assert.Equal((meaning, code, retryable, text), (failure.Code, failure.ResultCode, failure.Retryable, failure.ProviderText));
        Assert.DoesNotContain(text, failure.Message);
        Assert.False(refused.Paused);
        Assert.Single(gateway.Posts);
    }

    [Fact]
    public async Task A_response_code_other_than_0_is_a_refusal()
    {
        var refused = Assert.IsType<Reply.Refused>(await Push(Act.Json(200, """{"ResponseCode":"1","ResponseDescription":"Rejected"}""")));
        Assert.Equal((FailureCode.Rejected, "1", "Rejected"), (refused.Failure.Code, refused.Failure.ResultCode, refused.Failure.ProviderText));
    }

    public static TheoryData<string, Act> Doubts => new()
    {
        { "reset", Act.Reset },
        { "closed without a word", Act.Close },
        { "silence", Act.Hang },
        { "half an answer", new Act(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"ResponseCode\":\"0\"")) },
        { "half an answer, then silence", new Act(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"ResponseCode\":\"0\""), "hang") },
        { "no HTTP", new Act(Encoding.ASCII.GetBytes("SSH-2.0-OpenSSH_9\r\n\r\n")) },
        { "success in HTML", Act.Html(200) },
        { "forbidden in HTML", Act.Html(403) },
        { "unavailable in HTML", Act.Html(503) },
        { "empty success", Act.Json(200, "") },
        { "empty error", Act.Json(500, "") },
        { "cut JSON", Act.Json(200, "{\"MerchantRequestID\":\"2654-4b64-97ff") },
        { "a JSON list", Act.Json(200, "[]") },
        { "all fields empty", Act.Json(200, """{"ConversationID":"","OriginatorConversationID":"","ResponseCode":"","ResponseDescription":""}""") },
        { "SOAP fault", Act.Json(500, """{"Envelope":{"Body":{"Fault":{"faultcode":"env:Server","faultstring":"Internal error"}}}}""") },
        { "internal error", Act.Error(500, "500.003.1001", "Internal Server Error") },
        { "maintenance", Act.Error(500, "00.002.1001", "Service is under maintenance. Please try again later") },
        { "an error inside a success", Act.Error(200, "500.003.1001", "Internal Server Error") },
        { "duplicate id", Act.Error(500, "500.002.1001", "Duplicate OriginatorConversationID.") },
        { "duplicate id as a 400", Act.Error(400, "400.002.02", "Duplicate OriginatorConversationID.") },
        { "cached for resend", Act.Json(200, """{"ResponseCode":"100000000","ResponseDescription":"Request was cached, waiting for resending"}""") },
        { "a JSON error of somebody else", Act.Json(400, """{"error":"bad request"}""") },
        { "redirect", Act.Answer(307, "text/html", "", "Location: /elsewhere\r\n") },
        { "too long", Act.Answer(200, "application/json", new string(' ', 300_000) + Accepted) },
    };

    [Theory]
    [MemberData(nameof(Doubts))]
    public async Task Anything_else_may_have_been_accepted_and_is_never_sent_again(string name, Act act)
    {
        var doubtful = Assert.IsType<Reply.Indeterminate>(await Push(act));
        Assert.False(string.IsNullOrWhiteSpace(doubtful.Why), name);
        Assert.Single(gateway.Posts);
    }

    [Theory]
    [InlineData(404, "404.001.03", "Invalid Access Token")]
    [InlineData(401, "401.002.01", "Error Occurred - Invalid Access Token - token-1")]
    [InlineData(401, "401.003.01", "Error Occurred - Invalid Access Token - Invalid API call as no apiproduct match found")]
    [InlineData(400, "400.003.01", "Invalid Access Token")]
    [InlineData(401, "", "")]
    public async Task A_refused_token_is_replaced_once_and_the_request_sent_once_more(int status, string code, string text)
    {
        var refusal = code.Length == 0 ? Act.Html(status) : Act.Error(status, code, text);
        Assert.IsType<Reply.Accepted>(await Push(refusal, Act.Json(200, Accepted)));
        Assert.Equal(["Bearer token-1", "Bearer token-2"], gateway.Posts.Select(post => post.Authorization));
        Assert.Equal(2, gateway.Grants.Count);
    }

    [Fact]
    public async Task A_long_token_that_is_echoed_is_not_kept_in_part_either()
    {
        var token = "token-" + string.Concat(Enumerable.Repeat("0123456789", 120));
        gateway.Grant = _ => Act.Json(200, $$"""{"access_token":"{{token}}","expires_in":"3599"}""");
        var echo = Act.Error(401, "401.002.01", $"Error Occurred - Invalid Access Token - {token} - {new string('y', 2000)}");

        var refused = Assert.IsType<Reply.Refused>(await Push(echo, echo));

        Assert.StartsWith("Error Occurred - Invalid Access Token - [token] - yyy", refused.Failure.ProviderText);
        Assert.True(refused.Failure.ProviderText!.Length <= 1024);
        Assert.DoesNotContain("0123456789", refused.Failure.ProviderText);
    }

    [Fact]
    public async Task A_token_refused_twice_fails_the_request_and_is_not_kept_in_what_is_stored()
    {
        var echo = (string token) => Act.Error(401, "401.002.01", $"Error Occurred - Invalid Access Token - {token}");
        var refused = Assert.IsType<Reply.Refused>(await Push(echo("token-1"), echo("token-2")));
        Assert.Equal((FailureCode.ProviderError, "401.002.01"), (refused.Failure.Code, refused.Failure.ResultCode));
        Assert.Equal("Error Occurred - Invalid Access Token - [token]", refused.Failure.ProviderText);
        Assert.Equal(2, gateway.Posts.Count);
        Assert.Equal(2, gateway.Grants.Count);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("http://nowhere.invalid")]
    public async Task No_connection_means_that_nothing_was_sent(string url)
    {
        await using var rig = new DarajaRig(await table.Open(), url);
        await rig.Store("token", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(50));
        var refused = Assert.IsType<Reply.Refused>(await rig.Daraja.SendStkPush(DarajaRig.Prompt(), CancellationToken.None));
        Assert.Equal((FailureCode.ProviderError, true), (refused.Failure.Code, refused.Failure.Retryable));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_tls_means_that_nothing_was_sent(bool hangs)
    {
        gateway.HangOnTls = hangs;
        await using var rig = new DarajaRig(await table.Open(), gateway.Url.Replace("http:", "https:"), new() { ["Daraja:Timeouts:Connect"] = "00:00:00.3" });
        await rig.Store("token", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(50));
        Assert.IsType<Reply.Refused>(await rig.Daraja.SendStkPush(DarajaRig.Prompt(), CancellationToken.None));
        Assert.Empty(gateway.Posts);

        // Once more, since nothing can have been accepted; then no more.
        Assert.Equal(2, gateway.Connections);
    }

    [Fact]
    public async Task A_caller_that_gives_up_while_the_request_is_under_way_hears_of_the_doubt()
    {
        using var patience = new CancellationTokenSource();
        await using var rig = new DarajaRig(await table.Open(), gateway.Url);
        gateway.Then(Act.Hang);
        var push = rig.Daraja.SendStkPush(DarajaRig.Prompt(), patience.Token);
        while (gateway.Posts.IsEmpty)
        {
            await Task.Delay(5);
        }

        await patience.CancelAsync();
        Assert.IsType<Reply.Indeterminate>(await push);
    }

    [Fact]
    public async Task An_api_that_keeps_failing_is_left_alone_and_tried_again_later()
    {
        await using var rig = new DarajaRig(
            await table.Open(), gateway.Url, new() { ["Daraja:Breaker:LeastCalls"] = "3", ["Daraja:Breaker:Break"] = "00:00:01" });
        gateway.Then(Act.Html(503), Act.Html(503), Act.Html(503));
        for (var i = 0; i < 3; i++)
        {
            Assert.IsType<Reply.Indeterminate>(await rig.Daraja.SendStkPush(DarajaRig.Prompt(), CancellationToken.None));
        }

        Assert.Equal("open", rig.Breakers.States["Push"]);
        Assert.Equal("closed", rig.Breakers.States["PromptQuery"]);
        var refused = Assert.IsType<Reply.Refused>(await rig.Daraja.SendStkPush(DarajaRig.Prompt(), CancellationToken.None));
        Assert.Equal((true, FailureCode.ProviderError, TimeSpan.FromSeconds(1)), (refused.Paused, refused.Failure.Code, refused.Failure.RetryAfter!.Value));
        Assert.Equal(3, gateway.Posts.Count);

        await Task.Delay(TimeSpan.FromSeconds(1.1));
        Assert.IsType<Reply.Accepted>(await rig.Daraja.SendStkPush(DarajaRig.Prompt(), CancellationToken.None));
        Assert.Equal("closed", rig.Breakers.States["Push"]);
    }

    [Fact]
    public async Task Refusals_with_a_reason_never_open_the_breaker()
    {
        await using var rig = new DarajaRig(await table.Open(), gateway.Url, new() { ["Daraja:Breaker:LeastCalls"] = "3" });
        gateway.Otherwise = _ => Act.Error(500, "500.001.1001", "Unable to lock subscriber, a transaction is already in process for the current subscriber");
        for (var i = 0; i < 6; i++)
        {
            await rig.Daraja.SendStkPush(DarajaRig.Prompt(), CancellationToken.None);
        }

        Assert.Equal("closed", rig.Breakers.States["Push"]);
        Assert.Equal(6, gateway.Posts.Count);
    }

    [Fact]
    public async Task No_answer_makes_the_client_throw()
    {
        // A fixed seed: what fails once fails again.
        var random = new Random(7);
        await using var rig = new DarajaRig(await table.Open(), gateway.Url, new() { ["Daraja:Breaker:LeastCalls"] = "100000" });
        gateway.Otherwise = _ =>
        {
            var body = Encoding.UTF8.GetBytes(Accepted);
            for (var i = random.Next(1, 5); i > 0; i--)
            {
                body[random.Next(body.Length)] = (byte)random.Next(256);
            }

            return Act.Answer(random.Next(2) == 0 ? 200 : random.Next(200, 600), "application/json", body);
        };
        for (var i = 0; i < 100; i++)
        {
            Assert.NotNull(await rig.Daraja.SendStkPush(DarajaRig.Prompt(), CancellationToken.None));
            Assert.NotNull(await rig.Daraja.QueryStk("ws_CO_10072026091526171708374149", CancellationToken.None));
        }
    }

    private async Task<Reply> Push(params Act[] acts)
    {
        gateway.Then(acts);
        await using var rig = new DarajaRig(await table.Open(), gateway.Url, new() { ["Daraja:Timeouts:Money"] = "00:00:00.5" });
        var reply = await rig.Daraja.SendStkPush(DarajaRig.Prompt(), CancellationToken.None);
        foreach (var secret in new[] { DarajaRig.Secret, DarajaRig.Passkey, DarajaRig.InitiatorPassword, "token-1", "token-2", "254708374149", "708374149" })
        {
            Assert.DoesNotContain(rig.Log, line => line.Contains(secret));
        }

        Assert.Contains(rig.Log, line => line.StartsWith("daraja_replied: ", StringComparison.Ordinal));
        return reply;
    }
}
