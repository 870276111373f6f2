namespace Payments.Client;

/// <summary>Where the service sends what happens. Each call may end with <see cref="PaymentsException"/>.</summary>
public sealed class WebhookCalls
{
    private readonly Sender sender;

    internal WebhookCalls(Sender sender) => this.sender = sender;

    /// <summary>Makes a webhook. Keep the answer's secret: it is shown here only.</summary>
    public Task<Webhook> Create(CreateWebhook webhook, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        sender.Post("api/webhooks", webhook, PaymentsJson.Default.CreateWebhook, PaymentsJson.Default.Webhook, idempotencyKey, cancellationToken);

    /// <summary>How a webhook stands.</summary>
    public Task<Webhook> Get(string id, CancellationToken cancellationToken = default) =>
        sender.Get($"api/webhooks/{Query.Part(id)}", PaymentsJson.Default.Webhook, cancellationToken);

    /// <summary>One page of the shop's webhooks, newest first.</summary>
    public Task<Page<Webhook>> List(string? cursor = null, int? limit = null, CancellationToken cancellationToken = default) =>
        sender.Get(Query.Of("api/webhooks", ("cursor", cursor), ("limit", Query.Number(limit))), PaymentsJson.Default.PageWebhook, cancellationToken);

    /// <summary>Changes a webhook, or enables it again: it goes on where it stopped.</summary>
    public Task<Webhook> Update(string id, UpdateWebhook change, CancellationToken cancellationToken = default) =>
        sender.Patch($"api/webhooks/{Query.Part(id)}", change, PaymentsJson.Default.UpdateWebhook, PaymentsJson.Default.Webhook, cancellationToken);

    /// <summary>Ends a webhook for good, and gives it as it was. Where the first answer was lost it may be said not to be there: so it is gone.</summary>
    public Task<Webhook> Delete(string id, CancellationToken cancellationToken = default) =>
        sender.Delete($"api/webhooks/{Query.Part(id)}", PaymentsJson.Default.Webhook, cancellationToken);

    /// <summary>Gives it a new secret, shown in the answer only; for 24 hours the old one signs too.</summary>
    public Task<Webhook> RotateSecret(string id, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        sender.Post($"api/webhooks/{Query.Part(id)}/rotate-secret", PaymentsJson.Default.Webhook, idempotencyKey, cancellationToken);

    /// <summary>Sends <see cref="EventTypes.WebhookTest"/> now, and tells what the endpoint answered.</summary>
    public Task<DeliveryTest> Test(string id, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        sender.Post($"api/webhooks/{Query.Part(id)}/test", PaymentsJson.Default.DeliveryTest, idempotencyKey, cancellationToken);

    /// <summary>Sends everything again that happened since then, in the same order; a webhook that was disabled is enabled by it.</summary>
    public Task<Resend> ResendSince(string id, DateTimeOffset since, string? idempotencyKey = null, CancellationToken cancellationToken = default) => sender.Post(
        $"api/webhooks/{Query.Part(id)}/resend", new(since.ToUniversalTime()), PaymentsJson.Default.ResendSince, PaymentsJson.Default.Resend, idempotencyKey, cancellationToken);

    /// <summary>One page of what was sent, newest first.</summary>
    public Task<Page<Delivery>> ListDeliveries(string id, DeliveryQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= new();
        var path = Query.Of(
            $"api/webhooks/{Query.Part(id)}/deliveries", ("status", Query.Word(query.Status)), ("cursor", query.Cursor), ("limit", Query.Number(query.Limit)));
        return sender.Get(path, PaymentsJson.Default.PageDelivery, cancellationToken);
    }

    /// <summary>One event on its way, with its body and its tries.</summary>
    public Task<Delivery> GetDelivery(string id, CancellationToken cancellationToken = default) =>
        sender.Get($"api/webhook-deliveries/{Query.Part(id)}", PaymentsJson.Default.Delivery, cancellationToken);

    /// <summary>Sends one event again.</summary>
    public Task<Delivery> ResendDelivery(string id, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        sender.Post($"api/webhook-deliveries/{Query.Part(id)}/resend", PaymentsJson.Default.Delivery, idempotencyKey, cancellationToken);
}
