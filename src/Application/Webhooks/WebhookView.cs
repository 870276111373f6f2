using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Payments.Application.Common;

namespace Payments.Application.Webhooks;

/// <summary>A webhook as the API shows it (docs/webhooks.md).</summary>
/// <param name="Url">Where events are sent.</param>
/// <param name="Events">The types it wants; null for those the service tells by itself.</param>
/// <param name="Scopes">What the key that made it could see; it is told of nothing else.</param>
/// <param name="DisabledBecause">Null while it is enabled.</param>
/// <param name="FailingSince">When the first of the failures was since anything was taken; null while all is well.</param>
public sealed record WebhookView(
    string Id, string Url, IReadOnlyList<string>? Events, string? Description, IReadOnlyList<string> Scopes, string Status, string? DisabledBecause,
    DateTimeOffset? FailingSince, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>What its deliveries are signed with; only in the answer that makes it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }

    /// <summary>Until when the secret before this one signs too; null where none does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? OldSecretUntil { get; init; }

    /// <summary>Shows a webhook without its secret.</summary>
    public static WebhookView Of(Webhook webhook) => new(
        webhook.Id.ToString(), webhook.Url, webhook.Events, webhook.Description, webhook.Scopes, EnumNames.Name(webhook.Status),
        webhook.DisabledBecause is { } why ? EnumNames.Name(why) : null, webhook.FailingSince, webhook.CreatedAt, webhook.UpdatedAt);
}

/// <summary>One event on its way to a webhook, as the API shows it.</summary>
/// <param name="EventId">The header <c>webhook-id</c>, and the event's id in the feed.</param>
/// <param name="TryCount">How often it was tried.</param>
/// <param name="NextTryAt">Null once it has ended.</param>
/// <param name="EndedAt">When it was taken, or given up.</param>
public sealed record DeliveryView(
    string Id, string WebhookId, string EventId, string Type, string Status, int TryCount, DateTimeOffset? NextTryAt, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt)
{
    /// <summary>The body that is sent, as JSON; not in lists.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WebhookBodyView? Body { get; init; }

    /// <summary>The last 20 tries, oldest first; not in lists.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<DeliveryTry>? Tries { get; init; }

    /// <summary>Shows one; <paramref name="whole"/> with what is sent and each try.</summary>
    public static DeliveryView Of(StoredDelivery delivery, bool whole) => new(
        delivery.Id.ToString(), delivery.WebhookId.ToString(), delivery.EventId.ToString(), delivery.Type, EnumNames.Name(delivery.Status), delivery.TryCount,
        delivery.NextTryAt, delivery.CreatedAt, delivery.EndedAt)
    {
        Body = whole ? new(delivery.Type, delivery.EventAt, delivery.Data is null ? null : JsonNode.Parse(delivery.Data)) : null,
        Tries = whole ? delivery.Tries : null,
    };
}

/// <summary>What is sent.</summary>
/// <param name="Data">The thing the event is about, as the API showed it then.</param>
public sealed record WebhookBodyView(string Type, DateTimeOffset Timestamp, JsonNode? Data);
