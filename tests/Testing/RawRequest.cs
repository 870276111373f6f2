using System.Net.Sockets;
using System.Text;

namespace Payments.Testing;

/// <summary>A request byte for byte, as no HTTP client would send it.</summary>
internal static class RawRequest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Sends the parts one after the other; gives the answer, empty when the connection ended without one.</summary>
    public static async Task<RawAnswer> Send(Uri host, params string[] parts)
    {
        using var socket = await Open(host, parts);
        return await Answer(socket);
    }

    /// <summary>Sends the parts and leaves the connection open.</summary>
    public static async Task<Socket> Open(Uri host, params string[] parts)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(host.Host, host.Port);
        foreach (var part in parts)
        {
            await socket.SendAsync(Encoding.Latin1.GetBytes(part));
        }

        return socket;
    }

    /// <summary>Reads what comes until the other side is silent for a moment after its first words, or ends.</summary>
    public static async Task<RawAnswer> Answer(Socket socket)
    {
        var text = new StringBuilder();
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                using var patience = new CancellationTokenSource(text.Length == 0 ? Patience : TimeSpan.FromMilliseconds(200));
                var read = await socket.ReceiveAsync(buffer, patience.Token);
                if (read == 0)
                {
                    break;
                }

                text.Append(Encoding.UTF8.GetString(buffer, 0, read));
            }
        }
        catch (Exception ended) when (ended is SocketException or OperationCanceledException)
        {
            // That is all there is.
        }

        return new(text.ToString());
    }
}

/// <summary>An answer as it came.</summary>
internal sealed record RawAnswer(string Text)
{
    /// <summary>0 where there was none.</summary>
    public int Status => Text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(Text.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture) : 0;
}
