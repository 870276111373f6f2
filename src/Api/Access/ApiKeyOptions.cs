namespace Payments.Api.Access;

/// <summary>
/// Section <c>ApiKeys</c>, one entry for each key: those a deployment begins with. Further ones are made with the command <c>keys</c>.
/// </summary>
internal sealed class ApiKeyOptions
{
    /// <summary>The shop whose key it is, at most 100 characters; its rows belong to this name.</summary>
    public string? Client { get; set; }

    /// <summary>SHA-256 of the key in lower-case hex, as from <c>printf %s KEY | sha256sum</c>: whoever reads this can call nothing.</summary>
    public string? Hash { get; set; }

    /// <summary>Any of <c>checkouts</c>, <c>payouts</c>, <c>ops</c>, with commas.</summary>
    public string? Scopes { get; set; }

    /// <summary>The names in <see cref="Scopes"/>.</summary>
    public IReadOnlySet<string> Granted => (Scopes ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
}
