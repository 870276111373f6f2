using System.Net;

namespace Payments.Application.Diagnostics;

/// <summary>What a name resolved to; <paramref name="Problem"/> when to nothing.</summary>
public sealed record NameResult(IReadOnlyList<IPAddress> Addresses, string? Problem);
