using Payments.Application.Access;

namespace Payments.Api.Access;

/// <summary>What an <c>Authorization</c> header shows, as far as this process knows by itself.</summary>
internal sealed class CallerKeys(IReadOnlyList<ApiKey> keys, IApiKeyCache ring, IClientSecretVerifier secrets)
{
    /// <summary>Longer than any key; hashing more would be work for nothing.</summary>
    private const int MaxChars = 256;

    private const string Bearer = "Bearer ";

    /// <summary>The text after <c>Bearer</c>; null for a header that can be no key's.</summary>
    public static string? Text(string header) =>
        header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && header.Length <= MaxChars ? header[Bearer.Length..].Trim() : null;

    /// <summary>The key of the configuration; every one is compared, so that the time says nothing about which one was close.</summary>
    public ApiKey? Configured(string text)
    {
        ApiKey? found = null;
        foreach (var key in keys)
        {
            found = key.Matches(text) ? key : found;
        }

        return found;
    }

    /// <summary>
    /// Whether it is a key or clientSecret of ours, by what is in memory: for what must not wait and may be wrong about a key that was made this
    /// moment, such as whose trace is gone on with. A header that only looks like a key is nobody's.
    /// </summary>
    public bool Knows(string header) =>
        Text(header) is { } text && (Configured(text) is not null || secrets.TryRead(text, out _) || ring.Knows(text));
}
