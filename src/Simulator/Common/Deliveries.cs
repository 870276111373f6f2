using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Payments.Simulator;

/// <summary>
/// Sends callbacks as Safaricom does: POST, application/json, unsigned, no redirects followed, and officially never repeated
/// (docs/protocol/callbacks.md). One client for all; the 30 s deadline is ours, the real one is not published.
/// </summary>
internal sealed class Deliveries(Journals journals, SettingsStore settings) : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    // What a consumer answers is only logged: 64 KiB of it is plenty.
    private const int AnswerBytes = 64 * 1024;

    // One client for each address callbacks come from: connections that are open keep theirs.
    private readonly ConcurrentDictionary<string, HttpClient> http = new();

    /// <summary>Posts once and logs what came of it; a failure is logged too, never thrown. Returns status 0 when nobody answered in time.</summary>
    /// <param name="form">The body's form (<see cref="Bodies"/>); null: as the settings say. The log has the documented one.</param>
    public async Task<Exchange> Post(string url, string body, CancellationToken cancel, TimeSpan? deadline = null, string? form = null)
    {
        var now = settings.Current;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(deadline ?? Deadline);
        var uri = new Uri(url);
        var sent = new Exchange(DateTimeOffset.UtcNow, "POST", uri.PathAndQuery, 0, body, "");
        Exchange done;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, uri);
            var wired = Bodies.Make(body, form ?? now.CallbackBody);
            request.Content = new ByteArrayContent(wired.Body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(wired.ContentType);
            if (wired.Encoding is { } encoding)
            {
                request.Content.Headers.ContentEncoding.Add(encoding);
            }

            if (now.ForwardedFor is { } forwarded)
            {
                request.Headers.TryAddWithoutValidation("X-Forwarded-For", forwarded);
            }

            using var response = await http.GetOrAdd(now.CallbackSource ?? "", Client).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            done = sent with { Status = (int)response.StatusCode, Answer = await Read(response, timeout.Token) };
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            done = sent with { Answer = e is OperationCanceledException ? $"No answer within {(deadline ?? Deadline).TotalSeconds:0.###} s" : e.Message };
        }

        journals.Deliveries.Add(done);
        return done;
    }

    /// <summary>Sends the copies, each in its own time, all at once where the time is the same. Tells when the first was answered.</summary>
    public Task<Exchange[]> Send(
        IEnumerable<Copy> copies, string url, Func<CopyKind, string> body, CancellationToken cancel, TaskCompletionSource? delivered = null) =>
        Task.WhenAll(copies.Select(async copy =>
        {
            if (copy.After > TimeSpan.Zero)
            {
                await Task.Delay(copy.After, cancel);
            }

            var done = await Post(url, body(copy.Kind), cancel, form: copy.Form);
            delivered?.TrySetResult();
            return done;
        }));

    public void Dispose()
    {
        foreach (var client in http.Values)
        {
            client.Dispose();
        }
    }

    private static HttpClient Client(string source) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        // A stalled consumer must not cost more sockets than a process may have.
        MaxConnectionsPerServer = 512,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        // A consumer that restarts behind the same name is found again.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        ConnectCallback = source.Length == 0 ? null : (context, cancel) => From(IPAddress.Parse(source), context.DnsEndPoint, cancel),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private static async ValueTask<Stream> From(IPAddress source, DnsEndPoint to, CancellationToken cancel)
    {
        var socket = new Socket(source.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(source, 0));
            await socket.ConnectAsync(to.Host, to.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<string> Read(HttpResponseMessage response, CancellationToken cancel)
    {
        if (response.StatusCode == HttpStatusCode.NoContent)
        {
            return "";
        }

        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        using var kept = new MemoryStream();
        var buffer = new byte[4096];
        int read;
        while (kept.Length < AnswerBytes && (read = await stream.ReadAsync(buffer, cancel)) > 0)
        {
            kept.Write(buffer, 0, read);
        }

        return Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length);
    }
}
