using System.Net;

namespace Payments.Api.Security;

/// <summary>Section <c>Proxy</c>.</summary>
internal sealed class ProxyOptions
{
    /// <summary>Addresses and networks of the proxies in front, whose X-Forwarded-For and -Proto are believed; also as one value with commas.</summary>
    public IList<string> KnownProxies { get; } = [];

    /// <summary>Those of them that can be read; an address is a network of its own.</summary>
    public IReadOnlyList<IPNetwork> Networks => [.. KnownProxies.Select(Network).OfType<IPNetwork>()];

    /// <summary>A network or an address; null for what is neither.</summary>
    public static IPNetwork? Network(string text) => IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new(address, address.GetAddressBytes().Length * 8)
        : null;
}
