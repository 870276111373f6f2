using System.Text.Json;
using Payments.Application.Callbacks;

namespace Payments.Infrastructure.Daraja;

/// <summary>
/// The queue timeout of every API with an initiator. No sample of this body was ever published: whatever arrives on a timeout's URL is one, with or
/// without the Result envelope.
/// </summary>
internal static class QueueTimeoutReader
{
    public static CallbackMessage Read(JsonElement root)
    {
        var result = root.Get("Result"u8) is { ValueKind: JsonValueKind.Object } envelope ? envelope : root;
        return new CallbackMessage.QueueTimeout(result.Get("ConversationID"u8).Id(), result.Get("OriginatorConversationID"u8).Id());
    }

    public static string Sample(string originator, string conversation) =>
        $$$"""
        {"Result":{"ResultType":0,"ResultCode":1,"ResultDesc":"The request timed out in the queue","OriginatorConversationID":"{{{originator}}}",
        "ConversationID":"{{{conversation}}}"}}
        """;
}
