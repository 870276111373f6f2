using System.Text.Json.Nodes;

namespace Payments.Simulator;

/// <summary>Puts a result into its envelope: {"Result":{…}} (docs/protocol/b2c-b2b.md#b2c, b2c-b2b.md#b2b, status-balance-reversal.md).</summary>
internal static class ResultBody
{
    public static string Make(Command command, Plan plan, Result result, Shape shape, CopyKind kind, Settings settings)
    {
        if (kind == CopyKind.Malformed)
        {
            return StkCallback.Cut(Make(command, plan, result, shape, CopyKind.Truth, settings));
        }

        if (kind == CopyKind.Contradiction)
        {
            result = new(Other(result.Outcome), result.TransactionId) { References = result.References };
        }
        // ResultType 1 says that more messages are to come (docs/protocol/status-balance-reversal.md).
        var type = kind == CopyKind.Interim ? "1" : "0";
        var envelope = new JsonObject
        {
            ["ResultType"] = Json.Code(type, shape.StringCodes),
            ["ResultCode"] = Json.Code(result.Outcome.Code, shape.StringCodes),
            ["ResultDesc"] = result.Outcome.Text,
            ["OriginatorConversationID"] = command.OriginatorConversationId,
            ["ConversationID"] = command.ConversationId,
            ["TransactionID"] = result.TransactionId,
        };
        var parameters = kind is CopyKind.Bare or CopyKind.Interim || shape.NoParameters ? [] : Varied(result.Parameters, plan, shape, settings, command.ConversationId);
        if (parameters.Count > 0)
        {
            envelope["ResultParameters"] = Wrap("ResultParameter", parameters, shape, shape.SingleParameter);
        }

        if (result.References.Count > 0)
        {
            envelope["ReferenceData"] = Wrap("ReferenceItem", result.References, shape, shape.SingleReference);
        }

        return Json.Text(new JsonObject { ["Result"] = envelope });
    }

    /// <summary>
    /// A queue timeout. No authoritative sample exists (docs/protocol/b2c-b2b.md#b2c): integrators expect the Result envelope with a code that is not 0
    /// and a "timed out" text; one has the same fields without the envelope.
    /// </summary>
    public static string QueueTimeout(Command command, string form)
    {
        if (form == "empty")
        {
            return "{}";
        }

        var fields = new JsonObject
        {
            ["ResultType"] = 0,
            ["ResultCode"] = 1,
            ["ResultDesc"] = "The request timed out in the queue.",
            ["OriginatorConversationID"] = command.OriginatorConversationId,
            ["ConversationID"] = command.ConversationId,
            ["TransactionID"] = Ids.NoTransaction(),
        };
        return Json.Text(form == "flat" ? fields : new JsonObject { ["Result"] = fields });
    }

    // Something else failed: never a false success, which nobody could see through.
    private static Outcome Other(Outcome truth) => truth == Outcomes.InsufficientFunds ? Outcomes.WrongPin : Outcomes.InsufficientFunds;

    private static List<Parameter> Varied(IReadOnlyList<Parameter> parameters, Plan plan, Shape shape, Settings settings, string occasion)
    {
        List<Parameter> varied = [.. parameters];
        // The second DebitPartyName is really the party credited (docs/protocol/status-balance-reversal.md).
        var credited = varied.FindLastIndex(p => p.Key == "DebitPartyName");
        if (credited > 0)
        {
            varied[credited] = varied[credited] with { Key = "CreditPartyName" };
        }

        varied = [.. varied.Select(p => Told(p, plan, settings, occasion))];
        if (credited > 0 && !shape.CreditPartyName)
        {
            varied[credited] = varied[credited] with { Key = "DebitPartyName" };
        }

        if (varied.Count == 0)
        {
            return varied;
        }

        if (shape.MissingValue)
        {
            varied[^1] = varied[^1] with { Value = null };
        }

        if (shape.DuplicateKey)
        {
            varied.Add(varied[0] with { Value = "duplicate" });
        }

        return varied;
    }

    // What a script wants told instead of the truth.
    private static Parameter Told(Parameter parameter, Plan plan, Settings settings, string occasion) => parameter.Key switch
    {
        _ when plan.Parameters?.TryGetValue(parameter.Key, out var value) == true => parameter with { Value = value },
        "TransactionAmount" or "Amount" when plan.CallbackAmount is { } amount => parameter with { Value = amount },
        "ReceiverPartyPublicName" or "CreditPartyName" or "CreditPartyPublicName" when plan.CallbackParty is { } party =>
            parameter with { Value = $"{party} - JOHN DOE" },
        "ReceiverPartyPublicName" or "CreditPartyName" or "CreditPartyPublicName" when parameter.Value is string shown && Check.Msisdn(shown.Split(' ')[0]) =>
            parameter with { Value = $"{Phones.Show(shown[..12], plan.Payer ?? settings.PartyPhone, occasion)}{shown[12..]}" },
        _ => parameter,
    };

    private static JsonObject Wrap(string name, IReadOnlyList<Parameter> items, Shape shape, bool single)
    {
        JsonNode content = single ? Item(items[0], shape) : new JsonArray([.. items.Select(i => Item(i, shape))]);
        return new() { [name] = content };
    }

    private static JsonObject Item(Parameter parameter, Shape shape)
    {
        var item = new JsonObject { ["Key"] = parameter.Key };
        if (shape.Value(parameter.Value) is { } value)
        {
            item["Value"] = value;
        }

        return item;
    }
}
