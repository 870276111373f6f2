namespace Payments.Api.Hosting;

/// <summary>No section: what this process is.</summary>
internal sealed class ProcessSettings
{
    /// <summary>
    /// What this process does: <c>api</c> (takes calls and callbacks), <c>worker</c> (understands callbacks, pays out, asks), or
    /// <c>api,worker</c>. Any number of processes of either kind share one database.
    /// </summary>
    public string? Roles { get; set; } = "api,worker";
}

/// <summary>Section <c>ConnectionStrings</c>.</summary>
internal sealed class ConnectionSettings
{
    /// <summary>
    /// PostgreSQL 14 or newer: <c>Host=db;Database=payments;Username=payments;Password=…</c>. The service makes its tables itself. With
    /// <c>Maximum Pool Size</c> the process opens at most so many connections (30 in an api, 29 in a worker, 46 in both otherwise); what would change how the service works is not used.
    /// </summary>
    public string? Payments { get; set; }
}

/// <summary>
/// Section <c>ApiKeys</c>, one entry for each key: those a deployment begins with. Further ones are made with the command <c>keys</c>.
/// </summary>
internal sealed class ApiKeySettings
{
    /// <summary>The shop whose key it is, at most 100 characters; its rows belong to this name.</summary>
    public string? Client { get; set; }

    /// <summary>SHA-256 of the key in lower-case hex, as from <c>printf %s KEY | sha256sum</c>: whoever reads this can call nothing.</summary>
    public string? Hash { get; set; }

    /// <summary>Any of <c>checkouts</c>, <c>payouts</c>, <c>ops</c>, with commas.</summary>
    public string? Scopes { get; set; }
}

/// <summary>Section <c>Ops</c>, one entry under <c>Users</c> for each person who may sign in to the dashboard.</summary>
internal sealed class OperatorSettings
{
    /// <summary>The name to sign in with.</summary>
    public string? Name { get; set; }

    /// <summary>What the command <c>hash-password</c> prints.</summary>
    public string? PasswordHash { get; set; }

    /// <summary><c>viewer</c> reads, <c>operator</c> acts.</summary>
    public string? Role { get; set; }
}

/// <summary>Section <c>Cors</c>.</summary>
internal sealed class CorsSettings
{
    /// <summary>Origins whose pages may call the API from a browser, such as <c>https://shop.example.co.ke</c>; also as one value with commas.</summary>
    public IList<string> Origins { get; } = [];
}

/// <summary>Section <c>Proxy</c>.</summary>
internal sealed class ProxySettings
{
    /// <summary>Addresses and networks of the proxies in front, whose X-Forwarded-For and -Proto are believed; also as one value with commas.</summary>
    public IList<string> KnownProxies { get; } = [];
}
