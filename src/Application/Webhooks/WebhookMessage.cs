using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Payments.Application.Webhooks;

/// <summary>One event as it is sent: the same bytes at every try. Signed as Standard Webhooks has it (standardwebhooks.com, "symmetric" signatures).</summary>
/// <param name="Id">The event's; a receiver that has seen it has nothing left to do.</param>
/// <param name="Body"><c>{"type","timestamp","data"}</c>, UTF-8.</param>
public sealed record WebhookMessage(string Id, byte[] Body)
{
    /// <summary>What a secret begins with.</summary>
    public const string SecretPrefix = "whsec_";

    /// <summary>Writes the body. <paramref name="data"/> is JSON, or null for nothing.</summary>
    public static WebhookMessage Of(string id, string type, DateTimeOffset at, string? data) =>
        new(id, Encoding.UTF8.GetBytes($"{{\"type\":\"{type}\",\"timestamp\":{JsonSerializer.Serialize(at.UtcDateTime)},\"data\":{data ?? "null"}}}"));

    /// <summary>A new secret: 32 random bytes.</summary>
    public static string NewSecret() => SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>The header <c>webhook-signature</c>: one for each secret, so that a receiver may change from one to the next in its own time.</summary>
    public string Sign(IReadOnlyList<string> secrets, DateTimeOffset at)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{Id}.{Seconds(at)}."), .. Body];
        var signatures = secrets.Select(secret =>
            "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret[SecretPrefix.Length..]), signed))).ToList();

        // Where there are several the last is there twice: the library StandardWebhooks for .NET (1.1.2) never looks at the last of several.
        return string.Join(' ', signatures.Count > 1 ? [.. signatures, signatures[^1]] : signatures);
    }

    /// <summary>The header <c>webhook-timestamp</c>.</summary>
    public static string Seconds(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
