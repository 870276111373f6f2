using System.Net.Sockets;
using System.Security.Authentication;

namespace Payments.Infrastructure.Network;

/// <summary>Why nothing answered, in words that say what to look at.</summary>
internal static class OutboundFailures
{
    public static string Describe(Exception failure) => failure switch
    {
        HttpRequestException { InnerException: ForbiddenAddressException inner } => inner.Message,
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: { } inner } => "TLS failed: " + inner.Message,
        HttpRequestException { InnerException: { } inner } => Describe(inner),
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "the connection was refused: nothing listens there",
        SocketException { SocketErrorCode: SocketError.TimedOut } => "no connection in time: a firewall may drop it",
        SocketException { SocketErrorCode: SocketError.HostNotFound } => "there is no such name",
        AuthenticationException => "TLS failed: " + failure.Message,
        _ => failure.Message,
    };
}
