namespace Payments.Application.Common;

/// <summary>Text that came from outside, in the form the database takes.</summary>
public static class DbText
{
    /// <summary>The columns' limit on Safaricom's words; they are for people to read.</summary>
    public const int MaxText = 1000;

    /// <summary>
    /// At most <paramref name="most"/> characters, without what PostgreSQL or UTF-8 refuses: NUL, and half of a pair of surrogates, whether it
    /// was sent so or would be left by the cut.
    /// </summary>
    public static string? Clip(string? text, int most)
    {
        if (text is null || (text.Length <= most && !text.AsSpan().ContainsAnyInRange('\ud800', '\udfff') && !text.Contains('\0', StringComparison.Ordinal)))
        {
            return text;
        }

        var kept = new System.Text.StringBuilder(Math.Min(text.Length, most));
        foreach (var rune in text.EnumerateRunes())
        {
            // An unpaired half is enumerated as U+FFFD, which says that something was there.
            if (rune.Value != 0 && kept.Length + rune.Utf16SequenceLength <= most)
            {
                kept.Append(rune);
            }
            else if (rune.Value != 0)
            {
                break;
            }
        }

        return kept.ToString();
    }
}
