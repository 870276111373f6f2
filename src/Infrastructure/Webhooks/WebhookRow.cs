using System.Text.Json;
using Payments.Application.Common;
using Payments.Application.Webhooks;
using Payments.Domain.Common;

namespace Payments.Infrastructure.Webhooks;

/// <summary>A row of <c>webhooks</c>, with names as the columns have them.</summary>
internal sealed record WebhookRow
{
    public const string Columns =
        """
        id, client, scopes, url, events, description, status, disabled_because, secret, old_secret, old_secret_until, failing_since, created_at, updated_at,
        generation, place
        """;

    public WebhookId Id { get; init; }
    public string Client { get; init; } = "";
    public string[] Scopes { get; init; } = [];
    public string Url { get; init; } = "";
    public string[]? Events { get; init; }
    public string? Description { get; init; }
    public string Status { get; init; } = "";
    public string? DisabledBecause { get; init; }
    public byte[] Secret { get; init; } = [];
    public byte[]? OldSecret { get; init; }
    public DateTimeOffset? OldSecretUntil { get; init; }
    public DateTimeOffset? FailingSince { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public int Generation { get; init; }
    public long Place { get; init; }

    public Webhook ToWebhook() => new(
        Id, Client, Scopes, Url, Events, Description, EnumNames.Read<WebhookStatus>(Status),
        DisabledBecause is null ? null : EnumNames.Read<DisabledBecause>(DisabledBecause), Secret, OldSecret, OldSecretUntil, FailingSince, CreatedAt, UpdatedAt);
}

/// <summary>A row of <c>webhook_deliveries</c>.</summary>
internal sealed record DeliveryRow
{
    public const string Columns = "d.id, d.webhook_id, d.position, d.event_id, d.type, d.subject_id, d.status, d.try_count, d.refusals, d.first_try_at, d.next_try_at, d.created_at, d.ended_at";

    public DeliveryId Id { get; init; }
    public WebhookId WebhookId { get; init; }
    public long Position { get; init; }
    public FeedEventId EventId { get; init; }
    public string Type { get; init; } = "";
    public Guid SubjectId { get; init; }
    public string Status { get; init; } = "";
    public int TryCount { get; init; }
    public int Refusals { get; init; }
    public string Tries { get; init; } = "[]";
    public DateTimeOffset? FirstTryAt { get; init; }
    public DateTimeOffset? NextTryAt { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    public StoredDelivery ToStored(Events.FeedEvent? told = null) => new(
        Id, WebhookId, EventId, Type, told?.At ?? CreatedAt, EnumNames.Read<DeliveryStatus>(Status), TryCount, NextTryAt, CreatedAt, EndedAt,
        JsonSerializer.Deserialize<List<DeliveryTry>>(Tries, DeliveryStore.Json)!, told?.Data);

    public Delivery ToDelivery() => new()
    {
        Id = Id,
        Position = Position,
        EventId = EventId,
        Type = Type,
        Thing = SubjectId,
        TryCount = TryCount,
        Refusals = Refusals,
        FirstTryAt = FirstTryAt,
        NextTryAt = NextTryAt ?? CreatedAt,
        IsStored = true,
    };
}
