using System.Globalization;
using System.Text.Json.Nodes;

namespace Payments.Tests.Unit;

/// <summary>
/// What of a released OpenAPI document another one breaks: whatever a client written against the first could send or read and now cannot.
/// What is new breaks nobody, for clients are told to pass over what they do not know.
/// </summary>
internal sealed class BreakingChanges
{
    private static readonly string[] Methods = ["get", "put", "post", "delete", "patch", "head", "options"];

    private readonly JsonNode released, present;
    private readonly List<string> found = [];
    private readonly HashSet<string> compared = [];

    private BreakingChanges(JsonNode released, JsonNode present) => (this.released, this.present) = (released, present);

    /// <summary>A sentence for each, which names the place.</summary>
    public static IReadOnlyList<string> Between(JsonNode released, JsonNode present)
    {
        var changes = new BreakingChanges(released, present);
        changes.Paths();
        return changes.found;
    }

    private void Paths()
    {
        foreach (var (path, operations) in Members(released["paths"]))
        {
            foreach (var method in Methods.Where(method => operations![method] is not null))
            {
                var place = $"{method.ToUpperInvariant()} {path}";
                if (present["paths"]?[path]?[method] is { } operation)
                {
                    Operation(place, operations![method]!, operation);
                }
                else
                {
                    found.Add($"{place} is gone.");
                }
            }
        }
    }

    private void Operation(string place, JsonNode before, JsonNode after)
    {
        if (Text(before["operationId"]) != Text(after["operationId"]))
        {
            found.Add($"{place} was {Text(before["operationId"])} and is {Text(after["operationId"]) ?? "nameless"}.");
        }

        foreach (var way in Ways(before).Except(Ways(after)))
        {
            found.Add($"{place} can no longer be called with {(way.Length == 0 ? "nothing" : way)}.");
        }

        Inputs(place, before, after);
        if (before["requestBody"] is { } body)
        {
            Contents($"the body of {place}", body["content"], after["requestBody"]?["content"], isRequest: true);
        }

        if (after["requestBody"]?["required"]?.GetValue<bool>() == true && before["requestBody"]?["required"]?.GetValue<bool>() != true)
        {
            found.Add($"{place} now needs a body.");
        }

        foreach (var (status, answer) in Members(before["responses"]))
        {
            if (after["responses"]?[status] is { } now)
            {
                Contents($"the {status} of {place}", answer!["content"], now["content"], isRequest: false);
            }
            else
            {
                found.Add($"{place} no longer answers {status}.");
            }
        }
    }

    private void Inputs(string place, JsonNode before, JsonNode after)
    {
        var (old, now) = (Parameters(before), Parameters(after));
        foreach (var (name, parameter) in old)
        {
            if (now.TryGetValue(name, out var same))
            {
                Schema($"{name} of {place}", parameter["schema"], same["schema"], isRequest: true);
            }
            else
            {
                found.Add($"{place} no longer takes {name}.");
            }
        }

        foreach (var name in now.Where(p => IsRequired(p.Value) && !(old.TryGetValue(p.Key, out var same) && IsRequired(same))).Select(p => p.Key))
        {
            found.Add($"{place} now needs {name}.");
        }
    }

    private void Contents(string place, JsonNode? before, JsonNode? after, bool isRequest)
    {
        foreach (var (type, content) in Members(before))
        {
            if (after?[type] is { } now)
            {
                Schema(place, content!["schema"], now["schema"], isRequest);
            }
            else
            {
                found.Add($"{place} is no longer {type}.");
            }
        }
    }

    private void Schema(string place, JsonNode? before, JsonNode? after, bool isRequest)
    {
        // A schema is compared once for each direction, under the first place that leads to it.
        if (before is null || (Text(before["$ref"]) is { } name && !compared.Add($"{name} {isRequest}")))
        {
            return;
        }

        place = Text(before["$ref"]) is { } reference ? reference[(reference.LastIndexOf('/') + 1)..] : place;
        if (after is null)
        {
            found.Add($"{place} has no schema any more.");
            return;
        }

        var (old, now) = (Shape.Of(released, before), Shape.Of(present, after));
        Types(place, old, now, isRequest);
        Values(place, old.Plain, now.Plain, isRequest);
        Fields(place, old.Plain, now.Plain, isRequest);
        if (isRequest)
        {
            Bounds(place, old.Plain, now.Plain);
        }

        foreach (var key in new[] { "items", "additionalProperties" })
        {
            if (old.Plain[key] is JsonObject inner)
            {
                Schema(key == "items" ? $"an item of {place}" : $"a value of {place}", inner, now.Plain[key], isRequest);
            }
        }

        foreach (var variant in old.Variants)
        {
            if (now.Variants.FirstOrDefault(v => Text(v["$ref"]) == Text(variant["$ref"])) is { } same)
            {
                Schema($"a variant of {place}", variant, same, isRequest);
            }
            else
            {
                found.Add($"{place} is never {Text(variant["$ref"])?.Split('/')[^1]} any more.");
            }
        }
    }

    private void Types(string place, Shape before, Shape after, bool isRequest)
    {
        var (narrower, wider) = isRequest ? (before, after) : (after, before);
        var format = Text(before.Plain["format"]);
        if (before.Types.Count > 0 && (!narrower.Types.IsSubsetOf(wider.Types) || (isRequest ? before : after).Types.Count == 0))
        {
            found.Add($"{place} was {before.TypeNames} and is {after.TypeNames}.");
        }

        if (format is not null && format != Text(after.Plain["format"]))
        {
            found.Add($"{place} was {format} and is {Text(after.Plain["format"]) ?? "of no format"}.");
        }
    }

    private void Values(string place, JsonNode before, JsonNode after, bool isRequest)
    {
        var (old, now) = (Words(before), Words(after));
        if (old is null)
        {
            if (isRequest && now is not null)
            {
                found.Add($"{place} was any and may only be {string.Join(", ", now)}.");
            }

            return;
        }

        if (now is null)
        {
            if (!isRequest)
            {
                found.Add($"{place} was one of {string.Join(", ", old)} and is anything.");
            }

            return;
        }

        foreach (var value in old.Except(now))
        {
            found.Add($"{place} is never {value} any more.");
        }
    }

    private void Fields(string place, JsonNode before, JsonNode after, bool isRequest)
    {
        foreach (var (field, schema) in Members(before["properties"]))
        {
            if (after["properties"]?[field] is { } same)
            {
                Schema($"{place}.{field}", schema, same, isRequest);
            }
            else
            {
                found.Add($"{place}.{field} is gone.");
            }
        }

        var (old, now) = (Required(before), Required(after));
        foreach (var field in isRequest ? now.Except(old) : old.Except(now).Where(field => after["properties"]?[field] is not null))
        {
            found.Add(isRequest ? $"{place}.{field} is now needed." : $"{place}.{field} may now be absent.");
        }
    }

    private void Bounds(string place, JsonNode before, JsonNode after)
    {
        foreach (var (key, sign) in new[] { ("minimum", 1), ("minLength", 1), ("minItems", 1), ("maximum", -1), ("maxLength", -1), ("maxItems", -1) })
        {
            if (Number(after[key]) is { } now && !(Number(before[key]) is { } old && sign * now <= sign * old))
            {
                found.Add(string.Create(CultureInfo.InvariantCulture, $"{place} has a narrower {key}: {now}."));
            }
        }

        if (Text(after["pattern"]) is { } pattern && pattern != Text(before["pattern"]))
        {
            found.Add($"{place} must now match {pattern}.");
        }
    }

    private static Dictionary<string, JsonNode> Parameters(JsonNode operation) =>
        (operation["parameters"]?.AsArray() ?? []).ToDictionary(p => $"{Text(p!["name"])} ({Text(p["in"])})", p => p!);

    private static IEnumerable<string> Ways(JsonNode operation) =>
        (operation["security"]?.AsArray() ?? []).Select(way => string.Join(" and ", way!.AsObject().Select(scheme => scheme.Key).Order()));

    private static bool IsRequired(JsonNode parameter) => parameter["required"]?.GetValue<bool>() == true;

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Members(JsonNode? node) => node as JsonObject ?? [];

    private static List<string>? Words(JsonNode schema) =>
        schema["enum"] is JsonArray words ? [.. words.Select(Text).OfType<string>()] : Text(schema["const"]) is { } only ? [only] : null;

    private static List<string> Required(JsonNode schema) => [.. (schema["required"]?.AsArray() ?? []).Select(Text).OfType<string>()];

    private static string? Text(JsonNode? node) => node?.ToString();

    private static decimal? Number(JsonNode? node) => node is null ? null : decimal.Parse(node.ToJsonString(), CultureInfo.InvariantCulture);

    /// <summary>A schema with its references followed; null is one of its types, however the document says so.</summary>
    private sealed record Shape(JsonNode Plain, HashSet<string> Types, IReadOnlyList<JsonNode> Variants)
    {
        public string TypeNames => Types.Count == 0 ? "anything" : string.Join(" or ", Types.Where(type => type != "integer" || !Types.Contains("number")).Order());

        public static Shape Of(JsonNode document, JsonNode schema)
        {
            while (Text(schema["$ref"]) is { } reference)
            {
                schema = document["components"]!["schemas"]![reference[(reference.LastIndexOf('/') + 1)..]]!;
            }

            var variants = ((schema["oneOf"] ?? schema["anyOf"])?.AsArray() ?? []).Select(v => v!).ToList();
            var some = variants.Where(variant => Text(variant["type"]) != "null").ToList();
            if (some.Count == 1 && variants.Count == 2)
            {
                var inner = Of(document, some[0]);
                return inner with { Types = [.. inner.Types, "null"] };
            }

            HashSet<string> types = schema["type"] is JsonArray several ? [.. several.Select(Text).OfType<string>()] : Text(schema["type"]) is { } one ? [one] : [];
            if (types.Contains("number"))
            {
                types.Add("integer");
            }

            return new(schema, types, some);
        }
    }
}
