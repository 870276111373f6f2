namespace Payments.Domain;

/// <summary>Compares who Safaricom says received money with whom it was sent to, as far as that is visible (rules 9 and 13).</summary>
internal static class Parties
{
    /// <summary>False only when numbers are visible and none of them can be <paramref name="expected"/>.</summary>
    public static bool MayInclude(IReadOnlyList<string> parties, string expected)
    {
        var visible = parties.Select(NumberOf).OfType<string>().ToList();
        return visible.Count == 0 || visible.Exists(shown => MayBe(shown, expected));
    }

    /// <summary>A phone masked, a shortcode as it is.</summary>
    public static string Show(string party) => Msisdn.TryParse(party, out var phone) ? phone.Masked : party;

    /// <summary>The number in <c>254708374149 - JOHN DOE</c>; null when no digit, star or hash of one is there.</summary>
    private static string? NumberOf(string party)
    {
        var number = party.Split(" - ", 2)[0].Replace(" ", "", StringComparison.Ordinal).TrimStart('+');
        number = number is { Length: 10 } && number[0] == '0' ? "254" + number[1..] : number;
        var readable = number.Length > 0 && (number.All(c => char.IsAsciiDigit(c) || c == '*') || (number.Length == 64 && number.All(char.IsAsciiHexDigit)));
        return readable ? number : null;
    }

    private static bool MayBe(string shown, string expected) =>
        Msisdn.TryParse(expected, out var phone) ? PayerHint.MayBe(shown, phone) : shown.Contains('*', StringComparison.Ordinal) || shown == expected;
}
