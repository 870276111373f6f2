using System.Text.Json;

namespace Payments.Infrastructure.Daraja;

/// <summary>Named values: one object or an array of them, a name possibly twice, a value possibly missing.</summary>
/// <param name="List">The array or single object.</param>
/// <param name="IsResult">True for <c>Key</c>/<c>Value</c>, false for an STK callback's <c>Name</c>/<c>Value</c>.</param>
internal readonly record struct ResultParameters(JsonElement List, bool IsResult)
{
    /// <summary>The parameters of a Result envelope.</summary>
    public static ResultParameters Of(JsonElement result) => new(result.Get("ResultParameters"u8).Get("ResultParameter"u8), IsResult: true);

    /// <summary>The first value of that name; undefined when there is none.</summary>
    public JsonElement this[ReadOnlySpan<byte> name]
    {
        get
        {
            if (List.ValueKind == JsonValueKind.Array)
            {
                foreach (var entry in List.EnumerateArray())
                {
                    if (IsNamed(entry, name))
                    {
                        return entry.Get("Value"u8);
                    }
                }
            }

            return IsNamed(List, name) ? List.Get("Value"u8) : default;
        }
    }

    /// <summary>Every value of that name, in order.</summary>
    public List<JsonElement> All(ReadOnlySpan<byte> name)
    {
        var found = new List<JsonElement>();
        if (List.ValueKind == JsonValueKind.Array)
        {
            foreach (var entry in List.EnumerateArray())
            {
                if (IsNamed(entry, name))
                {
                    found.Add(entry.Get("Value"u8));
                }
            }
        }
        else if (IsNamed(List, name))
        {
            found.Add(List.Get("Value"u8));
        }

        return found;
    }

    private bool IsNamed(JsonElement entry, ReadOnlySpan<byte> name) =>
        entry.Get(IsResult ? "Key"u8 : "Name"u8) is { ValueKind: JsonValueKind.String } key && key.ValueEquals(name);
}
