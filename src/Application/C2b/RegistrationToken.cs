using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Payments.Application.C2b;

/// <summary>
/// The secret in the URLs of a C2B registration: 32 digits of lower-case hex, which spell no word Daraja refuses. Random, stored, and
/// independent of the signing secret, because production registration happens once and secrets are replaced.
/// </summary>
public static class RegistrationToken
{
    /// <summary>128 random bits: guessing takes 2^127 requests.</summary>
    private const int Bytes = 16;

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    /// <summary>Draws one.</summary>
    public static string Draw() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>True for what could be one; anything else is none without asking anybody.</summary>
    public static bool IsWellFormed(string? text) => text is { Length: Bytes * 2 } && !text.AsSpan().ContainsAnyExcept(LowerHex);

    /// <summary>What may be kept of a token that could not be checked: nobody gets the token back out of it.</summary>
    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>
    /// What is kept of a token that came from outside the allowed networks: proof that it was ours, and that the address alone is why it is not
    /// believed. Another form than <see cref="Hash"/>, which a process of an older version would believe.
    /// </summary>
    public static byte[] HashFromElsewhere(string token) => SHA256.HashData(Encoding.UTF8.GetBytes("from elsewhere " + token));
}
