using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Payments.Application.Common;
using Payments.Application.Idempotency;
using Payments.Domain.Common;

namespace Payments.Application.Transfers;

/// <summary>
/// The names of money requests: what B2C is given as OriginatorConversationID, and the id of our row. Made of what the caller said, not drawn
/// (R18): books that were restored and are asked for the same thing again ask Safaricom under the same name, and Safaricom refuses a
/// second request of a name. A UUID, as this field has always been given; 122 bits of SHA-256, so that no two requests meet by chance.
/// </summary>
/// <param name="payer">Who pays: the environment and the shortcode, so that the same shop's names elsewhere are others.</param>
public sealed class RequestNames(string payer)
{
    /// <summary>Of a payout to a phone: the client's own reference, unique for ever.</summary>
    public PayoutId OfPayout(string client, string reference) => new(Name("payout", client, reference));

    /// <summary>Of a refund by B2C: the key its caller gave it, kept for ever. Without a key there is nothing to make a name of.</summary>
    public RefundId OfRefund(IdempotentRequest? request) => request is null ? NewId.Next<RefundId>() : new(Name("refund", request.Owner, request.Key));

    private Guid Name(params ReadOnlySpan<string> parts)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (var part in (string[])["payments money request 1", payer, .. parts])
        {
            // Lengths in front keep the parts apart.
            var bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            sha.AppendData(length);
            sha.AppendData(bytes);
        }

        var id = sha.GetHashAndReset().AsSpan(0, 16);

        // Version 8, a UUID of one's own making (RFC 9562).
        id[6] = (byte)((id[6] & 0x0f) | 0x80);
        id[8] = (byte)((id[8] & 0x3f) | 0x80);
        return new(id, bigEndian: true);
    }
}
