using System.Buffers;
using System.Globalization;
using Payments.Domain.Common;

namespace Payments.Domain.Receipts;

/// <summary>A number as somebody wrote it: what of it can be read, whatever it stands between.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">
/// Twelve digits of a phone; digits of a business; 64 hex digits of a hash; digits and <c>*</c> of a mask; empty when nothing can be read.
/// </param>
internal readonly record struct ShownNumber(ShownKind Kind, string Text)
{
    private const string Marks = "*xX#•●_?…";

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789+()-\u2013. \u00A0");

    /// <summary>Nothing that can be read.</summary>
    private static readonly ShownNumber Nothing = new(ShownKind.Nothing, "");

    /// <summary>Reads <c>254708374149</c>, <c>+254 (0)708 374-149</c>, <c>07****149 - JANE DOE</c>, <c>600100 - Shop</c>, …</summary>
    public static ShownNumber Read(string? text)
    {
        var folded = CompatibilityForms.Fold(text ?? "");
        var whole = OfPart(folded);
        if (whole.Kind != ShownKind.Nothing)
        {
            return whole;
        }

        // A name may stand behind it: after a dash between spaces, or simply after the digits.
        var dash = Enumerable.Range(1, Math.Max(0, folded.Length - 2))
            .FirstOrDefault(i => IsDash(folded[i]) && char.IsWhiteSpace(folded[i - 1]) && char.IsWhiteSpace(folded[i + 1]));
        if (dash > 0)
        {
            return OfPart(folded[..dash]);
        }

        var name = folded.AsSpan().IndexOfAnyExcept(NumberCharacters);
        return name > 0 && !char.IsAsciiDigit(folded[name - 1]) ? OfPart(folded[..name]) : Nothing;
    }

    private static ShownNumber OfPart(string part)
    {
        var compact = string.Concat(part.Where(c => !IsBetween(c)));
        if (compact.Length == 0)
        {
            return Nothing;
        }

        if (compact.Length == 64 && compact.All(char.IsAsciiHexDigit))
        {
            return new(ShownKind.Hash, compact.ToLowerInvariant());
        }

        if (compact.All(char.IsAsciiDigit))
        {
            return OfDigits(compact);
        }

        // More digits than a number has are of something else: a hash with its middle starred, for one.
        return compact.All(c => char.IsAsciiDigit(c) || Marks.Contains(c, StringComparison.Ordinal)) && compact.Count(char.IsAsciiDigit) <= 12
            ? new(ShownKind.Mask, string.Concat(compact.Select(c => char.IsAsciiDigit(c) ? c : '*'))) : Nothing;
    }

    /// <summary>A phone in any writing: 254…, 00254…, 0…, its nine digits, even 2540…; a business has 5 to 7 digits.</summary>
    private static ShownNumber OfDigits(string digits)
    {
        var national = digits.TrimStart('0');
        national = national.Length > 9 && national.StartsWith("254", StringComparison.Ordinal) ? national[3..] : national;
        national = national.Length == 10 && national[0] == '0' ? national[1..] : national;
        if (digits.Length <= 15 && Msisdn.TryParse("254" + national, out var phone))
        {
            return new(ShownKind.Phone, phone.Value);
        }

        // Documents show 000000 for a business: that is nobody's.
        return digits.Length <= 7 && digits.TrimStart('0') is { Length: >= 5 } business ? new(ShownKind.Business, business) : Nothing;
    }

    /// <summary>What people and programs put between digits, and what cannot be seen.</summary>
    private static bool IsBetween(char c) =>
        char.IsWhiteSpace(c) || IsDash(c) || c is '+' or '(' or ')' or '.' or '/' || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.Control;

    private static bool IsDash(char c) => char.GetUnicodeCategory(c) == UnicodeCategory.DashPunctuation || c == '\u2212';
}

/// <summary>What a shown number is.</summary>
internal enum ShownKind
{
    /// <summary>No number, or none that can be read.</summary>
    Nothing,

    /// <summary>A whole Kenyan mobile number.</summary>
    Phone,

    /// <summary>A whole Pay Bill, till or store number.</summary>
    Business,

    /// <summary>64 hex digits: a SHA-256 of something.</summary>
    Hash,

    /// <summary>Digits with some of them hidden.</summary>
    Mask,
}
