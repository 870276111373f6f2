using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Payments.Application.Callbacks;
using Payments.Application.Intake;

namespace Payments.Infrastructure.Callbacks;

/// <summary>
/// Makes and checks the token in a callback URL (R3): <c>{key id}.{id}.{mac}</c>, 74 characters of lower-case hex and two dots, so
/// that it is one path segment and cannot spell a word Daraja refuses. Whoever holds it was told by us or by Safaricom.
/// </summary>
/// <remarks>Runs for every callback before anything is stored: no database, no allocation, no work that depends on the secret.</remarks>
public sealed class CallbackTokens : ITokenVerifier
{
    /// <summary>The only length a token has.</summary>
    public const int Length = KeyIdChars + 1 + IdChars + 1 + MacChars;

    /// <summary>Enough to tell a handful of secrets apart; it is no secret itself.</summary>
    private const int KeyIdChars = 8;
    private const int IdChars = 32;

    /// <summary>HMAC-SHA-256 cut to 128 bits: guessing takes 2^127 requests, and the URL stays short.</summary>
    private const int MacBytes = 16;
    private const int MacChars = MacBytes * 2;

    /// <summary>Shortcodes have 5–7 digits; the limit only keeps the stack buffer small.</summary>
    private const int MaxShortcodeBytes = 32;

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private readonly (string Id, byte[] Secret)[] keys;
    private readonly byte[] shortcode;

    /// <param name="secrets">At least one of at least 32 bytes. The first signs, all verify, so that a secret can be replaced without a gap.</param>
    /// <param name="shortcode">The deployment's shortcode: a token made for another one is refused even when the secret is shared.</param>
    public CallbackTokens(IEnumerable<byte[]> secrets, string shortcode)
    {
        keys = [.. secrets.Select(secret => (Convert.ToHexStringLower(SHA256.HashData(secret))[..KeyIdChars], secret))];
        this.shortcode = Encoding.UTF8.GetBytes(shortcode);
        if (keys.Length == 0 || this.shortcode.Length > MaxShortcodeBytes)
        {
            throw new ArgumentException("At least one secret and a shortcode of at most 32 bytes are needed.");
        }
    }

    /// <summary>The ids of the secrets, the one that signs first; no secrets themselves.</summary>
    public IReadOnlyList<string> KeyIds => [.. keys.Select(key => key.Id)];

    /// <summary>The token for one thing of ours. A registration has a random token of its own, which is stored.</summary>
    public string Make(SubjectKind kind, Guid id)
    {
        Span<byte> mac = stackalloc byte[MacBytes];
        Sign(keys[0].Secret, kind, id, mac);
        return $"{keys[0].Id}.{id:N}.{Convert.ToHexStringLower(mac)}";
    }

    /// <summary>Reads a token made for <paramref name="expected"/>; false for every other purpose, form or secret.</summary>
    public bool TryRead(string? token, SubjectKind expected, out Guid id)
    {
        id = default;
        if (expected == SubjectKind.Registration || token is not { Length: Length } || token[KeyIdChars] != '.' || token[KeyIdChars + 1 + IdChars] != '.')
        {
            return false;
        }

        var keyId = token.AsSpan(0, KeyIdChars);
        Span<byte> idBytes = stackalloc byte[IdChars / 2];
        Span<byte> given = stackalloc byte[MacBytes];
        if (keyId.ContainsAnyExcept(LowerHex) || !TryHex(token.AsSpan(KeyIdChars + 1, IdChars), idBytes) || !TryHex(token.AsSpan(Length - MacChars), given))
        {
            return false;
        }

        var claimed = new Guid(idBytes, bigEndian: true);
        Span<byte> wanted = stackalloc byte[MacBytes];
        var valid = false;
        foreach (var (thisId, secret) in keys)
        {
            // The key id is public: skipping by it tells nobody anything about a secret.
            if (keyId.SequenceEqual(thisId))
            {
                Sign(secret, expected, claimed, wanted);
                valid |= CryptographicOperations.FixedTimeEquals(wanted, given);
            }
        }

        id = valid ? claimed : default;
        return valid;
    }

    /// <summary>True for a token of ours, whatever it was made for.</summary>
    public bool IsValid(string? token)
    {
        foreach (var purpose in (ReadOnlySpan<SubjectKind>)[SubjectKind.Attempt, SubjectKind.Payout, SubjectKind.Refund, SubjectKind.Question, SubjectKind.Probe])
        {
            if (TryRead(token, purpose, out _))
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryHex(ReadOnlySpan<char> text, Span<byte> bytes) =>
        !text.ContainsAnyExcept(LowerHex) && Convert.FromHexString(text, bytes, out _, out _) == OperationStatus.Done;

    /// <summary>HMAC over <c>purpose \n id \n shortcode</c>: the parts cannot run into each other, for neither of the first two holds a line feed.</summary>
    private void Sign(byte[] secret, SubjectKind kind, Guid id, Span<byte> mac)
    {
        var purpose = kind switch
        {
            SubjectKind.Attempt => "Attempt"u8,
            SubjectKind.Payout => "Payout"u8,
            SubjectKind.Refund => "Refund"u8,
            SubjectKind.Question => "Question"u8,
            SubjectKind.Probe => "Probe"u8,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A registration has a stored token, not a signed one."),
        };
        Span<byte> message = stackalloc byte[16 + 1 + IdChars + 1 + MaxShortcodeBytes];
        purpose.CopyTo(message);
        var length = purpose.Length;
        message[length++] = (byte)'\n';
        Utf8Formatter.TryFormat(id, message[length..], out var written, 'N');
        length += written;
        message[length++] = (byte)'\n';
        shortcode.CopyTo(message[length..]);
        length += shortcode.Length;

        Span<byte> whole = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, message[..length], whole);
        whole[..MacBytes].CopyTo(mac);
    }
}
