using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Payments.Client;

/// <summary>
/// Verifies webhooks as Standard Webhooks 1.0 says, over the bytes as they came. Needs no web framework: in a function, a queue's worker or a test give it
/// the body and the three headers. <c>MapPaymentsWebhook</c> does that in ASP.NET Core.
/// </summary>
public sealed class WebhookVerifier
{
    /// <summary>Where the id is: the same at every try.</summary>
    public const string IdHeader = "webhook-id";

    /// <summary>When this try was made, in seconds since 1970.</summary>
    public const string TimestampHeader = "webhook-timestamp";

    /// <summary>The signatures, separated by spaces; several during a rotation.</summary>
    public const string SignatureHeader = "webhook-signature";

    /// <summary>How far the sender's clock and this one may be apart, as the specification's own libraries have it.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private const string SecretPrefix = "whsec_";

    /// <summary>The one kind of signature this service makes: HMAC-SHA256.</summary>
    private const string Version = "v1,";

    private readonly byte[][] keys;
    private readonly TimeProvider time;

    /// <summary>Takes the endpoint's secret; during a rotation the old and the new one.</summary>
    /// <exception cref="ArgumentException">There is none, or one is no <c>whsec_…</c>.</exception>
    public WebhookVerifier(params string[] secrets)
        : this(secrets, TimeProvider.System)
    {
    }

    /// <summary>The same with a clock.</summary>
    public WebhookVerifier(IEnumerable<string> secrets, TimeProvider time)
    {
        keys = [.. secrets.Select(Key)];
        this.time = time;
        if (keys.Length == 0)
        {
            throw new ArgumentException("No webhook secret is given: it is in the answer that made the webhook, whsec_…", nameof(secrets));
        }
    }

    /// <summary>The event, if the service signed it, and lately.</summary>
    /// <param name="body">The body's bytes as they came: parsed and written again it would have another signature.</param>
    /// <param name="id">The header <see cref="IdHeader"/>.</param>
    /// <param name="timestamp">The header <see cref="TimestampHeader"/>.</param>
    /// <param name="signatures">The header <see cref="SignatureHeader"/>.</param>
    /// <exception cref="WebhookVerificationException">It was not, or not lately, or a header is missing.</exception>
    /// <exception cref="JsonException">It is signed, but cannot be read.</exception>
    public PaymentsEvent Verify(ReadOnlySpan<byte> body, string? id, string? timestamp, string? signatures)
    {
        if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(timestamp) || string.IsNullOrEmpty(signatures))
        {
            throw new WebhookVerificationException(
                WebhookProblem.HeadersMissing, $"A webhook has the headers {IdHeader}, {TimestampHeader} and {SignatureHeader}, each once.");
        }

        // First of all who sent it: what a stranger says of the time does not matter.
        if (!IsSigned(body, id, timestamp, signatures))
        {
            throw new WebhookVerificationException(WebhookProblem.SignatureWrong, "No signature is right for this body and a secret known here.");
        }

        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs((decimal)time.GetUtcNow().ToUnixTimeSeconds() - seconds) > (decimal)Tolerance.TotalSeconds)
        {
            throw new WebhookVerificationException(
                WebhookProblem.TimestampTooFar, "It was sent more than five minutes ago, or the clocks are apart: an old webhook that somebody sends again is not taken.");
        }

        var delivery = JsonSerializer.Deserialize(body, PaymentsJson.Default.RawDelivery) ?? throw new JsonException("The body is null.");
        return PaymentsEvent.Of(id, delivery.Type ?? throw new JsonException("The body has no type."), delivery.Timestamp, delivery.Data);
    }

    private bool IsSigned(ReadOnlySpan<byte> body, string id, string timestamp, string signatures)
    {
        var head = Encoding.UTF8.GetBytes($"{id}.{timestamp}.");
        var found = false;
        Span<byte> right = stackalloc byte[HMACSHA256.HashSizeInBytes];
        foreach (var key in keys)
        {
            using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
            hmac.AppendData(head);
            hmac.AppendData(body);
            hmac.GetHashAndReset(right);
            found |= Has(signatures, right);
        }

        return found;
    }

    /// <summary>Whether one of the signatures is the right one; compared in a time that tells nothing.</summary>
    private static bool Has(string signatures, ReadOnlySpan<byte> right)
    {
        var found = false;
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        foreach (var signature in signatures.Split(' '))
        {
            found |= signature.StartsWith(Version, StringComparison.Ordinal)
                && Convert.TryFromBase64Chars(signature.AsSpan(Version.Length), given, out var length)
                && CryptographicOperations.FixedTimeEquals(given[..length], right);
        }

        return found;
    }

    private static byte[] Key(string? secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        var text = secret.StartsWith(SecretPrefix, StringComparison.Ordinal) ? secret[SecretPrefix.Length..] : secret;
        var key = new byte[text.Length];

        // Without the text: what is wrong here is often a secret all the same.
        return Convert.TryFromBase64String(text, key, out var length) && length > 0
            ? key[..length]
            : throw new ArgumentException("A webhook secret is whsec_ and base64; one of those given is not.", nameof(secret));
    }
}
