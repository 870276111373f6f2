using System.Text.Json;
using System.Text.Unicode;
using Payments.Application.Callbacks;
using Payments.Infrastructure.Daraja.Lenient;

namespace Payments.Infrastructure.Daraja;

/// <summary>Reads callback bodies (docs/protocol/callbacks.md); what each kind looks like stands in <see cref="DarajaOperations"/>.</summary>
/// <remarks>
/// Unknown members are ignored, missing ones read as null and left to the domain to judge. A body that is not one JSON document, that has a key
/// twice, or that lacks what its kind is about is read a second time, leniently; it is malformed when that makes nothing certain of it either.
/// </remarks>
public sealed class CallbackReader : ICallbackReader
{
    /// <summary>Real bodies are six levels deep; the limit keeps a hostile one from costing more than its bytes.</summary>
    private const int MaxDepth = 32;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    public CallbackMessage Read(CallbackKind kind, ReadOnlyMemory<byte> body)
    {
        var (plain, isMissed) = ReadPlainly(kind, body);
        return plain is CallbackMessage.Malformed malformed ? ReadLeniently(kind, body, malformed)
            : isMissed && ReadLeniently(kind, body, new("a key is not spelt as it is published")) is var found and not CallbackMessage.Malformed ? found
            : plain;
    }

    /// <summary>The second reading; what the first said of a body of which nothing more can be made.</summary>
    private static CallbackMessage ReadLeniently(CallbackKind kind, ReadOnlyMemory<byte> body, CallbackMessage.Malformed malformed)
    {
        if (BodyText.Of(body) is not { Length: > 0 } text || LenientDocument.Read(text) is not { Count: > 0 } documents)
        {
            return malformed;
        }

        return DarajaOperations.Channels[kind].ReadLeniently(documents, malformed.Why);
    }

    private static (CallbackMessage Message, bool IsMissed) ReadPlainly(CallbackKind kind, ReadOnlyMemory<byte> body)
    {
        if (body.Span.StartsWith("\uFEFF"u8))
        {
            body = body[3..];
        }

        if (body.Span.TrimStart(" \t\r\n"u8).IsEmpty)
        {
            return (new CallbackMessage.Malformed("the body is empty"), false);
        }

        // The parser checks text only when it is read: a body that is half checked would be half believed.
        if (!Utf8.IsValid(body.Span))
        {
            return (new CallbackMessage.Malformed("the body is not UTF-8"), false);
        }

        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return (new CallbackMessage.Malformed($"the body is a JSON {document.RootElement.ValueKind}, not an object"), false);
            }

            var message = DarajaOperations.Channels[kind].Read(document.RootElement);
            return (message, message switch
            {
                CallbackMessage.Confirmation or CallbackMessage.Validation => LenientConfirmation.IsMissed(document.RootElement),
                CallbackMessage.QueueTimeout { ConversationId: null, OriginatorId: null } => true,
                _ => false,
            });
        }
        catch (JsonException problem)
        {
            // The parser's own message may quote the body.
            return (new CallbackMessage.Malformed(
                problem.LineNumber is { } line
                    ? $"the body is not JSON (line {line + 1}, byte {problem.BytePositionInLine + 1})" : "a key appears twice in one object"), false);
        }
        catch (InvalidOperationException)
        {
            return (new CallbackMessage.Malformed("a key of the body is not text"), false);
        }
    }
}
