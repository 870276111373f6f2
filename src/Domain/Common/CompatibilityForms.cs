using System.Globalization;
using System.Text;

namespace Payments.Domain.Common;

/// <summary>
/// Writes other forms of ASCII letters and digits as what they stand for, as Unicode's NFKC does: full-width ones (East Asian keyboards),
/// mathematical, circled, raised and lowered ones (styled text copied from a chat).
/// </summary>
/// <remarks>
/// Of our own because the program runs without language data (InvariantGlobalization), where string.Normalize leaves everything but ASCII as
/// it is. Only forms of exactly one ASCII character are folded; rarer ones (ligatures, Roman numerals, units) stay and match nothing.
/// </remarks>
internal static class CompatibilityForms
{
    /// <summary>The text with such forms folded; the same text when there are none. Half of a surrogate pair becomes U+FFFD.</summary>
    public static string Fold(string text)
    {
        if (text.All(char.IsAscii))
        {
            return text;
        }

        var folded = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            folded.Append(Of(rune) is { } plain ? plain.ToString() : rune.ToString());
        }

        return folded.ToString();
    }

    private static char? Of(Rune rune) => rune.Value switch
    {
        < 0x80 => null,
        0x3000 => ' ',
        >= 0xFF01 and <= 0xFF5E => (char)(rune.Value - 0xFF01 + '!'),
        >= 0x24B6 and <= 0x24CF => (char)(rune.Value - 0x24B6 + 'A'),
        >= 0x24D0 and <= 0x24E9 => (char)(rune.Value - 0x24D0 + 'a'),
        >= 0x1D400 and <= 0x1D6A3 when Rune.GetUnicodeCategory(rune) != UnicodeCategory.OtherNotAssigned => Letter((rune.Value - 0x1D400) % 52),
        >= 0x1D7CE and <= 0x1D7FF => (char)('0' + ((rune.Value - 0x1D7CE) % 10)),
        0xB2 or 0xB3 or 0xB9 or 0x2070 or (>= 0x2074 and <= 0x2079) or (>= 0x2080 and <= 0x2089) or (>= 0x2460 and <= 0x2468) or 0x24EA =>
            (char)('0' + (int)Rune.GetNumericValue(rune)),
        _ => null,
    };

    private static char Letter(int place) => (char)(place < 26 ? 'A' + place : 'a' + place - 26);
}
