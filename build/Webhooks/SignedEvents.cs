using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

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
    /// <summary>A secret as the service makes them.</summary>
    public static string NewSecret() => "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>Whether it is one.</summary>
    public static bool IsSecret(string? text) =>
        text?.StartsWith("whsec_", StringComparison.Ordinal) == true && Convert.TryFromBase64String(text["whsec_".Length..], new byte[text.Length], out var length) && length >= 16;

    /// <summary>Signed with each of the secrets, as sent at this time.</summary>
    public static SignedEvent Of(string id, string body, DateTimeOffset at, params IReadOnlyList<string> secrets)
    {
        var seconds = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signatures = secrets.Select(secret =>
            "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes($"{id}.{seconds}.{body}"))));
        return new(body, new Dictionary<string, string> { ["webhook-id"] = id, ["webhook-timestamp"] = seconds, ["webhook-signature"] = string.Join(' ', signatures) });
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

            using var answer = await client.SendAsync(request, limit.Token);
            var text = await answer.Content.ReadAsStringAsync(limit.Token);
            return new((int)answer.StatusCode, text.Length > 500 ? text[..500] + "…" : text, clock.Elapsed, null);
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

    /// <summary>The request as a line for the terminal.</summary>
    public string AsCurl(Uri url) =>
        $"curl -i '{url}' -H 'content-type: application/json' {string.Join(' ', Headers.Select(header => $"-H '{header.Key}: {header.Value}'"))} -d '{Body.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>A client that goes where it is told and no further.</summary>
    public static HttpClient Client() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false }) { Timeout = Timeout.InfiniteTimeSpan };
}
