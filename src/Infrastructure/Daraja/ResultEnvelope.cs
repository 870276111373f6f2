using System.Text.Json;
using Payments.Application.Callbacks;

namespace Payments.Infrastructure.Daraja;

/// <summary>What the results of all APIs with an initiator have in common (docs/protocol/callbacks.md).</summary>
/// <param name="Code">ResultCode: 0, or why not.</param>
/// <param name="IsFinal">False for ResultType 1: further messages come.</param>
internal sealed record ResultEnvelope(
    string Code, string? ConversationId, string? OriginatorId, bool IsFinal, string? Description, JsonElement TransactionId, ResultParameters Parameters)
{
    /// <summary>Names and numbers of parties, and what a customer typed as an account (M-PESA keeps 20 characters of it).</summary>
    public const int MaxParty = 100;

    /// <summary>Reads the envelope; <paramref name="read"/> makes a message of it.</summary>
    public static CallbackMessage Read(JsonElement root, Func<ResultEnvelope, CallbackMessage> read)
    {
        var result = root.Get("Result"u8);
        return result.Get("ResultCode"u8).Code() is { } code
            ? read(new(code, result.Get("ConversationID"u8).Id(), result.Get("OriginatorConversationID"u8).Id(), result.Get("ResultType"u8).Code() is not "1",
                result.Get("ResultDesc"u8).Text(), result.Get("TransactionID"u8), ResultParameters.Of(result)))
            : new CallbackMessage.Malformed("there is no Result.ResultCode");
    }
}
