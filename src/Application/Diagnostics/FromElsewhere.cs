namespace Payments.Application.Diagnostics;

/// <summary>What came from an address that was not allowed and waits.</summary>
/// <param name="Source">The address as stored.</param>
public sealed record FromElsewhere(string Source, int Count, DateTimeOffset LastAt);
