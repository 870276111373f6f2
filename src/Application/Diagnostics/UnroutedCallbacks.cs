namespace Payments.Application.Diagnostics;

/// <summary>Callbacks at a path nobody serves.</summary>
/// <param name="Path">With dots for all but our own words.</param>
/// <param name="Taken">How many had a valid token and were taken all the same.</param>
/// <param name="Refused">How many were answered 404.</param>
public sealed record Unrouted(string Path, long Taken, long Refused);
