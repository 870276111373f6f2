using System.Globalization;
using System.Text.RegularExpressions;
using Payments.Domain.Common;

namespace Payments.Infrastructure.Daraja.Lenient;

/// <summary>Numbers and amounts in the ways people and programs write them. What can mean two things means nothing.</summary>
internal static partial class LenientValues
{
    /// <summary>Longer than any amount in any of these ways.</summary>
    private const int MaxAmount = 40;

    /// <summary>A receipt number as M-PESA gives it; null for anything else. White space and what cannot be seen are nobody's digits.</summary>
    public static string? Number(string text) => Likely(text) is { } likely && likely == Plain(text) ? likely : null;

    /// <summary>What M-PESA could be asked about: the number in capitals, as all of M-PESA's are.</summary>
    public static string? Likely(string text)
    {
        var plain = Plain(text);
        return plain.Length is > 0 and <= 20 && plain.All(char.IsAsciiLetterOrDigit) ? plain.ToUpperInvariant() : null;
    }

    /// <summary>
    /// An amount above nothing: <c>1500.00</c>, <c>1,500.00</c>, <c>1.500,00</c>, <c>1 500</c>, <c>15E2</c>, with or without the currency. Not
    /// <c>1,500</c>, which is a thousand times another amount where the comma is a point.
    /// </summary>
    public static Money? Amount(string text)
    {
        if (text.Length > MaxAmount)
        {
            return null;
        }

        var bare = Currency().Replace(text.Trim().Trim('\u200b', '\ufeff'), "");
        var plain = Simple().IsMatch(bare) ? bare
            : Grouped().Match(bare) is { Success: true } grouped ? grouped.Groups["whole"].Value.Replace(grouped.Groups["by"].Value, "", StringComparison.Ordinal) + "." + grouped.Groups["cents"].Value + "0"
            : Continental().Match(bare) is { Success: true } continental ? continental.Groups["whole"].Value.Replace(".", "", StringComparison.Ordinal) + "." + continental.Groups["cents"].Value
            : null;
        return plain is not null && decimal.TryParse(plain, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var shillings)
            && Money.TryFromDecimal(shillings, out var money) && money > Money.Zero ? money : null;
    }

    private static string Plain(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c) && !char.IsControl(c) && c is not ('\u200b' or '\ufeff')));

    [GeneratedRegex(@"^(KES|KSHS?|SH)\.?\s*|\s*(KES|KSHS?|/=|/-)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Currency();

    [GeneratedRegex(@"^\+?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?$")]
    private static partial Regex Simple();

    // A comma alone, with three digits behind it, may be either; a space or an apostrophe is no decimal point anywhere.
    [GeneratedRegex(@"^(?<whole>[0-9]{1,3}(?:(?<by>,)[0-9]{3}(?:,[0-9]{3})*(?=\.)|(?<by>,)[0-9]{3}(?:,[0-9]{3})+|(?<by>[ \u00a0\u202f'\u2019])[0-9]{3}(?:\k<by>[0-9]{3})*))(?:\.(?<cents>[0-9]{1,2}))?$")]
    private static partial Regex Grouped();

    [GeneratedRegex(@"^(?<whole>[0-9]{1,3}(?:\.[0-9]{3})+),(?<cents>[0-9]{2})$")]
    private static partial Regex Continental();
}
