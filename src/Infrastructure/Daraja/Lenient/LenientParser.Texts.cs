using System.Globalization;
using System.Text;

namespace Payments.Infrastructure.Daraja.Lenient;

/// <summary>Texts between quotes: where one ends when what stands in it was not escaped, or was wrongly.</summary>
internal partial struct LenientParser
{
    private string Quoted(bool isKey)
    {
        var quote = text[at++];
        var content = new StringBuilder();
        while (at < text.Length)
        {
            var c = text[at];
            if (c == '\\' && at + 1 < text.Length)
            {
                // Somebody typed a backslash and nobody escaped it: the quote behind it ends the text after all.
                if (text[at + 1] == quote && !isKey && EndsAllTheSame(at + 2))
                {
                    at += 2;
                    return content.Append(c).ToString();
                }

                Escape(content);
                continue;
            }

            at++;
            if (c == quote && Closes(at, isKey))
            {
                return content.ToString();
            }

            // A member that begins inside a text: the text has swallowed what it says.
            isBroken |= c is '"' or '\'' && IsKey(at - 1);
            content.Append(c);
        }

        isBroken = true;
        return "";
    }

    private void Escape(StringBuilder content)
    {
        var c = text[at + 1];
        at += 2;
        if (c == 'u' && at + 4 <= text.Length && ushort.TryParse(text.AsSpan(at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
        {
            content.Append((char)unit);
            at += 4;
            return;
        }

        _ = c switch
        {
            '"' or '\'' or '\\' or '/' => content.Append(c),
            'b' => content.Append('\b'),
            'f' => content.Append('\f'),
            'n' => content.Append('\n'),
            'r' => content.Append('\r'),
            't' => content.Append('\t'),
            _ => content.Append('\\').Append(c),
        };
    }

    /// <summary>Whether a quote is the end of its text: what follows must be able to follow.</summary>
    private readonly bool Closes(int after, bool isKey)
    {
        var next = PastSpace(after);
        if (next >= text.Length)
        {
            return true;
        }

        if (isKey)
        {
            return text[next] is ':' or '=';
        }

        if (text[next] is '}' or ']')
        {
            return true;
        }

        if (text[next] is ',' or ';')
        {
            next = PastSpace(next + 1);
            return next >= text.Length || text[next] is '"' or '\'' or '{' or '}' or '[' or ']' or '-' || char.IsAsciiDigit(text[next]) || IsKey(next);
        }

        // A comma was forgotten.
        return IsKey(next);
    }

    private readonly bool EndsAllTheSame(int after)
    {
        var next = PastSpace(after);
        return next < text.Length && (text[next] == '}' ? PastSpace(next + 1) >= text.Length
            : text[next] == ',' && PastSpace(next + 1) is var member && member < text.Length && text[member] is '"' or '\'' && IsKey(member));
    }

    private readonly bool IsKey(int from)
    {
        var end = from + 1;
        while (end < text.Length && end - from <= MaxKey && IsOfName(text[end]))
        {
            end++;
        }

        if (text[from] is '"' or '\'')
        {
            if (end >= text.Length || text[end] != text[from])
            {
                return false;
            }

            end++;
        }
        else if (!char.IsAsciiLetter(text[from]))
        {
            return false;
        }

        end = PastSpace(end);
        return end < text.Length && text[end] is ':' or '=';
    }
}
