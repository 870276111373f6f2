using Payments.Domain.Transfers;

namespace Payments.Infrastructure.Daraja;

/// <summary>
/// Sends with the app's access token, and once more with another when Safaricom refuses that: a refused token means that nothing was accepted, so
/// that this is safe for money too.
/// </summary>
internal sealed class AuthorizedClient(DarajaHttp http, AccessTokens tokens)
{
    /// <param name="onRefused">Told of a refused token before another one is asked for.</param>
    /// <param name="mayRenew">False where the app's token has just been renewed and another one would know no more.</param>
    public async Task<AuthorizedResponse> Post(DarajaOperation api, DarajaApp app, string path, object body, CancellationToken cancellation,
        Action<DarajaResponse>? onRefused = null, bool mayRenew = true)
    {
        var token = await tokens.Get(app, cancellation);
        var response = await Send(token);
        if (!mayRenew || token.Value is not { } refused || DarajaReplies.ErrorOf(response) != DarajaReplies.GatewayError.Token)
        {
            return new(response, token);
        }

        onRefused?.Invoke(response);
        var renewed = await tokens.Replace(app, refused, cancellation);
        var second = await Send(renewed);
        var isSuperseded = DarajaReplies.WasSuperseded(token, response, second);
        if (isSuperseded)
        {
            await tokens.RecordSuperseded(app);
        }

        return new(second, renewed) { IsRenewed = true, IsSuperseded = isSuperseded };

        async Task<DarajaResponse> Send(AccessToken with) => with.Value is null
            ? new DarajaResponse.NotSent(SendBlocker.AccessToken, $"there is no access token: {with.Problem}", with.PausedFor)
            : await http.Post(api, path, with.Value, body, cancellation);
    }
}

/// <summary>What came of a call, and what was found out about the token on the way.</summary>
/// <param name="Token">The one it was sent with, or why there was none.</param>
internal sealed record AuthorizedResponse(DarajaResponse Response, AccessToken Token)
{
    /// <summary>True when the first token was refused and another one taken.</summary>
    public bool IsRenewed { get; init; }

    /// <summary>True when that first one should have been good: somebody else mints tokens for this app.</summary>
    public bool IsSuperseded { get; init; }
}
