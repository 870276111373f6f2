using MediatR;
using Payments.Application.Access;
using Payments.Application.Common;
using Payments.Application.Idempotency;
using Payments.Domain.Common;

namespace Payments.Application.Webhooks;

/// <summary>Gives a webhook another secret; for a day both sign.</summary>
public sealed record RotateWebhookSecret(Caller Caller, WebhookId Id) : IRequest<Result<WebhookView>>;

/// <summary>Rotated again within the day, the one before the last is over at once: there are never more than two.</summary>
public sealed class RotateWebhookSecretHandler(IWebhooks webhooks, IWebhookSecrets secrets, IAudit audit, ITransactions transactions)
    : IRequestHandler<RotateWebhookSecret, Result<WebhookView>>
{
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(24);

    public Task<Result<WebhookView>> Handle(RotateWebhookSecret request, CancellationToken cancellationToken) => transactions.Run<Result<WebhookView>>(
        request.Caller,
        async now =>
        {
            if (await webhooks.LoadForChange(request.Id) is not { } before || !before.IsOf(request.Caller))
            {
                return Refusal.NotFound("webhook");
            }

            var secret = WebhookMessage.NewSecret();

            // A secret that cannot be read signs nothing, and nobody waits for it.
            var wasLost = before.DisabledBecause == DisabledBecause.SecretUnreadable;
            var after = before with
            {
                Secret = secrets.Seal(secret),
                OldSecret = wasLost ? null : before.Secret,
                OldSecretUntil = wasLost ? null : now + Overlap,
                Status = wasLost ? WebhookStatus.Enabled : before.Status,
                DisabledBecause = wasLost ? null : before.DisabledBecause,
                UpdatedAt = now,
            };
            await webhooks.Save(after, beginsAnew: wasLost);
            var view = WebhookView.Of(after) with { OldSecretUntil = after.OldSecretUntil };
            await audit.Write(request.Caller.Actor, "webhook.rotate_secret", view.Id, null, view);
            return Result.Created(view with { Secret = secret }, CreatedResourceKind.Webhook, after.Id);
        },
        cancellationToken);
}
