namespace Payments.Domain.Checkouts;

/// <summary>
/// Damm's check digit: the last of a number's digits, which fits no number that differs from it in one digit or by a swap of two different
/// neighbours. A sum of weighted digits (Luhn) lets some swaps through; this lets none.
/// </summary>
public static class CheckDigit
{
    /// <summary>A weakly totally anti-symmetric quasigroup of order ten with zeros in its diagonal (H. M. Damm, 2004): the digit that fits is the state itself.</summary>
    private static readonly string[] Next =
    [
        "0317598642", "7092154863", "4206871359", "1750983426", "6123045978", "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
    ];

    /// <summary>The digit that makes <paramref name="digits"/> whole.</summary>
    public static char Of(string digits) => (char)('0' + Run(digits));

    /// <summary>Whether the last digit fits those before it.</summary>
    public static bool Fits(string digits) => digits.Length > 1 && Run(digits) == 0;

    private static int Run(string digits)
    {
        var state = 0;
        foreach (var digit in digits)
        {
            state = Next[state][digit - '0'] - '0';
        }

        return state;
    }
}
