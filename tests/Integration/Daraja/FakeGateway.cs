using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Payments.Tests.Integration;

/// <summary>One request as it came over the socket.</summary>
public sealed record Seen(string Method, string Path, string? Authorization, string? ContentType, string Body);

/// <summary>What the gateway does with a request once it has read all of it.</summary>
/// <param name="Bytes">What it writes.</param>
/// <param name="Then">How it ends: <c>close</c>, <c>reset</c>, or <c>hang</c>.</param>
public sealed record Act(byte[] Bytes, string Then = "close")
{
    public static Act Reset { get; } = new([], "reset");

    public static Act Hang { get; } = new([], "hang");

    public static Act Close { get; } = new([]);

    public static Act Json(int status, string body) => Answer(status, "application/json", body);

    public static Act Html(int status) => Answer(status, "text/html", "<html><body>Request unsuccessful. Incapsula incident ID: 0-0</body></html>");

    public static Act Error(int status, string code, string message) =>
        Json(status, $$"""{"requestId":"29115-34620561-1","errorCode":"{{code}}","errorMessage":"{{message}}"}""");

    public static Act Answer(int status, string type, string body, string more = "") => Answer(status, type, Encoding.UTF8.GetBytes(body), more);

    public static Act Answer(int status, string type, byte[] body, string more = "") =>
        new([
            .. Encoding.ASCII.GetBytes(
                $"HTTP/1.1 {status} Said\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n{more}\r\n"),
            .. body,
        ]);
}

/// <summary>
/// A server that says exactly what a test tells it to, byte for byte, with its own hand on the socket: resets, silence and half answers are
/// what no web framework offers. OAuth is answered with a new token each time unless a test says otherwise.
/// </summary>
public sealed class FakeGateway : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<Act> acts = new();
    private readonly Task accepting;
    private int tokens;

    public FakeGateway()
    {
        listener.Start();
        accepting = Accept();
    }

    /// <summary>Everything but OAuth, in order of arrival.</summary>
    public ConcurrentQueue<Seen> Posts { get; } = new();

    public ConcurrentQueue<Seen> Grants { get; } = new();

    /// <summary>What OAuth answers; the number counts from 1.</summary>
    public Func<int, Act> Grant { get; set; } = number => Act.Json(200, $$"""{"access_token":"token-{{number}}","expires_in":"3599"}""");

    /// <summary>What is done when nothing is queued.</summary>
    public Func<Seen, Act> Otherwise { get; set; } = _ => Act.Json(200, """{"ResponseCode":"0"}""");

    public string Url => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    public int Connections { get; private set; }

    public FakeGateway Then(params Act[] next)
    {
        foreach (var act in next)
        {
            acts.Enqueue(act);
        }

        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
    }

    private async Task Accept()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var client = await listener.AcceptTcpClientAsync(stop.Token);
                Connections++;
                _ = Serve(client);
            }
            catch (Exception problem) when (problem is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task Serve(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                if (await Read(stream) is not { } seen)
                {
                    return;
                }

                Act act;
                if (seen.Path.StartsWith("/oauth/", StringComparison.Ordinal))
                {
                    Grants.Enqueue(seen);
                    act = Grant(Interlocked.Increment(ref tokens));
                }
                else
                {
                    Posts.Enqueue(seen);
                    act = acts.TryDequeue(out var next) ? next : Otherwise(seen);
                }

                await stream.WriteAsync(act.Bytes, stop.Token);
                switch (act.Then)
                {
                    case "hang":
                        await Task.Delay(Timeout.Infinite, stop.Token);
                        break;
                    case "reset":
                        // Linger 0 makes the close a RST.
                        client.LingerState = new LingerOption(true, 0);
                        break;
                }
            }
            catch (Exception problem) when (problem is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The client went away, or the test is over.
            }
        }
    }

    /// <summary>A request with its whole body; null for anything that is no HTTP, such as the beginning of TLS.</summary>
    private async Task<Seen?> Read(NetworkStream stream)
    {
        var bytes = new List<byte>();
        var buffer = new byte[8192];
        while (true)
        {
            var count = await stream.ReadAsync(buffer, stop.Token);
            if (count == 0)
            {
                return null;
            }

            bytes.AddRange(buffer.AsSpan(0, count));
            if (bytes[0] is not ((byte)'G' or (byte)'P'))
            {
                if (HangOnTls)
                {
                    await Task.Delay(Timeout.Infinite, stop.Token);
                }

                return null;
            }

            var text = Encoding.UTF8.GetString([.. bytes]);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0)
            {
                continue;
            }

            var lines = text[..end].Split("\r\n");
            string? Header(string name) =>
                lines.Skip(1).FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
            var length = int.Parse(Header("Content-Length") ?? "0", CultureInfo.InvariantCulture);
            var body = text[(end + 4)..];
            if (Encoding.UTF8.GetByteCount(body) >= length)
            {
                return new(lines[0].Split(' ')[0], lines[0].Split(' ')[1], Header("Authorization"), Header("Content-Type"), body);
            }
        }
    }

    /// <summary>Never answers the beginning of TLS, so that no connection comes about.</summary>
    public bool HangOnTls { get; set; }
}
