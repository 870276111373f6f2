namespace Payments.Client;

/// <summary>Where the service is, and who asks.</summary>
public sealed class PaymentsOptions
{
    /// <summary>The service's address: <c>https://pay.example.co.ke</c>, on a laptop <c>http://localhost:5080</c>. Required.</summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>The shop's key, <c>sk_…</c>. Required; it belongs into the environment or a secret store, never into the code.</summary>
    public string Key { get; set; } = "";

    /// <summary>
    /// The secrets webhooks are signed with, <c>whsec_…</c>. During a rotation both the old and the new one; read anew for each delivery, so a changed
    /// configuration counts at once.
    /// </summary>
    public IList<string> WebhookSecrets { get; } = [];

    /// <summary>How long one try may take; 30 s. The service answers a prompt within some 8 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a call is tried again, at most; 3. Zero: never.</summary>
    public int Retries { get; set; } = 3;

    /// <summary>
    /// The longest wait before a further try; 10 s. Where the service asks for more, the call ends with its error at once, and
    /// <see cref="PaymentsException.RetryAt"/> says when.
    /// </summary>
    public TimeSpan LongestWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>What is wrong with it, in a sentence; null when nothing is.</summary>
    internal string? Problem() => this switch
    {
        { BaseAddress: null } => "PaymentsOptions.BaseAddress is missing: the address of the Payments service, such as https://pay.example.co.ke",
        { BaseAddress: not ({ IsAbsoluteUri: true, Scheme: "http" or "https" } and { Query: "", Fragment: "" }) } =>
            $"PaymentsOptions.BaseAddress is not an http(s) address without a query: {BaseAddress}",
        _ when Key is not { Length: > 0 } || !Key.All(c => c is > ' ' and <= '~') =>
            "PaymentsOptions.Key is missing or no key: it looks like sk_… and has no spaces",
        _ when Timeout <= TimeSpan.Zero || Retries is < 0 or > 10 || LongestWait < TimeSpan.Zero || LongestWait > TimeSpan.FromMinutes(5) =>
            "PaymentsOptions: Timeout is above zero, Retries 0 to 10, LongestWait 0 to 5 minutes",
        _ => SecretProblem(),
    };

    private string? SecretProblem()
    {
        try
        {
            // None is right for a shop without webhooks.
            _ = WebhookSecrets.Count > 0 ? new WebhookVerifier(WebhookSecrets, TimeProvider.System) : null;
            return null;
        }
        catch (ArgumentException)
        {
            return "PaymentsOptions.WebhookSecrets: one is missing or no secret; it is in the answer that made the webhook, whsec_…";
        }
    }
}
