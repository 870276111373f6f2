using FluentValidation;
using MediatR;
using Payments.Application.Access;
using Payments.Application.Common;
using Payments.Application.Idempotency;
using Payments.Domain.Common;

namespace Payments.Application.Webhooks;

/// <summary>A shop wants to be told.</summary>
public sealed record CreateWebhook(Caller Caller, string? Url, IReadOnlyList<string>? Events, string? Description) : IRequest<Result<WebhookView>>;

/// <summary>What a webhook must have.</summary>
public sealed class CreateWebhookValidator : AbstractValidator<CreateWebhook>
{
    public CreateWebhookValidator()
    {
        RuleFor(w => w.Url).WebhookUrl();
        RuleFor(w => w.Events).WebhookEvents();
        RuleFor(w => w.Description).Printable(200);
    }
}

/// <summary>
/// Looks at the address before the transaction. Dies before the commit: there is none. The answer is lost: the same Idempotency-Key answers with the
/// webhook, whose secret is then got by rotating it.
/// </summary>
public sealed class CreateWebhookHandler(
    IWebhooks webhooks, IWebhookSecrets secrets, IWebhookEndpoints endpoints, IAudit audit, ITransactions transactions)
    : IRequestHandler<CreateWebhook, Result<WebhookView>>
{
    public async Task<Result<WebhookView>> Handle(CreateWebhook request, CancellationToken cancellationToken)
    {
        if (WebhookRules.MayNotHear(request.Events, request.Caller.Scopes) is { } forbidden)
        {
            return forbidden;
        }

        return await WebhookRules.Refuse(endpoints, request.Url!, cancellationToken) is { } refused
            ? refused
            : await transactions.Run(request.Caller, now => Add(request, now), cancellationToken);
    }

    private async Task<Result<WebhookView>> Add(CreateWebhook request, DateTimeOffset now)
    {
        if (await WebhookRules.TooMany(webhooks, request.Caller.Client) is { } tooMany)
        {
            return tooMany;
        }

        var secret = WebhookMessage.NewSecret();
        var webhook = new Webhook(
            NewId.Next<WebhookId>(), request.Caller.Client, request.Caller.Scopes, request.Url!, WebhookRules.Wanted(request.Events), request.Description,
            WebhookStatus.Enabled, null, secrets.Seal(secret), null, null, null, now, now);
        await webhooks.Add(webhook);
        var view = WebhookView.Of(webhook);
        await audit.Write(request.Caller.Actor, "webhook.create", view.Id, null, view);
        return Result.Created(view with { Secret = secret }, CreatedResourceKind.Webhook, webhook.Id);
    }
}
