using Payments.Application;
using Payments.Domain;
using Payments.Infrastructure;

namespace Payments.Api;

/// <summary>Marks a callback that carries a token of our own probes, and notes how it came in: what stands before us shows nowhere else.</summary>
internal static class Arrivals
{
    private const int MostChars = 500;

    /// <summary>What the forwarded-headers middleware moves the direct peer to when it believes the header.</summary>
    private const string DirectPeer = "X-Original-For";

    /// <summary>The mark; null for everything that is no probe.</summary>
    public static ProbeMark? Read(HttpContext context, CallbackTokens tokens, string? token)
    {
        if (!tokens.TryRead(token, SubjectKind.Probe, out var id))
        {
            return null;
        }

        var headers = context.Request.Headers;
        var arrival = ArrivalText.Write(
            context.Connection.RemoteIpAddress?.ToString(), headers[DirectPeer].ToString(), headers["X-Forwarded-For"].ToString(), context.Request.Scheme);
        return new(id, Texts.Clip(arrival, MostChars)!);
    }
}
