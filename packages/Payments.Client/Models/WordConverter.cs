using System.Text.Json;
using System.Text.Json.Serialization;

namespace Payments.Client;

/// <summary>
/// An enum as the API's words (<c>InDoubt</c>, <c>in_doubt</c>). A word that is not known reads as the first member: the contract grows, and a
/// shop with an older package must go on. That member has no word and is never written.
/// </summary>
internal sealed class WordConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    private static readonly Dictionary<T, string> Words =
        Enum.GetValues<T>().Skip(1).ToDictionary(value => value, value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));

    private static readonly Dictionary<string, T> Values = Words.ToDictionary(word => word.Value, word => word.Key, StringComparer.Ordinal);

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Values.TryGetValue(reader.GetString()!, out var value) ? value : default;

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Word(value));

    /// <summary>The API's word for a value.</summary>
    public static string Word(T value) =>
        Words.GetValueOrDefault(value) ?? throw new ArgumentException($"{typeof(T).Name}.{value} is no word of the API's; it cannot be sent.", nameof(value));
}
