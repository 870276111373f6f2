using Payments.Client;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>What the .NET client tries again, with which key, and what it says in the end.</summary>
public sealed class ClientRetryTests
{
    private const string Checkout = """{"id":"chk_1","status":"open"}""";

    [Fact]
    public async Task One_key_for_a_call_and_another_for_the_next()
    {
        var calls = new RecordedCalls().Loses().Refuses(503, "unavailable").Answers(201, Checkout).Answers(201, Checkout);
        await calls.Client.Checkouts.Create(new() { Amount = 1 });
        await calls.Client.Checkouts.Create(new() { Amount = 1 });

        var keys = calls.Requests.Select(request => request.Key).ToArray();
        Assert.Equal(4, keys.Length);
        Assert.All(keys, Assert.NotNull);
        Assert.Single(keys[..3].Distinct());
        Assert.NotEqual(keys[0], keys[3]);
        Assert.Single(calls.Requests.Select(request => request.Body).Distinct());
    }

    [Fact]
    public async Task The_callers_own_key_is_kept_over_all_tries()
    {
        var calls = new RecordedCalls().Loses().Answers(202, """{"id":"rfd_1"}""");
        await calls.Client.Refunds.Create("chk_1", new() { Reason = "Out of stock" }, "refund-7");
        Assert.Equal(["refund-7", "refund-7"], calls.Requests.Select(request => request.Key));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" at-its-end ")]
    [InlineData("ä")]
    public async Task A_key_the_service_would_refuse_is_refused_here(string key) =>
        await Assert.ThrowsAsync<ArgumentException>(() => new RecordedCalls().Client.Checkouts.Create(new() { Amount = 1 }, key));

    [Theory]
    [InlineData(408, "request_timeout")]
    [InlineData(429, "too_many_requests")]
    [InlineData(502, "")]
    [InlineData(503, "unavailable")]
    [InlineData(504, "")]
    [InlineData(409, "idempotency_in_progress")]
    public async Task What_passes_is_tried_again(int status, string code)
    {
        var calls = code.Length > 0 ? new RecordedCalls().Refuses(status, code) : new RecordedCalls().Answers(status, "<html>", "text/html");
        var checkout = await calls.Answers(200, Checkout).Client.Checkouts.Get("chk_1");
        Assert.Equal(("chk_1", 2), (checkout.Id, calls.Requests.Count));
    }

    [Theory]
    [InlineData(400, "validation_failed")]
    [InlineData(401, "unauthorized")]
    [InlineData(404, "not_found")]
    [InlineData(409, "order_reference_in_use")]
    [InlineData(422, "idempotency_key_reused")]
    [InlineData(500, "internal_error")]
    public async Task What_does_not_pass_is_said_at_once(int status, string code)
    {
        var calls = new RecordedCalls().Refuses(status, code);
        var error = await Assert.ThrowsAsync<PaymentsException>(() => calls.Client.Checkouts.Create(new() { Amount = 1 }, "mine"));
        Assert.Equal((code, status, "mine", "A sentence."), (error.Code, error.Status, error.IdempotencyKey, error.Message));
        Assert.Single(calls.Requests);
    }

    [Fact]
    public async Task A_payout_that_never_gets_an_answer_says_its_key_and_that_nobody_knows()
    {
        var calls = new RecordedCalls().Loses().Loses(new IOException("cut")).Loses(new TaskCanceledException("too long")).Loses();
        var payout = new CreatePayout { Method = PayoutMethod.Mpesa, Recipient = "254708374149", Amount = 10, Reference = "P-1" };
        var error = await Assert.ThrowsAsync<PaymentsException>(() => calls.Client.Payouts.Create(payout));
        Assert.Equal((ErrorCodes.NoAnswer, null), (error.Code, error.Status));
        Assert.Equal(calls.Requests[0].Key, error.IdempotencyKey);
        Assert.Equal(4, calls.Requests.Count);
    }

    [Fact]
    public async Task It_waits_as_long_as_the_service_says_and_longer_each_time_where_it_says_nothing()
    {
        var calls = new RecordedCalls().Refuses(429, "too_many_requests", retryAfter: 7).Loses().Loses().Answers(200, Checkout);
        await calls.Client.Checkouts.Get("chk_1");
        Assert.Collection(
            calls.Time.Waits,
            wait => Assert.InRange(wait.TotalSeconds, 7, 7.5),
            wait => Assert.InRange(wait.TotalSeconds, 0.5, 1),
            wait => Assert.InRange(wait.TotalSeconds, 1, 2));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-60)]
    public async Task A_time_to_come_back_that_is_over_is_as_good_as_none(int retryAfter)
    {
        var calls = new RecordedCalls().Refuses(503, "unavailable", retryAfter).Answers(200, Checkout);
        await calls.Client.Checkouts.Get("chk_1");
        Assert.InRange(Assert.Single(calls.Time.Waits).TotalSeconds, 0.25, 0.5);
    }

    [Fact]
    public async Task Nobody_waits_ten_minutes_in_a_call()
    {
        var calls = new RecordedCalls().Refuses(429, "too_many_prompts", retryAfter: 600);
        var error = await Assert.ThrowsAsync<PaymentsException>(() => calls.Client.Checkouts.Pay("chk_1", "254708374149"));
        Assert.Equal((ErrorCodes.TooManyPrompts, 1), (error.Code, calls.Requests.Count));
        Assert.Empty(calls.Time.Waits);
    }

    [Fact]
    public async Task Who_does_not_wait_any_more_gets_no_further_try()
    {
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        var calls = new RecordedCalls().Loses(new TaskCanceledException());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calls.Client.Checkouts.Get("chk_1", cancel.Token));
        Assert.Single(calls.Requests);
    }

    [Theory]
    [InlineData(200, "<html>Sign in to the hotel</html>", "text/html")]
    [InlineData(200, "null", "application/json")]
    [InlineData(302, "", "text/html")]
    [InlineData(404, "<html>nginx</html>", "text/html")]
    public async Task What_is_not_the_service_is_called_so(int status, string body, string type)
    {
        var calls = new RecordedCalls().Answers(status, body, type);
        var error = await Assert.ThrowsAsync<PaymentsException>(() => calls.Client.Checkouts.Get("chk_1"));
        Assert.Equal((ErrorCodes.UnexpectedAnswer, status), (error.Code, error.Status));
        Assert.Contains("http://payments.test/at/api/checkouts/chk_1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "sk_1")]
    [InlineData("ftp://payments.test", "sk_1")]
    [InlineData("/relative", "sk_1")]
    [InlineData("http://payments.test/?a=b", "sk_1")]
    [InlineData("http://payments.test", "")]
    [InlineData("http://payments.test", "two words")]
    public void Options_that_make_no_sense_are_refused_with_their_name(string? address, string key)
    {
        using var http = new HttpClient();
        var options = new PaymentsOptions { BaseAddress = address is null ? null : new(address, UriKind.RelativeOrAbsolute), Key = key };
        var refused = Assert.Throws<ArgumentException>(() => new PaymentsClient(http, options));
        Assert.Contains(key == "sk_1" ? "PaymentsOptions.BaseAddress" : "PaymentsOptions.Key", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("whsec_not base64")]
    public void A_webhook_secret_that_is_none_is_refused_at_the_start(string? secret)
    {
        using var http = new HttpClient();
        var options = new PaymentsOptions { BaseAddress = new("http://payments.test"), Key = "sk_1", WebhookSecrets = { secret! } };
        Assert.Contains("PaymentsOptions.WebhookSecrets", Assert.Throws<ArgumentException>(() => new PaymentsClient(http, options)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public async Task An_empty_id_asks_for_nothing_else(string id) =>
        await Assert.ThrowsAsync<ArgumentException>(() => new RecordedCalls().Client.Checkouts.Get(id));

    [Fact]
    public async Task An_id_cannot_lead_elsewhere()
    {
        var calls = new RecordedCalls().Answers(200, Checkout);
        await calls.Client.Checkouts.Get("../ops/keys?a=b");
        Assert.Equal("http://payments.test/at/api/checkouts/..%2Fops%2Fkeys%3Fa%3Db", calls.Requests.Single().Address.AbsoluteUri);
    }
}
