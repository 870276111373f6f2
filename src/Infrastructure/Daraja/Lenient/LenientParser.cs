namespace Payments.Infrastructure.Daraja.Lenient;

/// <summary>
/// Reads what is nearly JSON: raw control characters, bad escapes and quotes inside texts, other quotes or none, commas too many or too few. It
/// forgives how a thing is written, never that it is not there: a document that is cut short, or in which a key has no value, is none.
/// </summary>
/// <remarks>Each character is looked at a bounded number of times, whatever the text.</remarks>
internal partial struct LenientParser(string text)
{
    /// <summary>As the plain reader's: real bodies are six levels deep.</summary>
    private const int MaxDepth = 32;

    /// <summary>The longest key of any callback has half of that.</summary>
    private const int MaxKey = 60;

    private int at;
    private int depth;
    private bool isBroken;

    /// <summary>Reads the value that begins at <paramref name="from"/>; null when none can be made out. <paramref name="from"/> is its end then.</summary>
    public static LenientNode? Read(string text, ref int from)
    {
        var parser = new LenientParser(text) { at = from };
        var node = parser.Value();
        from = parser.at;
        return parser.isBroken ? null : node;
    }

    private LenientNode Value()
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
            '"' or '\'' => new LenientNode.Leaf(Quoted(isKey: false), IsQuoted: true),
            _ => Bare(),
        };
        depth--;
        return node;
    }

    private LenientNode Object()
    {
        at++;
        var members = new List<(string, LenientNode)>();
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

        return new LenientNode.Members(members);
    }

    private LenientNode List()
    {
        at++;
        var items = new List<LenientNode>();
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

        return new LenientNode.Items(items);
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
    private LenientNode.Leaf Bare()
    {
        var start = at;
        while (at < text.Length && text[at] is not (',' or '}' or ']' or '\r' or '\n'))
        {
            isBroken |= text[at] is '"' or '{' or '[';
            at++;
        }

        return new(text[start..at].Trim(), IsQuoted: false);
    }

    private LenientNode.Leaf Broken()
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
