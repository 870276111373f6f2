using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Options;
using Payments.Application.Common;
using Payments.Application.Network;
using Payments.Application.Webhooks;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Network;

namespace Payments.Infrastructure.Webhooks;

/// <summary>What a try came to, and how long the endpoint asks us to wait.</summary>
internal sealed record Answered(DeliveryTry Try, TimeSpan? RetryAfter);

/// <summary>
/// Sends to addresses that shops give: outside local use over https and to addresses of the Internet only, looked at on the very connection; it follows
/// no redirect, keeps no cookie, uses no proxy of this machine's, and reads no more of an answer than it shows.
/// </summary>
internal sealed class WebhookClient : IWebhookEndpoints, IDisposable
{
    /// <summary>A shop stores what it is told and works afterwards; whoever needs longer is not sent more meanwhile.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Enough to see who answered and what it complains of.</summary>
    private const int MaxAnswerBytes = 2 * 1024;

    private const int MaxErrorChars = 500;

    private static readonly TimeSpan Looking = TimeSpan.FromSeconds(5);

    private readonly bool isLocal;
    private readonly GuardedConnector outbound;
    private readonly HttpClient client;
    private readonly TimeProvider clock;

    public WebhookClient(IOptions<DarajaOptions> daraja, NameResolver resolver, TimeProvider clock)
    {
        this.clock = clock;
        isLocal = daraja.Value.Kind == DarajaEnvironment.Simulator;
        outbound = new(!isLocal, resolver.Resolve);
        client = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            ConnectCallback = (context, token) => outbound.Connect(context.DnsEndPoint.Host, context.DnsEndPoint.Port, token),
            SslOptions = { CertificateChainPolicy = new() { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true } },
            MaxResponseHeadersLength = 32,

            // What is not read of an answer is not waited for either: another connection costs less.
            MaxResponseDrainSize = 16 * 1024,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),

            // A name that moves is followed.
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public void Dispose() => client.Dispose();

    public async Task<string?> FindProblem(string url, CancellationToken cancellation)
    {
        var address = new Uri(url);
        if (isLocal)
        {
            return null;
        }

        if (address.Scheme != Uri.UriSchemeHttps)
        {
            return "Give an https address: what is sent there is about money.";
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Looking);
        try
        {
            var addresses = await outbound.Resolve(address.IdnHost, limit.Token);
            if (addresses.Any(one => !AddressRanges.IsPublic(one)))
            {
                // Which one is nobody's business who only has a key.
                return $"{address.Host} is of an inner network; give an address of the Internet.";
            }

            // Whether anybody is there yet is not asked; only that who is there does not send us elsewhere.
            using var request = new HttpRequestMessage(HttpMethod.Head, address);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return Redirect(response) is { } where ? $"{where}; give the address it leads to." : null;
        }
        catch (SocketException)
        {
            return $"There is no such name as {address.Host}.";
        }
        catch (HttpRequestException failure) when (failure.InnerException is ForbiddenAddressException)
        {
            return $"{address.Host} is of an inner network; give an address of the Internet.";
        }
        catch (Exception later) when (later is HttpRequestException or IOException || (later is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    public async Task<DeliveryTry> Send(string url, WebhookMessage message, IReadOnlyList<string> secrets, CancellationToken cancellation) =>
        (await Try(url, message, secrets, clock.GetUtcNow(), cancellation)).Try;

    /// <summary>Sends it once, as sent <paramref name="at"/>. Throws only what <paramref name="cancellation"/> causes.</summary>
    public async Task<Answered> Try(string url, WebhookMessage message, IReadOnlyList<string> secrets, DateTimeOffset at, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        var started = Stopwatch.GetTimestamp();

        // What is no HTTP stands in the message as it came, whatever it is and however long.
        Answered Failed(string why) => new(new(at, url, null, null, DbText.Clip(why, MaxErrorChars), (int)Stopwatch.GetElapsedTime(started).TotalMilliseconds), null);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(message.Body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Payments-Webhooks", "1.0"));
            request.Headers.Add("webhook-id", message.Id);
            request.Headers.Add("webhook-timestamp", WebhookMessage.Seconds(at));
            request.Headers.Add("webhook-signature", message.Sign(secrets, at));
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var answer = await Beginning(response.Content, limit.Token);
            var status = (int)response.StatusCode;
            return new(
                new(at, url, status, answer, response.IsSuccessStatusCode ? null : Redirect(response) is { } where ? where + ", and redirects are not followed." : $"It answered {status}.",
                    (int)Stopwatch.GetElapsedTime(started).TotalMilliseconds),
                RetryAfter(response.Headers.RetryAfter, at));
        }
        catch (HttpRequestException failure) when (failure.InnerException is ForbiddenAddressException)
        {
            return Failed($"{new Uri(url).Host} is of an inner network, and nothing is sent there.");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or SocketException or InvalidOperationException or UriFormatException)
        {
            return Failed(OutboundFailures.Describe(failure));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Failed($"There was no answer within {Patience.TotalSeconds:0} s.");
        }
    }

    private static string? Redirect(HttpResponseMessage response) => (int)response.StatusCode is >= 300 and < 400 and not 304
        ? $"It redirects ({(int)response.StatusCode}) to {DbText.Clip(response.Headers.Location?.ToString() ?? "nowhere", 200)}" : null;

    /// <summary>No more than a day, whatever is asked: the year 9999 has been.</summary>
    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header, DateTimeOffset now) =>
        (header?.Delta ?? (header?.Date is { } at ? at - now : null)) is { } asked ? TimeSpan.FromTicks(Math.Clamp(asked.Ticks, 0, DeliverySchedule.MostRetryAfter.Ticks)) : null;

    /// <summary>The status has decided already: what is wrong with the body, or slow about it, is no failure.</summary>
    private static async Task<string?> Beginning(HttpContent content, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(1));
        var bytes = new byte[MaxAnswerBytes];
        var length = 0;
        try
        {
            await using var stream = await content.ReadAsStreamAsync(limit.Token);
            int read;
            while (length < bytes.Length && (read = await stream.ReadAsync(bytes.AsMemory(length), limit.Token)) > 0)
            {
                length += read;
            }
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException || (broken is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            // What has come is shown.
        }

        return length == 0 ? null : DbText.Clip(Encoding.UTF8.GetString(bytes, 0, length).Replace('\0', ' '), MaxAnswerBytes);
    }
}
