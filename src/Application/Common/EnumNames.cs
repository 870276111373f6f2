using System.Text.Json;

namespace Payments.Application.Common;

/// <summary>Enum values as they are written in JSON and in the database: snake_case.</summary>
public static class EnumNames
{
    /// <summary>The name of a value.</summary>
    public static string Name<T>(T value)
        where T : struct, Enum => Names<T>.ByValue[value];

    /// <summary>The value of a name; throws for a name nobody wrote.</summary>
    public static T Read<T>(string name)
        where T : struct, Enum => Names<T>.ByName[name];

    /// <summary>The value of a name that may come from outside.</summary>
    public static bool TryRead<T>(string? name, out T value)
        where T : struct, Enum => Names<T>.ByName.TryGetValue(name ?? "", out value);

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> ByValue =
            Enum.GetValues<T>().ToDictionary(v => v, v => JsonNamingPolicy.SnakeCaseLower.ConvertName(v.ToString()));

        public static readonly Dictionary<string, T> ByName = ByValue.ToDictionary(p => p.Value, p => p.Key, StringComparer.Ordinal);
    }
}
