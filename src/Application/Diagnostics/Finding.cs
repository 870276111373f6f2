namespace Payments.Application.Diagnostics;

/// <summary>What came of one check.</summary>
public enum FindingState
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>It works, but somebody should look.</summary>
    Warning,

    /// <summary>Payments or their callbacks fail because of it.</summary>
    Problem,

    /// <summary>Nobody looked; what was seen says why.</summary>
    NotChecked,
}

/// <summary>One check: what was checked, what was seen, what to do.</summary>
/// <param name="Check">Stable, for programs: <c>address.certificate</c>.</param>
/// <param name="Checked">What was checked, for people.</param>
/// <param name="Observed">What was seen; for <see cref="FindingState.NotChecked"/> why not. Never a secret, never a customer's number.</param>
/// <param name="Remedy">What to do about it; null when nothing.</param>
public sealed record Finding(string Check, FindingState State, string Checked, string Observed, string? Remedy = null);
