using MediatR;
using Payments.Application.Access;
using Payments.Application.Common;
using Payments.Application.Idempotency;
using Payments.Domain.Common;

namespace Payments.Application.Webhooks;

/// <summary>A shop does not want to be told any more. Answers what it was.</summary>
public sealed record DeleteWebhook(Caller Caller, WebhookId Id) : IRequest<Result<WebhookView>>;

/// <summary>One commit; what is on its way at that moment may still arrive.</summary>
public sealed class DeleteWebhookHandler(IWebhooks webhooks, IAudit audit, ITransactions transactions) : IRequestHandler<DeleteWebhook, Result<WebhookView>>
{
    public Task<Result<WebhookView>> Handle(DeleteWebhook request, CancellationToken cancellationToken) => transactions.Run<Result<WebhookView>>(
        request.Caller,
        async _ =>
        {
            if (await webhooks.LoadForChange(request.Id) is not { } webhook || !webhook.IsOf(request.Caller))
            {
                return Refusal.NotFound("webhook");
            }

            await webhooks.Delete(webhook.Id);
            await audit.Write(request.Caller.Actor, "webhook.delete", webhook.Id.ToString(), WebhookView.Of(webhook), null);
            return Result.Created(WebhookView.Of(webhook), CreatedResourceKind.Webhook, webhook.Id);
        },
        cancellationToken);
}
