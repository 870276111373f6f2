namespace Payments.Application.Diagnostics;

/// <summary>Whether there is a token.</summary>
/// <param name="Problem">Why not; null when there is one.</param>
public sealed record TokenResult(string? Problem);
