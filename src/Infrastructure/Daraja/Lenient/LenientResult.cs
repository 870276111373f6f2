using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Payments.Application.Callbacks;

namespace Payments.Infrastructure.Daraja.Lenient;

/// <summary>
/// Results of prompts, transfers and questions in a form nobody published, brought to the plain one and read as such. Two documents, or a key
/// with two values, that do not say the same say nothing: then Safaricom is asked.
/// </summary>
internal static partial class LenientResult
{
    /// <summary>The keys that readers look for, in their own spelling.</summary>
    private static readonly Dictionary<string, string> Names = new[]
    {
        "Body", "stkCallback", "MerchantRequestID", "CheckoutRequestID", "ResultCode", "ResultDesc", "CallbackMetadata", "Item", "Name", "Value", "Result",
        "ResultType", "OriginatorConversationID", "ConversationID", "TransactionID", "ResultParameters", "ResultParameter", "Key", "ReferenceData", "ReferenceItem",
    }.ToDictionary(name => name.ToUpperInvariant(), name => name, StringComparer.Ordinal);

    /// <summary>Reads documents; <paramref name="read"/> makes a message of the plain form.</summary>
    /// <param name="why">What kept the body from being read plainly.</param>
    public static CallbackMessage Read(IReadOnlyList<LenientNode> documents, string why, Func<JsonElement, CallbackMessage> read)
    {
        var written = documents.OfType<LenientNode.Members>().Select(Write).Distinct(StringComparer.Ordinal).ToList();
        if (written is not [{ } only])
        {
            return new CallbackMessage.Malformed(written.Count > 0 ? $"{why}; it says more than one thing" : why);
        }

        using var document = JsonDocument.Parse(only);
        return read(document.RootElement) switch
        {
            CallbackMessage.Malformed => new CallbackMessage.Malformed(why),

            // No shape of it is published, so anything could be one: only its ids tell.
            CallbackMessage.QueueTimeout { ConversationId: null, OriginatorId: null } => new CallbackMessage.Malformed(why),
            var message => message with { ReadLeniently = why },
        };
    }

    /// <summary>The document in plain JSON; null when a key of it has two values that differ.</summary>
    private static string? Write(LenientNode document)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            if (!Write(document, writer))
            {
                return null;
            }
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static bool Write(LenientNode node, Utf8JsonWriter writer)
    {
        switch (node)
        {
            case LenientNode.Members members:
                writer.WriteStartObject();
                foreach (var member in members.All.GroupBy(member => Name(member.Key), StringComparer.Ordinal))
                {
                    var (_, first) = member.First();
                    writer.WritePropertyName(Sound(member.Key));
                    if (!member.Skip(1).All(other => IsSame(first, other.Value)) || !Write(first, writer))
                    {
                        return false;
                    }
                }

                writer.WriteEndObject();
                return true;
            case LenientNode.Items list:
                writer.WriteStartArray();
                foreach (var item in list.All)
                {
                    if (!Write(item, writer))
                    {
                        return false;
                    }
                }

                writer.WriteEndArray();
                return true;
            default:
                var leaf = (LenientNode.Leaf)node;
                if (!leaf.IsQuoted && Literal().IsMatch(leaf.Value))
                {
                    writer.WriteRawValue(leaf.Value);
                }
                else
                {
                    writer.WriteStringValue(Sound(leaf.Value));
                }

                return true;
        }
    }

    private static bool IsSame(LenientNode one, LenientNode other) => (one, other) switch
    {
        (LenientNode.Leaf a, LenientNode.Leaf b) => a.Value == b.Value,
        (LenientNode.Items a, LenientNode.Items b) => a.All.Count == b.All.Count && a.All.Zip(b.All).All(pair => IsSame(pair.First, pair.Second)),
        (LenientNode.Members a, LenientNode.Members b) => a.All.Count == b.All.Count
            && a.All.Zip(b.All).All(pair => Name(pair.First.Key) == Name(pair.Second.Key) && IsSame(pair.First.Value, pair.Second.Value)),
        _ => false,
    };

    private static string Name(string key) => Names.GetValueOrDefault(key.Trim().ToUpperInvariant(), key);

    /// <summary>Without halves of surrogate pairs, which cannot be written.</summary>
    private static string Sound(string text) => string.Concat(text.EnumerateRunes().Select(rune => rune.ToString()));

    [GeneratedRegex(@"^(-?(0|[1-9][0-9]{0,300})(\.[0-9]{1,300})?([eE][+-]?[0-9]{1,4})?|true|false|null)$")]
    private static partial Regex Literal();
}
