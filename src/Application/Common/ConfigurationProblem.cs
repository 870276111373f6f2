namespace Payments.Application.Common;

/// <summary>Something wrong in the configuration, fit to be printed: never a secret in it.</summary>
/// <param name="Key">The key as an environment variable: <c>Daraja__Shortcode</c>.</param>
/// <param name="Wrong">What is wrong with it, read after the key: "is missing".</param>
/// <param name="Right">What would be right.</param>
public sealed record ConfigurationProblem(string Key, string Wrong, string Right)
{
    /// <summary>What is wrong with a key nobody reads: by itself it stops nothing.</summary>
    public const string Unknown = "is not known";

    /// <summary>One line for a console or a log.</summary>
    public override string ToString() => $"{Key} {Wrong}; it should be {Right}";
}
