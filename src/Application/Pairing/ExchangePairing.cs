using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using MediatR;
using Payments.Application.Access;
using Payments.Application.Common;
using Payments.Application.Webhooks;
using Payments.Domain.Common;

namespace Payments.Application.Pairing;

/// <summary>A shop's program fetches what an operator has agreed to.</summary>
/// <param name="Return">The address the operator was sent back to: the code is for no other.</param>
/// <param name="CodeVerifier">Of which <c>code_challenge</c> is the hash; null where there was none.</param>
public sealed record ExchangePairing(string? Code, string? Return, string? CodeVerifier) : IRequest<Result<PairedView>>;

/// <summary>What the program works with from now on. This answer is the only one that shows it.</summary>
/// <param name="Client">The shop's name.</param>
/// <param name="Key">Its key.</param>
public sealed record PairedView(string Client, IReadOnlyList<string> Scopes, string Key)
{
    /// <summary>Where it is told what happens, with the secret; absent when it did not ask for that.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WebhookView? Webhook { get; init; }
}

/// <summary>
/// The code is taken and what it is for is made in one commit. Dies before it: the code is still good. The answer is lost: the code is used up, the key
/// is made and nobody knows it; an operator revokes it and pairs again. A wrong address or verifier uses the code up, too: nobody tries twice.
/// </summary>
public sealed class ExchangePairingHandler(
    IPairings pairings, IApiKeys keys, IApiKeyCache cache, IWebhooks webhooks, IWebhookSecrets secrets, IAudit audit, ITransactions transactions)
    : IRequestHandler<ExchangePairing, Result<PairedView>>
{
    private static readonly Refusal Unknown = new("pairing_code_invalid", "This code is unknown, used or older than ten minutes, or not for this return address and verifier. Begin again at /pair.");

    public async Task<Result<PairedView>> Handle(ExchangePairing request, CancellationToken cancellationToken)
    {
        var answer = await transactions.Run(now => Exchange(request, now), cancellationToken);
        cache.Invalidate();
        return answer;
    }

    private async Task<Result<PairedView>> Exchange(ExchangePairing request, DateTimeOffset now)
    {
        if (request.Code is not { Length: > 0 and <= 100 } code || await pairings.Take(PairingCode.Hash(code), now) is not { } pairing)
        {
            return Unknown;
        }

        if (pairing.ReturnUrl != request.Return || !IsVerified(pairing.CodeChallenge, request.CodeVerifier))
        {
            await audit.Write("pairing/" + pairing.Id, "pairing.refused", $"client/{pairing.Client}", null, null);
            return Unknown;
        }

        if (pairing.WebhookUrl is not null && await WebhookRules.TooMany(webhooks, pairing.Client) is { } tooMany)
        {
            return tooMany;
        }

        var (text, hash) = KeyRules.Draw();
        var id = NewId.Next<KeyId>();
        await keys.Add(new(id, pairing.Client, id, text[^4..], pairing.Scopes, null, null, now, null, null, null), hash);
        var webhook = pairing.WebhookUrl is { } url ? await AddWebhook(pairing, url, now) : null;
        await audit.Write(
            "pairing/" + pairing.Id, "pairing.exchange", id.ToString(), null, new { pairing.Client, pairing.App, pairing.Scopes, agreedBy = pairing.AgreedBy, webhook = webhook?.Id });
        return new PairedView(pairing.Client, pairing.Scopes, text) { Webhook = webhook };
    }

    private async Task<WebhookView> AddWebhook(StoredPairing pairing, string url, DateTimeOffset now)
    {
        var secret = WebhookMessage.NewSecret();
        var webhook = new Webhook(
            NewId.Next<WebhookId>(), pairing.Client, pairing.Scopes, url, null, pairing.App, WebhookStatus.Enabled, null, secrets.Seal(secret), null, null, null, now, now);
        await webhooks.Add(webhook);
        var view = WebhookView.Of(webhook);
        await audit.Write("pairing/" + pairing.Id, "webhook.create", view.Id, null, view);
        return view with { Secret = secret };
    }

    private static bool IsVerified(string? challenge, string? verifier) => challenge is null
        ? verifier is null
        : verifier is { Length: >= 43 and <= 128 } && CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(verifier))).TrimEnd('=').Replace('+', '-').Replace('/', '_')),
            Encoding.ASCII.GetBytes(challenge));
}
