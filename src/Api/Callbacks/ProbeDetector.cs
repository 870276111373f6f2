using System.Buffers.Binary;
using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Application.Diagnostics;
using Payments.Application.Intake;

namespace Payments.Api.Callbacks;

/// <summary>Marks a callback that carries a token of our own probes, and notes how it came in: what stands before us shows nowhere else.</summary>
internal static class ProbeDetector
{
    private const int MaxChars = 500;

    /// <summary>
    /// A probe is over in minutes; a day allows for any clock. Its address went through whatever stands before us, and whoever kept it there
    /// shall not be let in by it for ever.
    /// </summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    /// <summary>What the forwarded-headers middleware moves the direct peer to when it believes the header.</summary>
    private const string DirectPeer = "X-Original-For";

    /// <summary>The mark; null for everything that is no probe.</summary>
    public static ProbeMark? Read(HttpContext context, ITokenVerifier tokens, string? token)
    {
        if (!tokens.TryRead(token, SubjectKind.Probe, out var id) || (DateTimeOffset.UtcNow - MadeAt(id)).Duration() > Lifetime)
        {
            return null;
        }

        var headers = context.Request.Headers;
        var arrival = ProbeRoute.Write(
            context.Connection.RemoteIpAddress?.ToString(), headers[DirectPeer].ToString(), headers["X-Forwarded-For"].ToString(), context.Request.Scheme);
        return new(id, DbText.Clip(arrival, MaxChars)!);
    }

    /// <summary>Ids of ours begin with the time they were made at (UUIDv7), and the token's signature is over the whole id.</summary>
    private static DateTimeOffset MadeAt(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTimeOffset.FromUnixTimeMilliseconds((long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16));
    }
}
