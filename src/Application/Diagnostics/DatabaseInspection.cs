namespace Payments.Application.Diagnostics;

/// <summary>What was seen of the database.</summary>
/// <param name="Problem">Why it could not be asked; everything else is empty then.</param>
/// <param name="Pending">Migrations that have not run.</param>
/// <param name="Unknown">Migrations that ran and that this version does not know: a newer one has been here.</param>
/// <param name="Environment">What the database belongs to; null before the first start.</param>
/// <param name="ClockAhead">How far its clock is ahead of this process's.</param>
public sealed record DatabaseInspection(
    string? Problem, Version? Version, IReadOnlyList<string> Pending, IReadOnlyList<string> Unknown, string? Environment, string? Shortcode, TimeSpan ClockAhead);
