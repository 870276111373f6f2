using System.Globalization;
using Payments.Application.Common;
using Payments.Application.Idempotency;
using Payments.Domain.Common;

namespace Payments.Application.Webhooks;

/// <summary>The answer about a webhook, as it stands now: without its secret, which is shown once. One that was deleted meanwhile is not there.</summary>
public sealed class RebuildWebhook(IWebhooks webhooks) : IResponseReplayer
{
    public string Kind => CreatedResourceKind.Webhook;

    public async Task<object> Rebuild(Caller caller, CreatedResource created, CancellationToken cancellation) =>
        await webhooks.Find(new(created.Id), cancellation) is { } webhook ? WebhookView.Of(webhook) : new { id = new WebhookId(created.Id).ToString() };
}

/// <summary>The answer to sending events again.</summary>
public sealed class RebuildResend : IResponseReplayer
{
    public string Kind => CreatedResourceKind.Resend;

    public Task<object> Rebuild(Caller caller, CreatedResource created, CancellationToken cancellation) =>
        Task.FromResult<object>(new ResendView(new WebhookId(created.Id).ToString(), long.Parse(created.Note!, CultureInfo.InvariantCulture)));
}

/// <summary>The answer to sending one event again, as it stands now.</summary>
public sealed class RebuildDelivery(IWebhooks webhooks) : IResponseReplayer
{
    public string Kind => CreatedResourceKind.Delivery;

    public async Task<object> Rebuild(Caller caller, CreatedResource created, CancellationToken cancellation) =>
        await webhooks.FindDelivery(new(created.Id), cancellation) is { } delivery
            ? DeliveryView.Of(delivery, whole: false) : new { id = new DeliveryId(created.Id).ToString() };
}
