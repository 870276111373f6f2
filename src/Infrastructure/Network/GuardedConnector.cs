using System.Net;
using System.Net.Sockets;
using Payments.Application.Network;

namespace Payments.Infrastructure.Network;

/// <summary>
/// Connections to an address an operator gave: outside the simulator to addresses of the Internet only, checked on the very address that is
/// connected to. A name that resolves to something else the second time (DNS rebinding) gets nowhere by it.
/// </summary>
/// <param name="onlyPublic">True outside the simulator.</param>
/// <param name="resolve">How names become addresses; a test has its own.</param>
internal sealed class GuardedConnector(bool onlyPublic, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    /// <summary>The addresses of a name, or of an address.</summary>
    public async Task<IPAddress[]> Resolve(string host, CancellationToken cancellation) =>
        IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await resolve(host, cancellation);

    /// <summary>Connects to the first address that takes it; throws <see cref="ForbiddenAddressException"/> when none may be connected to.</summary>
    public async ValueTask<Stream> Connect(string host, int port, CancellationToken cancellation)
    {
        var all = await Resolve(host, cancellation);
        var allowed = all.Where(address => !onlyPublic || AddressRanges.IsPublic(address)).ToList();
        if (allowed.Count == 0)
        {
            throw all.Length == 0 ? new SocketException((int)SocketError.HostNotFound)
                : new ForbiddenAddressException($"{host} is {string.Join(", ", all.Select(AddressRanges.Plain))}, of an inner network");
        }

        SocketException? last = null;
        foreach (var address in allowed)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, port), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException failure)
            {
                socket.Dispose();
                last = failure;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw last!;
    }
}

/// <summary>The address may not be connected to from here.</summary>
internal sealed class ForbiddenAddressException(string why) : IOException(why);
