using FluentValidation;
using MediatR;
using Payments.Application.Access;
using Payments.Application.Common;
using Payments.Application.Idempotency;
using Payments.Domain.Common;

namespace Payments.Application.Webhooks;

/// <summary>Changes a webhook; what is null stays.</summary>
/// <param name="Events">Empty: what the service tells by itself.</param>
public sealed record UpdateWebhook(Caller Caller, WebhookId Id, string? Url, IReadOnlyList<string>? Events, string? Description, string? Status)
    : IRequest<Result<WebhookView>>;

/// <summary>What a change may be.</summary>
public sealed class UpdateWebhookValidator : AbstractValidator<UpdateWebhook>
{
    public UpdateWebhookValidator()
    {
        RuleFor(w => w.Url).WebhookUrl().When(w => w.Url is not null);
        RuleFor(w => w.Events).WebhookEvents();
        RuleFor(w => w.Description).Printable(200);
        RuleFor(w => w.Status).Must(status => status is null || EnumNames.TryRead<WebhookStatus>(status, out _)).WithMessage("Give enabled or disabled.");
    }
}

/// <summary>One commit; whoever sends sees it within a second. What was on its way meanwhile may still come to the old address.</summary>
public sealed class UpdateWebhookHandler(IWebhooks webhooks, IWebhookEndpoints endpoints, IAudit audit, ITransactions transactions)
    : IRequestHandler<UpdateWebhook, Result<WebhookView>>
{
    public async Task<Result<WebhookView>> Handle(UpdateWebhook request, CancellationToken cancellationToken)
    {
        if (request.Url is { } url && await WebhookRules.Refuse(endpoints, url, cancellationToken) is { } refused)
        {
            return refused;
        }

        return await transactions.Run(request.Caller, now => Change(request, now), cancellationToken);
    }

    private async Task<Result<WebhookView>> Change(UpdateWebhook request, DateTimeOffset now)
    {
        if (await webhooks.LoadForChange(request.Id) is not { } before || !before.IsOf(request.Caller))
        {
            return Refusal.NotFound("webhook");
        }

        if (WebhookRules.MayNotHear(request.Events, before.Scopes) is { } forbidden)
        {
            return forbidden;
        }

        var status = request.Status is { } text ? EnumNames.Read<WebhookStatus>(text) : before.Status;
        var beginsAnew = request.Url is not null || request.Status == "enabled";
        var after = before with
        {
            Url = request.Url ?? before.Url,
            Events = request.Events is null ? before.Events : WebhookRules.Wanted(request.Events),
            Description = request.Description ?? before.Description,
            Status = status,
            DisabledBecause = status == WebhookStatus.Enabled ? null : before.DisabledBecause ?? DisabledBecause.ByRequest,

            // Its three days begin anew.
            FailingSince = beginsAnew ? null : before.FailingSince,
            UpdatedAt = now,
        };
        await webhooks.Save(after, beginsAnew);
        await audit.Write(request.Caller.Actor, "webhook.update", after.Id.ToString(), WebhookView.Of(before), WebhookView.Of(after));
        return Result.Created(WebhookView.Of(after), CreatedResourceKind.Webhook, after.Id);
    }
}
