using System.Net;
using System.Text;

namespace Payments.Infrastructure.Daraja.Lenient;

/// <summary>The documents in a text: JSON or nearly so, one or several, alone or inside a text, a form or a list; a form's fields; XML's elements.</summary>
internal static class LenientDocument
{
    /// <summary>One body, one callback; a few more are a mistake somebody made, hundreds are an attack.</summary>
    private const int MaxDocuments = 16;

    /// <summary>JSON as a text inside JSON, or in a field of a form.</summary>
    private const int MaxNesting = 2;

    /// <summary>What was found, in order; null when a part of it cannot be made out: the rest may be another's.</summary>
    public static IReadOnlyList<LenientNode>? Read(string text, int nesting = 0)
    {
        var whole = text.Trim();
        if (whole.Length == 0)
        {
            return [];
        }

        var (brace, equals) = (whole.AsSpan().IndexOfAny('{', '['), whole.IndexOf('='));
        return whole[0] switch
        {
            '<' => whole[^1] == '>' ? [Elements(whole)] : null,
            '"' => nesting < MaxNesting && InText(whole) is { } inner ? Read(inner, nesting + 1) : null,
            '-' when whole.StartsWith("--", StringComparison.Ordinal) => [Parts(whole)],
            _ when equals >= 0 && (brace < 0 || equals < brace) => Form(whole, nesting),
            _ when brace < 0 && whole.StartsWith("%7B", StringComparison.OrdinalIgnoreCase) && nesting < MaxNesting => Read(Unescape(whole), nesting + 1),
            _ => Documents(whole),
        };
    }

    /// <summary>Every object or list. What stands before, between and behind them is let pass only where it can say nothing: no text, no key.</summary>
    private static List<LenientNode>? Documents(string text)
    {
        var found = new List<LenientNode>();
        for (var at = 0; ;)
        {
            var next = text.AsSpan(at).IndexOfAny('{', '[');
            if (text.AsSpan(at, next < 0 ? text.Length - at : next).ContainsAny('"', ':', '='))
            {
                return null;
            }

            if (next < 0)
            {
                return found;
            }

            at += next;
            if (found.Count == MaxDocuments || LenientParser.Read(text, ref at) is not { } node)
            {
                return null;
            }

            // A list of documents is documents.
            IReadOnlyList<LenientNode> more = node is LenientNode.Items { All: { Count: <= MaxDocuments } items } ? items : [node];
            found.AddRange(more);
        }
    }

    private static string? InText(string text)
    {
        var at = 0;
        return LenientParser.Read(text, ref at) is LenientNode.Leaf { IsQuoted: true, Value: { Length: < int.MaxValue } inner } && at == text.Length ? inner : null;
    }

    private static IReadOnlyList<LenientNode>? Form(string text, int nesting)
    {
        var fields = new List<(string, LenientNode)>();
        foreach (var pair in text.Split('&'))
        {
            var equals = pair.IndexOf('=');
            if (equals < 0)
            {
                continue;
            }

            var value = Unescape(pair[(equals + 1)..]);
            if (value.AsSpan().TrimStart() is ['{', ..] && nesting < MaxNesting)
            {
                return Read(value, nesting + 1);
            }

            fields.Add((Unescape(pair[..equals]), new LenientNode.Leaf(value, IsQuoted: true)));
        }

        return [new LenientNode.Members(fields)];
    }

    /// <summary>multipart/form-data: parts between lines that begin it.</summary>
    private static LenientNode.Members Parts(string text)
    {
        var fields = new List<(string, LenientNode)>();
        var boundary = text[..(text.AsSpan().IndexOfAny('\r', '\n') is var end && end < 0 ? text.Length : end)];
        foreach (var part in text.Split(boundary).Select(part => part.ReplaceLineEndings("\n")))
        {
            const string Name = "name=\"";
            var (head, body) = (part.IndexOf("\n\n", StringComparison.Ordinal), part.IndexOf(Name, StringComparison.OrdinalIgnoreCase) + Name.Length);
            if (head >= 0 && body >= Name.Length && body < head && part.IndexOf('"', body, head - body) is var close and > 0)
            {
                fields.Add((part[body..close], new LenientNode.Leaf(part[(head + 2)..].Trim(), IsQuoted: true)));
            }
        }

        return new(fields);
    }

    /// <summary>Elements that hold nothing but text, by their names without prefix.</summary>
    private static LenientNode.Members Elements(string text)
    {
        var fields = new List<(string, LenientNode)>();
        for (var at = text.IndexOf('<'); at >= 0;)
        {
            var close = text.IndexOf('>', at);
            var next = close < 0 ? -1 : text.IndexOf('<', close);
            if (next < 0)
            {
                break;
            }

            if (next + 1 < text.Length && text[next + 1] == '/' && text[at + 1] != '/')
            {
                var name = text[(at + 1)..close].Split(' ', 2)[0];
                fields.Add((name[(name.LastIndexOf(':') + 1)..], new LenientNode.Leaf(WebUtility.HtmlDecode(text[(close + 1)..next]), IsQuoted: true)));
            }

            at = next;
        }

        return new(fields);
    }

    /// <summary>Percent escapes as bytes, for they may be Latin-1's; what is no escape stays.</summary>
    private static string Unescape(string text)
    {
        if (text.AsSpan().IndexOfAny('%', '+') < 0)
        {
            return text;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        var length = 0;
        for (var at = 0; at < bytes.Length; at++)
        {
            if (bytes[at] == '%' && at + 2 < bytes.Length && Convert.FromHexString(Hex(bytes, at + 1)) is [var escaped])
            {
                bytes[length++] = escaped;
                at += 2;
            }
            else
            {
                bytes[length++] = bytes[at] == '+' ? (byte)' ' : bytes[at];
            }
        }

        return BodyText.Mixed(bytes.AsSpan(0, length));
    }

    private static string Hex(byte[] bytes, int at) =>
        char.IsAsciiHexDigit((char)bytes[at]) && char.IsAsciiHexDigit((char)bytes[at + 1]) ? string.Concat((char)bytes[at], (char)bytes[at + 1]) : "";
}
