namespace Payments.Application.Common;

/// <summary>Limits on what callers may cause (configuration section <c>Limits</c>).</summary>
public sealed class LimitOptions
{
    /// <summary>Prompts one phone number may get in <see cref="PromptWindow"/>, over all checkouts: more is harassment, not payment.</summary>
    public int PromptsPerPhone { get; set; } = 3;

    /// <summary>The window of <see cref="PromptsPerPhone"/>.</summary>
    public TimeSpan PromptWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Prompts the holder of a clientSecret may cause on one checkout.</summary>
    public int PromptsPerCheckout { get; set; } = 10;

    /// <summary>Requests a second per key and process; at least 100, or a shop that polls its checkouts is shut out.</summary>
    public int RequestsPerKey { get; set; } = 500;

    /// <summary>
    /// Requests one process works on at once, callbacks and health checks not among them; as many again wait for some seconds, more are answered 503. Each
    /// waits most of its time for Safaricom or for one of a few connections, so this bounds memory and the length of that line.
    /// </summary>
    public int ConcurrentRequests { get; set; } = 512;

    /// <summary>Of them, those of one key: one shop leaves room for another. As many again wait, more are answered 429.</summary>
    public int ConcurrentRequestsPerKey { get; set; } = 256;

    /// <summary>Of them, those of one clientSecret: a shopper's page needs two.</summary>
    public int ConcurrentRequestsPerCheckout { get; set; } = 4;

    /// <summary>
    /// Of them, those from one address, with or without a key: an IPv6 network of 64 bits is one. Raise it where many come through one proxy that is not
    /// named in <c>Proxy__KnownProxies</c>.
    /// </summary>
    public int ConcurrentRequestsPerSource { get; set; } = 256;

    /// <summary>
    /// Connections one process holds at once; fewer where the limit on open files is lower. An eighth of them is for Safaricom's networks and the proxies in
    /// <c>Proxy__KnownProxies</c> alone. Each costs some 20 KiB whether it says anything or not.
    /// </summary>
    public int Connections { get; set; } = 20_000;

    /// <summary>
    /// Connections from one address that is neither Safaricom's nor a known proxy's, but half of all at most; above it the longest idle one makes room.
    /// </summary>
    public int ConnectionsPerSource { get; set; } = 2000;

    /// <summary>Event streams one process serves at once; more are answered 503.</summary>
    public int ConcurrentStreams { get; set; } = 5000;

    /// <summary>Event streams of one key.</summary>
    public int ConcurrentStreamsPerKey { get; set; } = 1000;

    /// <summary>Event streams of one clientSecret: a page, the one it was opened from, and one or two whose end has not been noticed yet.</summary>
    public int ConcurrentStreamsPerCheckout { get; set; } = 4;

    /// <summary>
    /// Questions a minute and worker that hints may bring forward, all payments together. Anybody can send hints, and every question is a call
    /// out of Daraja's quota: one a second is a tenth of what the reconciler itself may ask, and hints only hasten what is asked anyway.
    /// </summary>
    public int HintQuestionsPerMinute { get; set; } = 60;

    /// <summary>How long an answer to the caller waits for Safaricom's reply; the prompt itself is followed on.</summary>
    public TimeSpan PromptAnswer { get; set; } = TimeSpan.FromSeconds(8);
}
