using System.Security.Cryptography;
using MediatR;
using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Application.Webhooks;

/// <summary>Sends <c>webhook.test</c> now, and tells what the endpoint answered. It is in no feed and is not tried again.</summary>
public sealed record TestWebhook(Caller Caller, WebhookId Id) : IRequest<Result<DeliveryTestView>>;

/// <summary>What the endpoint made of it.</summary>
/// <param name="Delivered">True for 2xx.</param>
/// <param name="EventId">The header <c>webhook-id</c> it was sent with.</param>
/// <param name="StatusCode">What was answered; null where nothing was.</param>
/// <param name="Answer">The first 2 KiB of the answer's body.</param>
/// <param name="Error">Why it counts as refused; null when it was taken.</param>
public sealed record DeliveryTestView(bool Delivered, string EventId, int? StatusCode, string? Answer, string? Error, int DurationMs);

/// <summary>No transaction is open while it is sent; a disabled webhook can be tested, too: that is how one sees that it works again.</summary>
public sealed class TestWebhookHandler(IWebhooks webhooks, IWebhookSecrets secrets, IWebhookEndpoints endpoints, TimeProvider clock)
    : IRequestHandler<TestWebhook, Result<DeliveryTestView>>
{
    public async Task<Result<DeliveryTestView>> Handle(TestWebhook request, CancellationToken cancellationToken)
    {
        if (await webhooks.Find(request.Id, cancellationToken) is not { } webhook || !webhook.IsOf(request.Caller))
        {
            return Refusal.NotFound("webhook");
        }

        var now = clock.GetUtcNow();
        string[] keys;
        try
        {
            keys = WebhookKeys.Of(webhook, secrets, now);
        }
        catch (CryptographicException)
        {
            return new Refusal("webhook_disabled", "Its secret cannot be read any more: rotate it.");
        }

        var id = NewId.Next<FeedEventId>().ToString();
        var tried = await endpoints.Send(
            webhook.Url, WebhookMessage.Of(id, "webhook.test", now, $$"""{"webhookId":"{{webhook.Id}}"}"""), keys, cancellationToken);
        return new DeliveryTestView(tried.Error is null, id, tried.StatusCode, tried.Answer, tried.Error, tried.DurationMs);
    }
}

/// <summary>What a webhook is signed with at a time.</summary>
public static class WebhookKeys
{
    /// <exception cref="CryptographicException">The secret was sealed with a secret of the deployment that is gone.</exception>
    public static string[] Of(Webhook webhook, IWebhookSecrets secrets, DateTimeOffset now)
    {
        var current = secrets.Open(webhook.Secret);
        return webhook.OldSecret is { } old && webhook.OldSecretUntil > now && TryOpen(secrets, old) is { } before ? [current, before] : [current];
    }

    /// <summary>The new one signs all the same.</summary>
    private static string? TryOpen(IWebhookSecrets secrets, byte[] sealedSecret)
    {
        try
        {
            return secrets.Open(sealedSecret);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
