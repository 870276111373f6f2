using System.Net;
using System.Net.Sockets;

namespace Payments.Application.Access;

/// <summary>By what name a source is counted.</summary>
public static class SourceKey
{
    /// <summary>
    /// An IPv6 customer has a whole /64 to send from, so that is one source. An IPv4 address is its own: behind one stand already the
    /// thousands of a mobile operator, and his neighbours' addresses are other people.
    /// </summary>
    public static string Of(IPAddress? source)
    {
        var plain = source is { IsIPv4MappedToIPv6: true } ? source.MapToIPv4() : source;
        if (plain is not { AddressFamily: AddressFamily.InterNetworkV6 })
        {
            return plain?.ToString() ?? "unknown";
        }

        var bytes = plain.GetAddressBytes();
        Array.Clear(bytes, 8, 8);
        return new IPAddress(bytes) + "/64";
    }
}
