using System.Net;

namespace Payments.Infrastructure.Callbacks;

/// <summary>Section <c>Callbacks</c>: where Safaricom reaches us, and how we know it is Safaricom.</summary>
public sealed class CallbackOptions
{
    /// <summary>Shorter secrets are refused: an HMAC-SHA-256 key is as strong as 32 random bytes.</summary>
    public const int LeastSecretBytes = 32;

    /// <summary>What <see cref="AllowedNetworks"/> says where C2B callbacks may come from anywhere.</summary>
    public const string Anywhere = "any";

    /// <summary>What <see cref="AllowedNetworks"/> says for Safaricom's known addresses, beside which others may be named.</summary>
    public const string Published = "safaricom";

    /// <summary>The address under which Safaricom reaches this service; a path is allowed. Left out where a tunnel gives it.</summary>
    public string? PublicBaseUrl { get; set; }

    /// <summary>
    /// On a laptop: <c>ngrok</c>, <c>cloudflared</c>, or <c>auto</c> for whichever runs. The public address is then the tunnel's, also when it
    /// changes. Not in production.
    /// </summary>
    public string? Tunnel { get; set; }

    /// <summary>The tunnel program's local API, where it is not in its usual place: ngrok's is <c>http://127.0.0.1:4040</c>.</summary>
    public string? TunnelApi { get; set; }

    /// <summary>Base64, at least 32 bytes each; the first signs, all verify.</summary>
    public IList<string> Secrets { get; } = [];

    /// <summary>
    /// Networks C2B callbacks may come from (<c>196.201.214.0/24</c>, a single address is its own network), <c>safaricom</c> for its known addresses
    /// (others may stand beside it), or <c>any</c>. Empty: <c>safaricom</c> in Production, any elsewhere (<see cref="CallbackNetworks"/>).
    /// </summary>
    public IList<string> AllowedNetworks { get; } = [];

    /// <summary>
    /// Bytes that callbacks without a valid token may fill in a day, over all processes; beyond it they are answered 503. An ordinary one
    /// takes about a kilobyte with its row, so this is some 60,000 a day, where honest ones are a handful; kept for a month (Retention)
    /// strangers can make the database hold 2 GiB.
    /// </summary>
    public long UntrustedBytesPerDay { get; set; } = 64L * 1024 * 1024;

    /// <summary>The tokens for a deployment; call after <see cref="CallbackOptionsValidator"/> found nothing.</summary>
    public CallbackTokens CreateTokens(string shortcode) => new(Secrets.Select(Convert.FromBase64String), shortcode);

    /// <summary>Reads a network, or an address as a network of one.</summary>
    public static bool TryNetwork(string text, out IPNetwork network)
    {
        if (IPNetwork.TryParse(text, out network))
        {
            return true;
        }

        if (!IPAddress.TryParse(text, out var address))
        {
            return false;
        }

        network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return true;
    }

    /// <summary>Why Safaricom could not call an address; null when it could.</summary>
    public static string? WhyNotCallable(string? url, bool isPublic)
    {
        if (string.IsNullOrWhiteSpace(url))
        {
            return "is missing";
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0
            || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            return "is not an http(s) address without user, query and fragment";
        }

        if (!isPublic)
        {
            return null;
        }

        var host = uri.IdnHost.TrimEnd('.').ToLowerInvariant();
        return uri switch
        {
            { Scheme: "http" } => "is http: Safaricom calls https only",
            { HostNameType: UriHostNameType.IPv4 or UriHostNameType.IPv6 } => "is an IP address: Safaricom wants a name",
            _ when host is "localhost" || host.EndsWith(".localhost", StringComparison.Ordinal) => "is this very machine: Safaricom cannot reach it",
            _ when !host.Contains('.') => "has a single-label name, which only an inner network knows",
            _ when host.EndsWith(".local", StringComparison.Ordinal) || host.EndsWith(".internal", StringComparison.Ordinal) =>
                "has an internal name, which Safaricom cannot resolve",
            _ => null,
        };
    }
}
