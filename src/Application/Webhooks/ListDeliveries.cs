using FluentValidation;
using MediatR;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Application.Webhooks;

/// <summary>Reads what was sent to a webhook, newest first.</summary>
public sealed record ListDeliveries(Caller Caller, WebhookId Id, string? Status, string? Cursor, int? Limit) : IRequest<Result<Page<DeliveryView>>>;

/// <summary>What a page may be.</summary>
public sealed class ListDeliveriesValidator : AbstractValidator<ListDeliveries>
{
    public ListDeliveriesValidator()
    {
        RuleFor(q => q.Status)
            .Must(status => status is null || EnumNames.TryRead<DeliveryStatus>(status, out _))
            .WithMessage($"Give one of {string.Join(", ", Enum.GetValues<DeliveryStatus>().Select(EnumNames.Name))}.");
        RuleFor(q => q.Limit).PageLimit();
        RuleFor(q => q.Cursor).PageCursor();
    }
}

/// <summary>Reads a page.</summary>
public sealed class ListDeliveriesHandler(IWebhooks webhooks) : IRequestHandler<ListDeliveries, Result<Page<DeliveryView>>>
{
    public async Task<Result<Page<DeliveryView>>> Handle(ListDeliveries request, CancellationToken cancellationToken)
    {
        if (await webhooks.Find(request.Id, cancellationToken) is not { } webhook || !webhook.IsOf(request.Caller))
        {
            return Refusal.NotFound("webhook");
        }

        var limit = request.Limit ?? Paging.DefaultLimit;
        var found = await webhooks.Deliveries(
            request.Id, EnumNames.TryRead<DeliveryStatus>(request.Status, out var status) ? status : null, Paging.Read(request.Cursor), limit + 1, cancellationToken);
        return Paging.Page(found, limit, d => new(d.CreatedAt, d.Id.Value), d => DeliveryView.Of(d, whole: false));
    }
}

/// <summary>Reads one delivery.</summary>
public sealed record GetDelivery(Caller Caller, DeliveryId Id) : IRequest<Result<DeliveryView>>;

/// <summary>Shows it whole: what is sent, and each try.</summary>
public sealed class GetDeliveryHandler(IWebhooks webhooks) : IRequestHandler<GetDelivery, Result<DeliveryView>>
{
    public async Task<Result<DeliveryView>> Handle(GetDelivery request, CancellationToken cancellationToken) =>
        await webhooks.FindDelivery(request.Id, cancellationToken) is { } delivery
        && await webhooks.Find(delivery.WebhookId, cancellationToken) is { } webhook && webhook.IsOf(request.Caller)
            ? DeliveryView.Of(delivery, whole: true)
            : Refusal.NotFound("delivery");
}
