using System.Net;

namespace Payments.Infrastructure.Network;

/// <summary>How names become addresses; a service of its own so that a test can say what a name resolves to.</summary>
public sealed record NameResolver(Func<string, CancellationToken, Task<IPAddress[]>> Resolve)
{
    /// <summary>As this machine does it.</summary>
    public static NameResolver System { get; } = new((host, cancellation) => Dns.GetHostAddressesAsync(host, cancellation));
}
