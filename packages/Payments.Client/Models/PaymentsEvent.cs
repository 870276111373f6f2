using System.Text.Json;

namespace Payments.Client;

/// <summary>One thing that happened: from a webhook or from the feed, with the same id in both.</summary>
public abstract record PaymentsEvent
{
    /// <summary>Its id, <c>evt_…</c>: the same in the feed and at every try of a webhook. One that was seen before is to be passed over.</summary>
    public required string Id { get; init; }

    /// <summary>What happened, see <see cref="EventTypes"/>; later versions of the service may tell more.</summary>
    public required string Type { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Makes the event of a type; one that is not known here keeps its data as JSON.</summary>
    internal static PaymentsEvent Of(string id, string type, DateTimeOffset at, JsonElement data) => type.Split('.')[0] switch
    {
        "checkout" => new CheckoutEvent { Id = id, Type = type, At = at, Data = Read(data, PaymentsJson.Default.Checkout) },
        "payout" => new PayoutEvent { Id = id, Type = type, At = at, Data = Read(data, PaymentsJson.Default.Payout) },
        "refund" => new RefundEvent { Id = id, Type = type, At = at, Data = Read(data, PaymentsJson.Default.Refund) },
        _ => new OtherEvent { Id = id, Type = type, At = at, Data = data },
    };

    private static T Read<T>(JsonElement data, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        data.Deserialize(type) ?? throw new JsonException("An event without data.");
}

/// <summary>What happened to a checkout.</summary>
public sealed record CheckoutEvent : PaymentsEvent
{
    /// <summary>The checkout as it was then. Read it again before you ship: more may have happened since.</summary>
    public required Checkout Data { get; init; }
}

/// <summary>What happened to a payout.</summary>
public sealed record PayoutEvent : PaymentsEvent
{
    /// <summary>The payout as it was then.</summary>
    public required Payout Data { get; init; }
}

/// <summary>What happened to a refund.</summary>
public sealed record RefundEvent : PaymentsEvent
{
    /// <summary>The refund as it was then.</summary>
    public required Refund Data { get; init; }
}

/// <summary>Whatever else happened: what only operators are told, and what this version of the package does not know.</summary>
public sealed record OtherEvent : PaymentsEvent
{
    /// <summary>What it is about.</summary>
    public required JsonElement Data { get; init; }
}

/// <summary>A page of the feed, in commit order.</summary>
public sealed record EventPage
{
    /// <summary>What is on it.</summary>
    public IReadOnlyList<PaymentsEvent> Items { get; init; } = [];

    /// <summary>Give it back as <c>after</c> to read on; it moves on though nothing was this caller's, and is the same when nothing has come.</summary>
    public string Next { get; init; } = "";
}

/// <summary>The feed as it comes: an event's data is read by its type.</summary>
internal sealed record RawEventPage(IReadOnlyList<RawEvent> Items, string Next);

/// <summary>An event of the feed.</summary>
internal sealed record RawEvent(string Id, string Type, DateTimeOffset At, JsonElement Data);

/// <summary>An event as a webhook carries it; its id is in the headers.</summary>
internal sealed record RawDelivery(string Type, DateTimeOffset Timestamp, JsonElement Data);
