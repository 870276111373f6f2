using System.Collections.Concurrent;

namespace Payments.Simulator;

/// <summary>A live access token. <paramref name="Products"/> null means every product.</summary>
internal sealed record AccessToken(string Value, DateTimeOffset ExpiresAt, IReadOnlyCollection<string>? Products);

/// <summary>One live token per app: a new one kills the old (docs/protocol/oauth.md).</summary>
internal sealed class Tokens(SettingsStore settings)
{
    private readonly ConcurrentDictionary<string, AccessToken> byApp = new();

    public AccessToken Issue(string consumerKey)
    {
        var now = settings.Current;
        var token = new AccessToken(Ids.Token(now.TokenLength), DateTimeOffset.UtcNow.AddSeconds(now.TokenSeconds), now.Products);
        byApp[consumerKey] = token;
        return token;
    }

    /// <summary>The token if it lives. Few apps, so a scan.</summary>
    public AccessToken? Find(string? value)
    {
        foreach (var (_, token) in byApp)
        {
            if (token.Value == value)
            {
                return token.ExpiresAt > DateTimeOffset.UtcNow ? token : null;
            }
        }

        return null;
    }

    public void RevokeAll() => byApp.Clear();
}
