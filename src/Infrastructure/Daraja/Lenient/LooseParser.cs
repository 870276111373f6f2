using System.Globalization;
using System.Text;

namespace Payments.Infrastructure;

/// <summary>
/// Reads what is nearly JSON: raw control characters, bad escapes and quotes inside texts, other quotes or none, commas too many or too few. It
/// forgives how a thing is written, never that it is not there: a document that is cut short, or in which a key has no value, is none.
/// </summary>
/// <remarks>Each character is looked at a bounded number of times, whatever the text.</remarks>
internal struct LooseParser(string text)
{
    /// <summary>As the plain reader's: real bodies are six levels deep.</summary>
    private const int MaxDepth = 32;

    /// <summary>The longest key of any callback has half of that.</summary>
    private const int MaxKey = 60;

    private int at;
    private int depth;
    private bool isBroken;

    /// <summary>Reads the value that begins at <paramref name="from"/>; null when none can be made out. <paramref name="from"/> is its end then.</summary>
    public static LooseNode? Read(string text, ref int from)
    {
        var parser = new LooseParser(text) { at = from };
        var node = parser.Value();
        from = parser.at;
        return parser.isBroken ? null : node;
    }

    private LooseNode Value()
    {
        Skip();
        if (at >= text.Length || depth >= MaxDepth || (text[at] is '"' or '\'' && IsKey(at)))
        {
            // A key where a value should be: what it says must not end in a list nobody looks into.
            return Broken();
        }

        depth++;
        var node = text[at] switch
        {
            '{' => Object(),
            '[' => List(),
            '"' or '\'' => new LooseNode.Leaf(Quoted(isKey: false), IsQuoted: true),
            _ => Bare(),
        };
        depth--;
        return node;
    }

    private LooseNode Object()
    {
        at++;
        var members = new List<(string, LooseNode)>();
        while (!isBroken)
        {
            Skip(separators: true);
            if (at >= text.Length)
            {
                return Broken();
            }

            if (text[at] == '}')
            {
                at++;
                break;
            }

            var key = Key();
            Skip();
            if (at >= text.Length || text[at] is not (':' or '='))
            {
                return Broken();
            }

            at++;
            members.Add((key, Value()));
        }

        return new LooseNode.Members(members);
    }

    private LooseNode List()
    {
        at++;
        var items = new List<LooseNode>();
        while (!isBroken)
        {
            Skip(separators: true);
            if (at >= text.Length || text[at] == '}')
            {
                return Broken();
            }

            if (text[at] == ']')
            {
                at++;
                break;
            }

            items.Add(Value());
        }

        return new LooseNode.Items(items);
    }

    private string Key()
    {
        if (text[at] is '"' or '\'')
        {
            // One that has swallowed another key with its value would hide what that says.
            var quoted = Quoted(isKey: true);
            isBroken |= quoted.Length > MaxKey || !quoted.All(IsOfName);
            return quoted;
        }

        var start = at;
        while (at < text.Length && at - start <= MaxKey && IsOfName(text[at]))
        {
            at++;
        }

        return text[start..at].Trim();
    }

    /// <summary>Up to the end of the line, the member or what holds it; a quote in it belongs to something that went wrong before.</summary>
    private LooseNode.Leaf Bare()
    {
        var start = at;
        while (at < text.Length && text[at] is not (',' or '}' or ']' or '\r' or '\n'))
        {
            isBroken |= text[at] is '"' or '{' or '[';
            at++;
        }

        return new(text[start..at].Trim(), IsQuoted: false);
    }

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

    private LooseNode.Leaf Broken()
    {
        isBroken = true;
        return new("", IsQuoted: false);
    }

    private void Skip(bool separators = false)
    {
        at = PastSpace(at);
        while (separators && at < text.Length && text[at] is ',' or ';')
        {
            at = PastSpace(at + 1);
        }
    }

    private readonly int PastSpace(int from)
    {
        while (from < text.Length && (char.IsWhiteSpace(text[from]) || text[from] is '\0' or '\ufeff' or '\u200b'))
        {
            from++;
        }

        return from;
    }

    private static bool IsOfName(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or ' ' or '$';
}
