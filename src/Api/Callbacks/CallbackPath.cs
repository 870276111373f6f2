using Payments.Application.Intake;

namespace Payments.Api.Callbacks;

/// <summary>A path that is meant to be a callback's and is none of ours.</summary>
/// <param name="Path">The path of ours it must have been, without prefix (<c>c2b/confirm</c>); null when that cannot be told.</param>
/// <param name="Token">What stands where its token should; null when nothing does.</param>
/// <param name="Masked">How it may be logged and stored: our own words, dots for the rest.</param>
internal sealed record CallbackPath(string? Path, string? Token, UnroutedShape Shape, string Masked);

/// <summary>Tells which of our paths another was meant to be.</summary>
internal sealed class CallbackPathReader(ICallbackRoutes routes)
{
    /// <summary>A real one has five segments; a few more are a proxy's.</summary>
    private const int MaxSegments = 12;

    private const string Dots = "…";

    private readonly string[] ours = [.. routes.All.Select(route => route.Path)];

    private readonly HashSet<string> words =
        new([.. routes.All.SelectMany(route => route.Path.Split('/')), "callbacks", "api", "mpesa"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads a path that no route took; null when nothing in it says callback.</summary>
    public CallbackPath? Read(string path)
    {
        var plain = path.Replace("%2f", "/", StringComparison.OrdinalIgnoreCase).Replace("%5c", "/", StringComparison.OrdinalIgnoreCase).Replace('\\', '/');
        var segments = plain.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var (at, name) = Find(segments);
        if (name is null && !segments.Any(IsPrefix))
        {
            return null;
        }

        var shape = plain.Length != path.Length ? UnroutedShape.EncodedSlash
            : path.Contains("//", StringComparison.Ordinal) ? UnroutedShape.DoubleSlash
            : name is not null && !IsPrefix(segments[0]) ? UnroutedShape.Prefix
            : UnroutedShape.Other;
        var token = name is not null && at + 3 == segments.Length ? segments[^1] : null;
        return new(name, token, shape, "/" + string.Join('/', segments.Take(MaxSegments).Select(segment => words.Contains(segment) ? segment.ToLowerInvariant() : Dots)));
    }

    /// <summary>Where the last two segments stand that are a path of ours.</summary>
    private (int At, string? Name) Find(string[] segments)
    {
        for (var at = segments.Length - 2; at >= 0; at--)
        {
            if (Array.Find(ours, path => path.Equals($"{segments[at]}/{segments[at + 1]}", StringComparison.OrdinalIgnoreCase)) is { } found)
            {
                return (at, found);
            }
        }

        return (-1, null);
    }

    private static bool IsPrefix(string segment) => segment.Equals("callbacks", StringComparison.OrdinalIgnoreCase) || segment.Equals("mpesa", StringComparison.OrdinalIgnoreCase);
}
