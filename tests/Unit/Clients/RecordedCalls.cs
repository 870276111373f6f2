using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Payments.Client;

namespace Payments.Tests.Unit;

/// <summary>A client whose requests are kept and answered as the test says, without a socket, and whose waits are over at once.</summary>
internal sealed class RecordedCalls : HttpMessageHandler
{
    private readonly Queue<Func<HttpResponseMessage>> answers = new();

    public RecordedCalls(Action<PaymentsOptions>? configure = null)
    {
        var options = new PaymentsOptions { BaseAddress = new("http://payments.test/at/"), Key = "sk_test" };
        configure?.Invoke(options);
        Client = new(new HttpClient(this), options, Time);
    }

    public PaymentsClient Client { get; }

    public InstantTime Time { get; } = new();

    public List<Sent> Requests { get; } = [];

    /// <summary>A <paramref name="retryAfter"/> below zero is a time that is over.</summary>
    public RecordedCalls Answers(int status, string body = "{}", string type = "application/json", int? retryAfter = null)
    {
        answers.Enqueue(() =>
        {
            var answer = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, type) };
            answer.Headers.RetryAfter = retryAfter switch
            {
                null => null,
                < 0 => new RetryConditionHeaderValue(DateTimeOffset.UtcNow.AddSeconds(retryAfter.Value)),
                _ => new RetryConditionHeaderValue(TimeSpan.FromSeconds(retryAfter.Value)),
            };
            return answer;
        });
        return this;
    }

    public RecordedCalls Refuses(int status, string code, int? retryAfter = null) =>
        Answers(status, $$"""{"type":"urn:payments:problem:{{code}}","title":"x","status":{{status}},"detail":"A sentence.","code":"{{code}}","traceId":"t"}""", "application/problem+json", retryAfter);

    public RecordedCalls Loses(Exception? how = null)
    {
        answers.Enqueue(() => throw (how ?? new HttpRequestException("cut")));
        return this;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is { } content ? await content.ReadAsStringAsync(cancellationToken) : null;
        var key = request.Headers.TryGetValues("Idempotency-Key", out var keys) ? keys.Single() : null;
        Requests.Add(new(request.Method, request.RequestUri!, body, key, request.Headers.Authorization?.ToString()));
        var answer = answers.Dequeue()();
        answer.RequestMessage = request;
        return answer;
    }

    internal sealed record Sent(HttpMethod Method, Uri Address, string? Body, string? Key, string? Authorization);
}

/// <summary>A clock on which every wait is over at once, and noted.</summary>
internal sealed class InstantTime : TimeProvider
{
    public List<TimeSpan> Waits { get; } = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Waits.Add(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
