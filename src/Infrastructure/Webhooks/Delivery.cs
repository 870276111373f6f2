using Payments.Domain.Common;

namespace Payments.Infrastructure.Webhooks;

/// <summary>One event on its way to one webhook, in the memory of the process that sends it.</summary>
internal sealed class Delivery
{
    public required DeliveryId Id { get; init; }

    /// <summary>The event's place in the feed.</summary>
    public required long Position { get; init; }

    public required FeedEventId EventId { get; init; }

    public required string Type { get; init; }

    /// <summary>What the event is about: its events go out one after another.</summary>
    public required Guid Thing { get; init; }

    public int TryCount { get; set; }

    /// <summary>How often it was refused since <see cref="FirstTryAt"/>: what the next wait goes by.</summary>
    public int Refusals { get; set; }

    public DateTimeOffset? FirstTryAt { get; set; }

    public DateTimeOffset NextTryAt { get; set; }

    /// <summary>The event as it was read; null until it is read again.</summary>
    public Events.FeedEvent? Event { get; set; }

    /// <summary>True once it has a row: the place may move past it.</summary>
    public bool IsStored { get; set; }

    public bool IsInFlight { get; set; }
}
