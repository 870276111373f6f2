using Payments.Domain.Common;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>What an STK query's answers say, over real sockets.</summary>
public sealed class PromptQuestionTests(TokenTable table) : IClassFixture<TokenTable>, IAsyncDisposable
{
    private const string Id = "ws_CO_10072026091526171708374149";
    private readonly FakeGateway gateway = new();

    public ValueTask DisposeAsync() => gateway.DisposeAsync();

    [Theory]
    [InlineData("\"0\"")]
    [InlineData("0")]
    public async Task A_success_is_a_success_whose_receipt_nobody_knows(string code) =>
        Assert.Equal(new PaymentResult.Succeeded(null, null, null, null), await Ask(Final(code)));

    [Theory]
    [InlineData("\"1032\"", FailureCode.Cancelled, Certainty.Final)]
    [InlineData("1037", FailureCode.Unreachable, Certainty.Final)]
    [InlineData("\"2001\"", FailureCode.WrongPin, Certainty.Final)]
    [InlineData("\"1036\"", FailureCode.Unreachable, Certainty.QueryFirst)]
    [InlineData("\"4711\"", FailureCode.ProviderError, Certainty.UnknownCode)]
    public async Task A_failure_says_why_and_how_surely(string code, FailureCode meaning, Certainty certainty)
    {
        var notPaid = Assert.IsType<PaymentResult.Failed>(await Ask(Final(code)));
        Assert.Equal((meaning, certainty), (notPaid.Failure.Code, notPaid.Certainty));
    }

    [Fact]
    public async Task Still_under_way_comes_in_two_forms()
    {
        Assert.IsType<PaymentResult.Pending>(await Ask(Act.Error(500, "500.001.1001", "The transaction is being processed")));
        Assert.IsType<PaymentResult.Pending>(await Ask(Final("\"4999\"")));

        // Not a fault of Safaricom's: asked twice, sent twice.
        Assert.Equal(2, gateway.Posts.Count);
    }

    public static TheoryData<string, Act> Useless => new()
    {
        { "unknown id", Act.Error(400, "400.002.02", "Bad Request - Invalid CheckoutRequestID") },
        { "unknown id as a 500", Act.Error(500, "500.001.1001", "Bad Request - Invalid CheckoutRequestID") },
        { "throttled", Act.Error(429, "429", "Too Many Requests") },
        { "spike arrest", Act.Error(500, "500.003.02", "Error Occurred: Spike Arrest Violation") },
        { "about another", Act.Json(200, """{"ResponseCode":"0","CheckoutRequestID":"ws_CO_2","ResultCode":"0"}""") },
        { "not accepted", Act.Json(200, """{"ResponseCode":"1","ResultCode":"0"}""") },
        { "no result", Act.Json(200, """{"ResponseCode":"0"}""") },
        { "wrong credentials", Act.Error(500, "500.001.1001", "Wrong credentials") },
        { "HTML", Act.Html(200) },
    };

    [Theory]
    [MemberData(nameof(Useless))]
    public async Task Anything_else_settles_nothing_and_is_not_asked_again_at_once(string name, Act act)
    {
        var unclear = Assert.IsType<PaymentResult.Indeterminate>(await Ask(act));
        Assert.False(string.IsNullOrWhiteSpace(unclear.Why), name);
        Assert.Single(gateway.Posts);
    }

    public static TheoryData<string, Act> Passing => new()
    {
        { "unavailable", Act.Html(503) },
        { "internal error", Act.Error(500, "500.003.1001", "Internal Server Error") },
        { "reset", Act.Reset },
        { "edge block", Act.Html(403) },
    };

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task Trouble_that_passes_is_waited_out(string name, Act trouble)
    {
        Assert.True(await Ask(trouble, trouble, Final("\"0\"")) is PaymentResult.Succeeded, name);
        Assert.Equal(3, gateway.Posts.Count);
    }

    [Fact]
    public async Task Trouble_that_stays_is_unclear()
    {
        gateway.Otherwise = _ => Act.Html(503);
        Assert.IsType<PaymentResult.Indeterminate>(await Ask());
        Assert.Equal(3, gateway.Posts.Count);
    }

    [Fact]
    public async Task Behind_an_open_breaker_a_question_is_unclear_and_not_sent()
    {
        await using var rig = new DarajaRig(await table.Open(), gateway.Url, new() { ["Daraja:Breaker:LeastCalls"] = "3" });
        gateway.Otherwise = _ => Act.Html(503);
        await rig.Daraja.QueryStk(Id, CancellationToken.None);
        Assert.Equal("open", rig.Breakers.States["PromptQuery"]);
        Assert.IsType<PaymentResult.Indeterminate>(await rig.Daraja.QueryStk(Id, CancellationToken.None));
        Assert.Equal(3, gateway.Posts.Count);
    }

    private static Act Final(string code) => Act.Json(200,
        $$"""
        {"ResponseCode":"0","ResponseDescription":"The service request has been accepted successsfully",
        "MerchantRequestID":"2654-4b64-97ff-b827b542881d3130","CheckoutRequestID":"{{Id}}","ResultCode":{{code}},"ResultDesc":"words"}
        """);

    private async Task<PaymentResult> Ask(params Act[] acts)
    {
        gateway.Then(acts);
        await using var rig = new DarajaRig(await table.Open(), gateway.Url);
        var outcome = await rig.Daraja.QueryStk(Id, CancellationToken.None);
        Assert.DoesNotContain(rig.Log, line => line.Contains("708374149"));
        return outcome;
    }
}
