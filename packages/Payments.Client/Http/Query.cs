using System.Globalization;

namespace Payments.Client;

/// <summary>A path with the parameters that were given.</summary>
internal static class Query
{
    public static string Of(string path, params (string Name, string? Value)[] parameters)
    {
        var given = parameters.Where(p => p.Value is not null).Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}");
        return string.Join('?', new[] { path, string.Join('&', given) }.Where(part => part.Length > 0));
    }

    /// <summary>An id as a part of a path; an empty one would ask for something else.</summary>
    public static string Part(string id)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        return Uri.EscapeDataString(id);
    }

    public static string? Word<T>(T? value)
        where T : struct, Enum => value is { } given ? WordConverter<T>.Word(given) : null;

    public static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    public static string? Number(int? number) => number?.ToString(CultureInfo.InvariantCulture);
}
