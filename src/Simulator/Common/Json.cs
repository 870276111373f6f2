using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Payments.Simulator;

/// <summary>JSON as Safaricom writes it on the wire, and as the simulator's own endpoints read and write it.</summary>
internal static class Json
{
    /// <summary>Relaxed escaping: Safaricom sends '+', '&amp;' and '\'' as they are.</summary>
    public static readonly JsonSerializerOptions Wire = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>For /simulator: camelCase, nulls left out, an unknown member is a mistake worth telling.</summary>
    public static readonly JsonSerializerOptions Own = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static string Text(JsonNode node) => node.ToJsonString(Wire);

    /// <summary>A string or number member as text; null when absent or of another kind. Daraja takes both spellings of a number (docs/protocol/README.md#common-rules).</summary>
    public static string? Scalar(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.GetRawText(),
        _ => null,
    };

    /// <summary>A code as a JSON number when it is one, else as a string (SFC_IC0003).</summary>
    public static JsonNode Code(string code, bool asString = false) =>
        !asString && long.TryParse(code, out var number) ? JsonValue.Create(number) : JsonValue.Create(code);

    /// <summary>The text as JSON, or null when it is none.</summary>
    public static JsonElement? TryParse(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
