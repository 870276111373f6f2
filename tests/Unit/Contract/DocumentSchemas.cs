using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace Payments.Testing;

/// <summary>
/// The schemas of an OpenAPI document as JSON Schema, which is what they are since 3.1. Held to more than they say: a field they do not name
/// is an error, for a field in an answer that the document does not describe is one of the document's.
/// </summary>
internal sealed class DocumentSchemas(JsonNode document)
{
    private static readonly EvaluationOptions Options = new() { OutputFormat = OutputFormat.List, RequireFormatValidation = true };

    private readonly string definitions = Local(Closed(document["components"]!["schemas"]!.DeepClone()));

    /// <summary>What is wrong with a value; nothing when it is as the schema says.</summary>
    public IReadOnlyList<string> Errors(JsonNode schema, JsonNode? value)
    {
        var text = JsonNode.Parse(Local(schema))!.AsObject();
        var whole = new JsonObject { ["allOf"] = new JsonArray(text.DeepClone()), ["$defs"] = JsonNode.Parse(definitions) };
        var result = JsonSchema.FromText(whole.ToJsonString()).Evaluate(value, Options);
        return result.IsValid
            ? []
            : [.. result.Details.Where(d => d.HasErrors).SelectMany(d => d.Errors!, (d, error) => $"{d.InstanceLocation}: {error.Key} {error.Value}")];
    }

    /// <summary>The same by the schema's name.</summary>
    public IReadOnlyList<string> Errors(string name, JsonNode? value) => Errors(new JsonObject { ["$ref"] = $"#/components/schemas/{name}" }, value);

    private static JsonNode Closed(JsonNode schemas)
    {
        foreach (var schema in schemas.AsObject().Select(pair => pair.Value!.AsObject()).Where(schema => schema.ContainsKey("properties")))
        {
            schema["additionalProperties"] = false;
        }

        return schemas;
    }

    private static string Local(JsonNode schema) => schema.ToJsonString(JsonSerializerOptions.Web).Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal);
}
