namespace Payments.Application.Diagnostics;

/// <summary>A probe as it was stored.</summary>
/// <param name="Arrival">See <see cref="ProbeRoute"/>.</param>
public sealed record StoredProbe(
    Guid ProbeId, string CallbackId, string State, string? Verdict, string? Detail, string? Arrival, byte[] Body, string? ContentType);
