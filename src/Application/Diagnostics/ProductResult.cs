namespace Payments.Application.Diagnostics;

/// <summary>Whether the app has a product; null when the answer did not tell.</summary>
/// <param name="Uses">What this service cannot do without it.</param>
/// <param name="IsNeeded">True when no payment can be taken without it.</param>
public sealed record ProductResult(string Name, string Shortcode, bool? IsThere, string Uses, bool IsNeeded, string Words)
{
    /// <summary>What to do where the app has it in another version; null when it has not, or nobody knows.</summary>
    public string? Instead { get; init; }
}
