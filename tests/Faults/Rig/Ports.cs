using System.Net;
using System.Net.Sockets;

namespace Payments.Tests.Faults;

/// <summary>
/// Ports below those the system gives to outgoing connections (32768 and up on Linux): a client that knocks at a dead server's port again
/// and again could be given that very port, talk to itself, and keep the server from coming back.
/// </summary>
internal static class Ports
{
    private const int First = 20_000;
    private const int Last = 25_999;
    private static int next = Random.Shared.Next(First, Last);

    /// <summary>A port nobody listens on, and that this process has not given out before.</summary>
    public static int Free()
    {
        for (var tries = 0; tries < Last - First; tries++)
        {
            var port = First + ((Interlocked.Increment(ref next) - First) % (Last - First + 1));
            try
            {
                using var probe = new TcpListener(IPAddress.Loopback, port);
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody else's.
            }
        }

        throw new InvalidOperationException("No port is free.");
    }
}
