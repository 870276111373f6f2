using System.Globalization;
using Payments.Domain.Common;

namespace Payments.Domain.Receipts;

/// <summary>
/// Reads the M-PESA code that a customer types or pastes: in small letters, with spaces in between, or as the whole message, which begins with it. What
/// is read is a claim and proves nothing.
/// </summary>
public static class ReceiptCode
{
    /// <summary>More than M-PESA's longest message; who pastes a book has not typed a code.</summary>
    public const int MaxText = 1000;

    /// <summary>M-PESA's numbers have ten characters in every sample and every message.</summary>
    private const int Length = 10;

    /// <summary>The number that is meant; null when it is no code.</summary>
    public static ReceiptNumber? Read(string? text)
    {
        if (text is not { Length: > 0 and <= MaxText })
        {
            return null;
        }

        var visible = string.Concat(CompatibilityForms.Fold(text).Where(c => char.GetUnicodeCategory(c) != UnicodeCategory.Format));
        var words = visible.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words switch
        {
            [] => null,
            [var only] => OfWord(only),

            // In pieces it has a digit: "please help" is ten letters, too.
            _ when OfWord(string.Concat(words)) is { } whole && whole.Value.Any(char.IsAsciiDigit) => whole,
            [var first, ..] => OfWord(first),
        };
    }

    /// <summary>A phone number has ten digits, too: a code has a letter.</summary>
    private static ReceiptNumber? OfWord(string word)
    {
        var code = word.Trim('"', '\'', '“', '”', '‘', '’', '(', ')', '.', ',', ':', ';', '!', '*', '_', '-', '#').ToUpperInvariant();
        return code.Length == Length && code.All(char.IsAsciiLetterOrDigit) && code.Any(char.IsAsciiLetter) ? new(code) : null;
    }
}
