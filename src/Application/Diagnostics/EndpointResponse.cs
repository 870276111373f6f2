namespace Payments.Application.Diagnostics;

/// <summary>What came back for a POST.</summary>
/// <param name="Status">0 when nothing came back.</param>
/// <param name="Problem">Why nothing came back; null when something did.</param>
/// <param name="Server">The Server header, which usually names whoever stands in front.</param>
/// <param name="Location">Where a redirect points to.</param>
/// <param name="Body">The beginning of the body as text.</param>
public sealed record EndpointResponse(
    int Status, string? Problem, TimeSpan Elapsed, string? ContentType = null, string? Server = null, string? Location = null, string? Body = null);
