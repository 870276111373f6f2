using System.Security.Cryptography;
using System.Text;

namespace Payments.Infrastructure.Inbox.Spool;

/// <summary>
/// What shows that a spooled record was written by a process of this deployment: an HMAC under the callback secrets. A checksum finds damage,
/// but whoever may write into the folder can compute one, and a record says whose payment succeeded. The first secret signs, all verify, so
/// that a secret can be replaced while something waits.
/// </summary>
public sealed class SpoolSeal
{
    /// <summary>Bytes of a seal: which secret (8 characters of hex, no secret themselves), and the HMAC-SHA-256.</summary>
    public const int Bytes = KeyIdBytes + HMACSHA256.HashSizeInBytes;

    private const int KeyIdBytes = 8;

    private readonly (byte[] Id, byte[] Key)[] keys;

    /// <param name="secrets">The callback secrets in their order.</param>
    /// <param name="shortcode">Another deployment's records are refused even when the secret is shared.</param>
    public SpoolSeal(IEnumerable<byte[]> secrets, string shortcode) => keys = [.. secrets.Select(secret => (
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(secret))[..KeyIdBytes]),

        // HKDF's info keeps these apart from callback tokens and everything else made with the same secrets.
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: Encoding.UTF8.GetBytes("spool\n" + shortcode))))];

    /// <summary>Writes the seal of some content.</summary>
    internal void Write(ReadOnlySpan<byte> content, Span<byte> seal)
    {
        var (id, key) = keys[0];
        id.CopyTo(seal);
        HMACSHA256.HashData(key, content, seal[KeyIdBytes..]);
    }

    /// <summary>Whether a seal was made by one who knows one of our secrets.</summary>
    internal bool Verifies(ReadOnlySpan<byte> content, ReadOnlySpan<byte> seal)
    {
        Span<byte> wanted = stackalloc byte[HMACSHA256.HashSizeInBytes];
        foreach (var (id, key) in keys)
        {
            if (seal[..KeyIdBytes].SequenceEqual(id))
            {
                HMACSHA256.HashData(key, content, wanted);
                if (CryptographicOperations.FixedTimeEquals(wanted, seal[KeyIdBytes..]))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
