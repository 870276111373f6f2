using System.Globalization;
using System.Text;
using Payments.Domain.Common;

namespace Payments.Domain.Checkouts;

/// <summary>
/// The shop's name for an order, unique within the shop: 1–12 of <c>A–Z a–z 0–9 - _ . /</c> with at least one letter or digit, for it may be
/// the <see cref="Account"/> too.
/// </summary>
public readonly record struct OrderReference
{
    /// <summary>What M-PESA shows and keeps of an account reference.</summary>
    public const int MaxLength = 12;

    private OrderReference(string value) => Value = value;

    /// <summary>As the shop wrote it.</summary>
    public string Value { get; }

    /// <summary>The form that is compared and unique: upper case, letters and digits only.</summary>
    public string Key => KeyOf(Value);

    /// <summary>Reads a reference; false when a rule above is broken.</summary>
    public static bool TryParse(string? text, out OrderReference reference)
    {
        reference = default;
        if (text is not { Length: >= 1 and <= MaxLength } || !text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/')
            || !text.Any(char.IsAsciiLetterOrDigit))
        {
            return false;
        }

        reference = new(text);
        return true;
    }

    /// <summary>The compared form of anything a customer typed as an account; empty matches nothing.</summary>
    /// <remarks>
    /// Spaces and punctuation make no difference. Whatever else is no A–Z or 0–9 (letters and digits of other scripts, accents, what cannot be
    /// seen) makes it match nothing: leaving it out would pay an order whose reference nobody typed (R8).
    /// </remarks>
    public static string KeyOf(string? account)
    {
        var key = new StringBuilder();
        foreach (var rune in CompatibilityForms.Fold(account ?? "").EnumerateRunes())
        {
            if (rune.IsAscii && Rune.IsLetterOrDigit(rune))
            {
                key.Append(char.ToUpperInvariant((char)rune.Value));
            }
            else if (!MakesNoDifference(rune))
            {
                return "";
            }
        }

        return key.ToString();
    }

    /// <summary>The first character that makes an account match nothing, as <c>U+200B</c>; null when there is none.</summary>
    public static string? FirstInvalidCharacter(string? account)
    {
        foreach (var rune in CompatibilityForms.Fold(account ?? "").EnumerateRunes())
        {
            if (!(rune.IsAscii && Rune.IsLetterOrDigit(rune)) && !MakesNoDifference(rune))
            {
                return string.Create(CultureInfo.InvariantCulture, $"U+{rune.Value:X4}");
            }
        }

        return null;
    }

    public override string ToString() => Value;

    private static bool MakesNoDifference(Rune rune) => Rune.IsWhiteSpace(rune) || (rune.IsAscii
        ? !Rune.IsControl(rune)
        : Rune.GetUnicodeCategory(rune) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation
            or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation
            or UnicodeCategory.OtherPunctuation);
}
