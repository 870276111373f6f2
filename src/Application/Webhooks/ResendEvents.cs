using FluentValidation;
using MediatR;
using Payments.Application.Access;
using Payments.Application.Common;
using Payments.Application.Idempotency;
using Payments.Domain.Common;

namespace Payments.Application.Webhooks;

/// <summary>Sends a webhook everything again that happened since, in order and under the same ids; a disabled one is enabled.</summary>
public sealed record ResendEvents(Caller Caller, WebhookId Id, DateTimeOffset? Since) : IRequest<Result<ResendView>>;

/// <summary>What is sent again.</summary>
/// <param name="Events">How many events of the feed are gone through; those that are not the webhook's are passed over. Counted up to a million.</param>
public sealed record ResendView(string WebhookId, long Events);

/// <summary>Since when.</summary>
public sealed class ResendEventsValidator : AbstractValidator<ResendEvents>
{
    public ResendEventsValidator() => RuleFor(r => r.Since).NotNull().WithMessage("Give the time from which on events are sent again.");
}

/// <summary>
/// The webhook's place in the feed goes back: one commit, however many events. What is on its way at that moment may come twice, as everything may.
/// </summary>
public sealed class ResendEventsHandler(IWebhooks webhooks, IAudit audit, ITransactions transactions) : IRequestHandler<ResendEvents, Result<ResendView>>
{
    public Task<Result<ResendView>> Handle(ResendEvents request, CancellationToken cancellationToken) => transactions.Run<Result<ResendView>>(
        request.Caller,
        async now =>
        {
            if (await webhooks.LoadForChange(request.Id) is not { } webhook || !webhook.IsOf(request.Caller))
            {
                return Refusal.NotFound("webhook");
            }

            await webhooks.Save(webhook with { Status = WebhookStatus.Enabled, DisabledBecause = null, FailingSince = null, UpdatedAt = now }, beginsAnew: true);
            var events = await webhooks.SendAgain(webhook, request.Since!.Value);
            await audit.Write(request.Caller.Actor, "webhook.resend", webhook.Id.ToString(), null, new { since = request.Since, events });
            return Result.Created(new ResendView(webhook.Id.ToString(), events), CreatedResourceKind.Resend, webhook.Id, events.ToString(System.Globalization.CultureInfo.InvariantCulture));
        },
        cancellationToken);
}

/// <summary>Tries one delivery again at once.</summary>
public sealed record ResendDelivery(Caller Caller, DeliveryId Id) : IRequest<Result<DeliveryView>>;

/// <summary>It waits for those about the same thing that were before it, as ever.</summary>
public sealed class ResendDeliveryHandler(IWebhooks webhooks, ITransactions transactions) : IRequestHandler<ResendDelivery, Result<DeliveryView>>
{
    public Task<Result<DeliveryView>> Handle(ResendDelivery request, CancellationToken cancellationToken) => transactions.Run<Result<DeliveryView>>(
        request.Caller,
        async now =>
        {
            if (await webhooks.FindDelivery(request.Id, cancellationToken) is not { } delivery
                || await webhooks.LoadForChange(delivery.WebhookId) is not { } webhook || !webhook.IsOf(request.Caller))
            {
                return Refusal.NotFound("delivery");
            }

            if (webhook.Status == WebhookStatus.Disabled)
            {
                return new Refusal("webhook_disabled", "The webhook is disabled, and nothing is sent to it: enable it first.");
            }

            await webhooks.SendAgain(delivery);
            return Result.Created(
                DeliveryView.Of(delivery with { Status = DeliveryStatus.Pending, NextTryAt = now, EndedAt = null }, whole: false), CreatedResourceKind.Delivery, delivery.Id);
        },
        cancellationToken);
}
