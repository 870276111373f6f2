using System.Net;
using System.Net.Sockets;

namespace Payments.Infrastructure;

/// <summary>Who is one sender, by his address.</summary>
public static class Sources
{
    /// <summary>An IPv4 address, or the /64 of an IPv6 one: a customer has a whole /64 to send from.</summary>
    public static string KeyOf(IPAddress? source)
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
