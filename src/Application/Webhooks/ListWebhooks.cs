using FluentValidation;
using MediatR;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Application.Webhooks;

/// <summary>Reads webhooks, newest first.</summary>
public sealed record ListWebhooks(Caller Caller, string? Cursor, int? Limit) : IRequest<Page<WebhookView>>;

/// <summary>What a page may be.</summary>
public sealed class ListWebhooksValidator : AbstractValidator<ListWebhooks>
{
    public ListWebhooksValidator()
    {
        RuleFor(q => q.Limit).PageLimit();
        RuleFor(q => q.Cursor).PageCursor();
    }
}

/// <summary>Reads a page; what hears of more than the caller may see is left out of it.</summary>
public sealed class ListWebhooksHandler(IWebhooks webhooks) : IRequestHandler<ListWebhooks, Page<WebhookView>>
{
    public async Task<Page<WebhookView>> Handle(ListWebhooks request, CancellationToken cancellationToken)
    {
        var limit = request.Limit ?? Paging.DefaultLimit;
        var found = await webhooks.List(request.Caller.SeesAll ? null : request.Caller.Client, Paging.Read(request.Cursor), limit + 1, cancellationToken);
        var page = Paging.Page(found, limit, w => new(w.CreatedAt, w.Id.Value), w => w);
        return new([.. page.Items.Where(w => w.IsOf(request.Caller)).Select(WebhookView.Of)], page.NextCursor);
    }
}

/// <summary>Reads one webhook.</summary>
public sealed record GetWebhook(Caller Caller, WebhookId Id) : IRequest<Result<WebhookView>>;

/// <summary>Shows it to its shop or to an operator, without its secret.</summary>
public sealed class GetWebhookHandler(IWebhooks webhooks) : IRequestHandler<GetWebhook, Result<WebhookView>>
{
    public async Task<Result<WebhookView>> Handle(GetWebhook request, CancellationToken cancellationToken) =>
        await webhooks.Find(request.Id, cancellationToken) is { } webhook && webhook.IsOf(request.Caller) ? WebhookView.Of(webhook) : Refusal.NotFound("webhook");
}
