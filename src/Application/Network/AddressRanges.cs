using System.Net;
using System.Net.Sockets;

namespace Payments.Application.Network;

/// <summary>Which addresses somebody on the Internet can have: all that no standard sets aside (RFC 6890 and what came after).</summary>
public static class AddressRanges
{
    private static readonly IPNetwork[] SetAside =
    [
        .. new[]
        {
            // This network, private, carrier NAT, this machine, link, private, assignments, documentation, 6to4 relays, private, benchmarks,
            // documentation twice, multicast, reserved.
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",

            // Assignments, documentation twice, 6to4, of what is given out.
            "2001::/23", "2001:db8::/32", "3fff::/20", "2002::/16",
        }.Select(text => IPNetwork.Parse(text)),
    ];

    /// <summary>All of IPv6 that is given out to anybody so far: every other beginning is this machine's, a network's own, or nobody's.</summary>
    private static readonly IPNetwork GivenOut = IPNetwork.Parse("2000::/3");

    /// <summary>NAT64's well-known prefix: the last four bytes are the IPv4 address that is meant.</summary>
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>True for an address somebody on the Internet can have.</summary>
    public static bool IsPublic(IPAddress address)
    {
        var plain = Plain(address);
        return (plain.AddressFamily == AddressFamily.InterNetwork || GivenOut.Contains(plain)) && !SetAside.Any(network => network.Contains(plain));
    }

    /// <summary>The IPv4 address inside an IPv6 one, else the address itself.</summary>
    public static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : Nat64.Contains(address) ? new IPAddress(address.GetAddressBytes()[12..])
        : address;

    /// <summary>Reads an address, with or without a port behind it (<c>10.0.0.5:41230</c>, <c>[::1]:41230</c>).</summary>
    public static bool TryRead(string text, out IPAddress address)
    {
        if (IPAddress.TryParse(text, out var alone) || (IPEndPoint.TryParse(text, out var end) && (alone = end.Address) is not null))
        {
            address = Plain(alone);
            return true;
        }

        address = IPAddress.None;
        return false;
    }
}
