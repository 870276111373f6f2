using System.Security.Cryptography;
using System.Text;

namespace Payments.Domain;

/// <summary>
/// Compares a payer's number as Safaricom shows it with one we know. It may come plain, masked (<c>25470****149</c>,
/// <c>2547 ***** 126</c>) or as a SHA-256; a hint, never a key (rule 13).
/// </summary>
public static class PayerHint
{
    /// <summary>
    /// True when a hint tells one customer from another: a SHA-256, a whole number, or one with some of its last digits. The first four
    /// (<c>2547</c>) are everybody's.
    /// </summary>
    public static bool ShowsAnything(string? shown)
    {
        var text = shown?.Replace(" ", "", StringComparison.Ordinal).TrimStart('+') ?? "";
        return text.Length == 64 || (text.All(c => char.IsAsciiDigit(c) || c == '*') && text.Length >= 8 && char.IsAsciiDigit(text[^1]));
    }

    /// <summary>False only when what is visible disagrees; nothing visible agrees with everybody.</summary>
    public static bool MayBe(string? shown, Msisdn phone)
    {
        var text = shown?.Replace(" ", "", StringComparison.Ordinal).TrimStart('+') ?? "";
        if (text.Length == 64)
        {
            var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(phone.Value)));
            return string.Equals(text, hash, StringComparison.OrdinalIgnoreCase);
        }

        var star = text.IndexOf('*', StringComparison.Ordinal);
        if (star < 0)
        {
            return text.Length == 0 || !text.All(char.IsAsciiDigit) || text == phone.Value;
        }

        // The number of stars is not the number of hidden digits in every sample: compare what stands before and after them.
        var tail = text[(text.LastIndexOf('*') + 1)..];
        return phone.Value.StartsWith(text[..star], StringComparison.Ordinal) && phone.Value.EndsWith(tail, StringComparison.Ordinal);
    }
}
