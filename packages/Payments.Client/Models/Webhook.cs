using System.Text.Json;

namespace Payments.Client;

/// <summary>Where the service sends what happens.</summary>
public sealed record Webhook
{
    /// <summary>Its id, <c>whk_…</c>.</summary>
    public string Id { get; init; } = "";

    /// <summary>Where events are sent.</summary>
    public Uri Url { get; init; } = new("about:blank");

    /// <summary>The types it wants, see <see cref="EventTypes"/>; null for those the service tells by itself.</summary>
    public IReadOnlyList<string>? Events { get; init; }

    /// <summary>As given.</summary>
    public string? Description { get; init; }

    /// <summary>What the key that made it could see; it is told of nothing else.</summary>
    public IReadOnlyList<Scope> Scopes { get; init; } = [];

    /// <summary>Whether anything is sent.</summary>
    public WebhookStatus Status { get; init; }

    /// <summary>Why nothing is; null while it is enabled.</summary>
    public DisabledBecause? DisabledBecause { get; init; }

    /// <summary>When the first of the failures was since anything was taken; null while all is well.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>What its deliveries are signed with, <c>whsec_…</c>; only in the answers of <c>Create</c> and <c>RotateSecret</c>.</summary>
    public string? Secret { get; init; }

    /// <summary>Until when the secret before this one signs too; null where none does.</summary>
    public DateTimeOffset? OldSecretUntil { get; init; }

    /// <summary>Without the secret: whole records end up in logs.</summary>
    public override string ToString() => $"Webhook {Id} {Status} {Url}";
}

/// <summary>One event on its way to a webhook.</summary>
public sealed record Delivery
{
    /// <summary>Its id, <c>dlv_…</c>.</summary>
    public string Id { get; init; } = "";

    /// <summary>The webhook.</summary>
    public string WebhookId { get; init; } = "";

    /// <summary>The event.</summary>
    public string EventId { get; init; } = "";

    /// <summary>The event's type, see <see cref="EventTypes"/>.</summary>
    public string Type { get; init; } = "";

    /// <summary>Where it stands.</summary>
    public DeliveryStatus Status { get; init; }

    /// <summary>How often it was tried.</summary>
    public int TryCount { get; init; }

    /// <summary>Null once it has ended.</summary>
    public DateTimeOffset? NextTryAt { get; init; }

    /// <summary>When it was first tried.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was taken, or given up.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What is sent; not in lists.</summary>
    public JsonElement? Body { get; init; }

    /// <summary>The last 20 tries, oldest first; not in lists.</summary>
    public IReadOnlyList<DeliveryTry>? Tries { get; init; }
}

/// <summary>One try to deliver an event.</summary>
public sealed record DeliveryTry
{
    /// <summary>When.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Where.</summary>
    public string Url { get; init; } = "";

    /// <summary>What was answered; null where nothing was.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The first 2 KiB of the answer's body; null where there was none.</summary>
    public string? Answer { get; init; }

    /// <summary>Why it counts as refused; null when it was taken.</summary>
    public string? Error { get; init; }

    /// <summary>From the connection to the answer, in milliseconds.</summary>
    public int DurationMs { get; init; }
}

/// <summary>What an endpoint made of a test.</summary>
public sealed record DeliveryTest
{
    /// <summary>True for 2xx.</summary>
    public bool Delivered { get; init; }

    /// <summary>The id it was sent with.</summary>
    public string EventId { get; init; } = "";

    /// <summary>What was answered; null where nothing was.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The first 2 KiB of the answer's body; null where there was none.</summary>
    public string? Answer { get; init; }

    /// <summary>Why it counts as refused; null when it was taken.</summary>
    public string? Error { get; init; }

    /// <summary>In milliseconds.</summary>
    public int DurationMs { get; init; }
}

/// <summary>What is sent again.</summary>
public sealed record Resend
{
    /// <summary>To which webhook.</summary>
    public string WebhookId { get; init; } = "";

    /// <summary>How many events of the feed are gone through; those that are not the webhook's are passed over.</summary>
    public long Events { get; init; }
}
