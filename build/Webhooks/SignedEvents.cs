using System.Diagnostics;
using System.Globalization;
using System.Text;
using Payments.Application.Webhooks;

namespace Payments.Build;

/// <summary>What an endpoint answered.</summary>
/// <param name="Status">Null where nothing was answered.</param>
/// <param name="Problem">Why not; null otherwise.</param>
internal sealed record EndpointAnswer(int? Status, string Body, TimeSpan Took, string? Problem)
{
    public bool IsTaken => Status is >= 200 and < 300;

    public override string ToString() => Problem ?? string.Create(CultureInfo.InvariantCulture, $"{Status} in {Took.TotalMilliseconds:0} ms");
}

/// <summary>One request to a shop's endpoint, as the service sends it (docs/webhooks.md), or wrong on purpose.</summary>
/// <param name="Headers">The three of Standard Webhooks, or less.</param>
internal sealed record SignedEvent(string Body, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>As much of an answer as is shown; an endless one is not read to its end, and the service does not read it either.</summary>
    private const int AnswerLength = 500;

    /// <summary>Whether it is one.</summary>
    public static bool IsSecret(string? text) =>
        text?.StartsWith(WebhookMessage.SecretPrefix, StringComparison.Ordinal) == true
        && Convert.TryFromBase64String(text[WebhookMessage.SecretPrefix.Length..], new byte[text.Length], out var length) && length >= 16;

    /// <summary>Signed with each of the secrets, as sent at this time; by the code that the service signs with.</summary>
    public static SignedEvent Of(string id, string body, DateTimeOffset at, params IReadOnlyList<string> secrets)
    {
        var message = new WebhookMessage(id, Encoding.UTF8.GetBytes(body));
        return new(body, new Dictionary<string, string>
        {
            ["webhook-id"] = id,
            ["webhook-timestamp"] = WebhookMessage.Seconds(at),
            ["webhook-signature"] = message.Sign(secrets, at),
        });
    }

    /// <summary>Sends it once, and waits as long as the service does.</summary>
    public async Task<EndpointAnswer> Send(HttpClient client, Uri url, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(TimeSpan.FromSeconds(15));
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(Body, Encoding.UTF8, "application/json") };
            request.Content.Headers.ContentType!.CharSet = null;
            foreach (var (name, value) in Headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var took = clock.Elapsed;
            return new((int)answer.StatusCode, await Start(answer, limit.Token), took, null);
        }
        catch (HttpRequestException failure)
        {
            return new(null, "", clock.Elapsed, $"no answer: {failure.InnerException?.Message ?? failure.Message}");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new(null, "", clock.Elapsed, "no answer within 15 s");
        }
    }

    /// <summary>How an answer begins; the status counts, so one that breaks off is shown as far as it came.</summary>
    private static async Task<string> Start(HttpResponseMessage answer, CancellationToken limit)
    {
        var (text, length) = (new byte[AnswerLength], 0);
        try
        {
            await using var body = await answer.Content.ReadAsStreamAsync(limit);
            length = await body.ReadAtLeastAsync(text, text.Length, throwOnEndOfStream: false, limit);
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
        }

        return Encoding.UTF8.GetString(text, 0, length) + (length == text.Length ? "…" : "");
    }

    /// <summary>The request as a line for the terminal.</summary>
    public string AsCurl(Uri url) =>
        $"curl -i '{url.AbsoluteUri.Replace("'", "%27", StringComparison.Ordinal)}' -H 'content-type: application/json' {string.Join(' ', Headers.Select(header => $"-H '{header.Key}: {header.Value}'"))} -d '{Body.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>A client that goes where it is told and no further.</summary>
    public static HttpClient Client() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false }) { Timeout = Timeout.InfiniteTimeSpan };
}
