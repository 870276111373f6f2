using System.Net;

namespace Payments.Api.Access;

/// <summary>
/// Lets only the machine itself in: a loopback peer, a localhost Host and no forwarding header. With a tunnel or a proxy on the same
/// machine every peer is loopback, so the peer alone proves nothing.
/// </summary>
internal static class LocalOnly
{
    private static readonly string[] ForwardingHeaders =
        ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Original-For", "X-Real-IP", "CF-Connecting-IP", "Via"];

    public static bool IsLocal(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } peer && IPAddress.IsLoopback(peer)
        && context.Request.Host.Host is "localhost" or "127.0.0.1" or "[::1]"
        && !ForwardingHeaders.Any(context.Request.Headers.ContainsKey);
}
