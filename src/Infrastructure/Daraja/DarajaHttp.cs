using System.Buffers;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Payments.Application.Telemetry;
using Payments.Domain.Transfers;

namespace Payments.Infrastructure.Daraja;

/// <summary>One HTTP call to Daraja and an exact account of what came of it: above all, whether anything can have been sent.</summary>
internal sealed class DarajaHttp(IHttpClientFactory clients, DarajaBreakers breakers, IOptions<DarajaOptions> options, TimeProvider clock, PaymentsMetrics metrics)
{
    /// <summary>The named client.</summary>
    public const string Client = "daraja";

    /// <summary>Some KiB are usual; anything longer is no answer of Daraja's.</summary>
    private const int MaxAnswerBytes = 256 * 1024;

    /// <summary>How many rows a page of pulled payments may have is not published: this is a busy shop's whole piece of 2½ hours in one page.</summary>
    private const int MaxListBytes = 8 * 1024 * 1024;

    /// <summary>
    /// Kept short: a request on a connection that Safaricom closed a moment ago is lost, and a lost request for money is a doubt, while
    /// a new connection costs a fraction of a second.
    /// </summary>
    private static readonly TimeSpan IdleConnection = TimeSpan.FromSeconds(10);

    private static readonly SearchValues<char> CodeChars = SearchValues.Create("0123456789.ABCDEFGHIJKLMNOPQRSTUVWXYZ_");

    private static readonly JsonSerializerOptions Json = new()
    {
        // Empty optional fields can draw an all-empty answer (docs/protocol/b2c-b2b.md#b2b).
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,

        // The plus signs of Base64 stay plus signs: the other side is no browser.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Sends a JSON body with an access token.</summary>
    public Task<DarajaResponse> Post(DarajaOperation api, string path, string bearer, object body, CancellationToken cancellation)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, Json);
        var timeout = api.IsSentOnce ? options.Value.Timeouts.Money : options.Value.Timeouts.Question;
        return breakers.Run(api, token => Call(api, Create, bearer, timeout, token), cancellation);

        HttpRequestMessage Create()
        {
            var request = new HttpRequestMessage(HttpMethod.Post, new Uri(options.Value.Url, path)) { Content = new ByteArrayContent(bytes) };
            request.Content.Headers.ContentType = new("application/json");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
            return request;
        }
    }

    /// <summary>Asks for an access token, which ends the life of the app's last one.</summary>
    public Task<DarajaResponse> Authorise(DarajaApp app, CancellationToken cancellation)
    {
        return breakers.Run(DarajaOperations.OAuth, token => Call(DarajaOperations.OAuth, Create, null, options.Value.Timeouts.OAuth, token), cancellation);

        HttpRequestMessage Create()
        {
            var request = new HttpRequestMessage(HttpMethod.Get, new Uri(options.Value.Url, DarajaOperations.OAuth.Path));
            var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes(app.ConsumerKey + ":" + app.ConsumerSecret));
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", credentials);
            return request;
        }
    }

    /// <summary>The handler below the named client.</summary>
    public static SocketsHttpHandler CreateHandler(DarajaTimeouts timeouts) => new()
    {
        ConnectTimeout = timeouts.Connect,
        PooledConnectionIdleTimeout = IdleConnection,

        // Names move: a connection is not kept for longer than this.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),

        // A redirected POST would be a second one, or become a GET.
        AllowAutoRedirect = false,
        UseCookies = false,

        // Our trace ids are none of Safaricom's business; the call has a span of our own, which knows no address.
        ActivityHeadersPropagator = null,
    };

    /// <summary>Configures the named client: its own timeouts apply, and what is read has a limit of its own for each call.</summary>
    public static void Configure(HttpClient client)
    {
        client.Timeout = Timeout.InfiniteTimeSpan;

        // Safaricom's edge turns away requests without a name.
        client.DefaultRequestHeaders.UserAgent.ParseAdd("Payments/1.0");
        client.DefaultRequestHeaders.Accept.ParseAdd("application/json");
    }

    private async Task<DarajaResponse> Call(
        DarajaOperation api, Func<HttpRequestMessage> create, string? bearer, TimeSpan timeout, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        using var span = Traces.Start(api.SpanName, ActivityKind.Client);
        var exchange = await Send(create, bearer, timeout, api == DarajaOperations.Pull ? MaxListBytes : MaxAnswerBytes, cancellation);
        var code = CodeOf(exchange);
        metrics.Called(api.Name, code, clock.GetElapsedTime(started));
        if (span is not null)
        {
            span.SetTag("daraja.code", code).SetTag("http.response.status_code", (exchange as DarajaResponse.Received)?.Status);
            span.SetStatus(DarajaReplies.IsServiceFailure(exchange) ? ActivityStatusCode.Error : ActivityStatusCode.Unset);
        }

        return exchange;
    }

    /// <summary>
    /// Safaricom's code, fit for a label: only what looks like one of its codes (<c>0</c>, <c>500.001.1001</c>, <c>SFC_IC0003</c>), so that an
    /// answer gone wrong can bring neither a phone number nor ever new values.
    /// </summary>
    internal static string CodeOf(DarajaResponse exchange) => exchange switch
    {
        DarajaResponse.NotSent => "not_sent",
        DarajaResponse.NoResponse => "lost",
        DarajaResponse.Received answer => (answer.ErrorCode ?? answer.Json.Get("ResponseCode"u8).Code()) switch
        {
            null => answer.IsSuccess ? "none" : $"http_{answer.Status}",
            var code => IsCode(code) ? code : "other",
        },
        _ => "other",
    };

    private static bool IsCode(string code) => code.Length <= 12 && !code.AsSpan().ContainsAnyExcept(CodeChars)
        && (code.Length <= 8 || code.Contains('.', StringComparison.Ordinal) || code.StartsWith("SFC_", StringComparison.Ordinal));

    private async Task<DarajaResponse> Send(
        Func<HttpRequestMessage> create, string? bearer, TimeSpan timeout, int mostBytes, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(timeout, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        cancellation.ThrowIfCancellationRequested();
        try
        {
            using var request = create();
            using var client = clients.CreateClient(Client);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
            await response.Content.LoadIntoBufferAsync(mostBytes, both.Token);
            return new DarajaResponse.Received((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(both.Token), bearer);
        }
        catch (HttpRequestException problem) when (problem.HttpRequestError is
            HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError
            or HttpRequestError.ProxyTunnelError)
        {
            return new DarajaResponse.NotSent(SendBlocker.Connection, $"Safaricom could not be reached ({problem.HttpRequestError})");
        }
        catch (OperationCanceledException problem) when (!both.IsCancellationRequested && problem.InnerException is TimeoutException)
        {
            // The handler's own connect timeout: the only other one, the client's, is switched off.
            return new DarajaResponse.NotSent(SendBlocker.Connection, "Safaricom could not be reached (no connection in time)");
        }
        catch (OperationCanceledException)
        {
            // Also when our own caller gives up: the request may be on its way, and that is what has to be recorded.
            return new DarajaResponse.NoResponse(
                limit.IsCancellationRequested ? $"no answer within {timeout.TotalSeconds:0} s" : "the wait for an answer was cut off");
        }
        catch (HttpRequestException problem)
        {
            return new DarajaResponse.NoResponse($"the connection failed before a whole answer came ({problem.HttpRequestError})");
        }
        catch (IOException)
        {
            return new DarajaResponse.NoResponse("the connection broke before a whole answer came");
        }
    }
}
