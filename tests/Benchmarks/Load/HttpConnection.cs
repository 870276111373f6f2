using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Payments.Benchmarks;

/// <summary>
/// One kept-alive HTTP/1.1 connection that sends bytes made beforehand: the generator runs on the cores it measures, so it must cost little.
/// Reads what the servers measured here answer: a Content-Length, or a chunked body in one piece.
/// </summary>
internal sealed class HttpConnection(IPEndPoint server) : IDisposable
{
    private readonly byte[] buffer = new byte[4096];
    private Socket? socket;

    /// <summary>The whole request as it goes over the wire.</summary>
    public static byte[] Request(string path, string body) => Encoding.UTF8.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    /// <summary>Sends and answers the status; 0 when the connection broke, and the next call opens another.</summary>
    public async ValueTask<int> Send(ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        try
        {
            if (socket is null)
            {
                socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(server, cancellation);
            }

            await socket.SendAsync(request, cancellation);
            return await Receive(socket, cancellation);
        }
        catch (SocketException)
        {
            Dispose();
            return 0;
        }
    }

    public void Dispose()
    {
        socket?.Dispose();
        socket = null;
    }

    private async ValueTask<int> Receive(Socket from, CancellationToken cancellation)
    {
        for (var length = 0; ;)
        {
            var read = await from.ReceiveAsync(buffer.AsMemory(length), cancellation);
            if (read == 0)
            {
                throw new SocketException((int)SocketError.ConnectionReset);
            }

            length += read;
            if (IsWhole(buffer.AsSpan(0, length)))
            {
                return Utf8Parser.TryParse(buffer.AsSpan(9, 3), out int status, out _) ? status : 0;
            }
        }
    }

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        var at = answer.IndexOf("Content-Length: "u8);
        return at >= 0 && at < end && Utf8Parser.TryParse(answer[(at + 16)..], out int length, out _)
            ? answer.Length >= end + 4 + length
            : answer.EndsWith("0\r\n\r\n"u8);
    }
}
