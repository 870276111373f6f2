namespace Payments.Client;

/// <summary>Which checkouts; what is absent does not count.</summary>
public sealed record CheckoutQuery
{
    /// <summary>Only those of this order reference.</summary>
    public string? OrderReference { get; init; }

    /// <summary>Only those with this id of your own.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Only those with this account.</summary>
    public string? Account { get; init; }

    /// <summary>Only those that stand so.</summary>
    public CheckoutStatus? Status { get; init; }

    /// <summary>Made at this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Made before this time.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>The <c>NextCursor</c> of the page before.</summary>
    public string? Cursor { get; init; }

    /// <summary>How many at most, 1–100; 25 when absent.</summary>
    public int? Limit { get; init; }
}

/// <summary>Which refunds; what is absent does not count.</summary>
public sealed record RefundQuery
{
    /// <summary>Only those of this order reference.</summary>
    public string? OrderReference { get; init; }

    /// <summary>Only those that stand so.</summary>
    public TransferStatus? Status { get; init; }

    /// <summary>Ordered at this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Ordered before this time.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>The <c>NextCursor</c> of the page before.</summary>
    public string? Cursor { get; init; }

    /// <summary>How many at most, 1–100; 25 when absent.</summary>
    public int? Limit { get; init; }
}

/// <summary>Which payouts; what is absent does not count.</summary>
public sealed record PayoutQuery
{
    /// <summary>Only the one with this reference of your own.</summary>
    public string? Reference { get; init; }

    /// <summary>Only those that stand so.</summary>
    public TransferStatus? Status { get; init; }

    /// <summary>Ordered at this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Ordered before this time.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>The <c>NextCursor</c> of the page before.</summary>
    public string? Cursor { get; init; }

    /// <summary>How many at most, 1–100; 25 when absent.</summary>
    public int? Limit { get; init; }
}

/// <summary>Which deliveries; what is absent does not count.</summary>
public sealed record DeliveryQuery
{
    /// <summary>Only those that stand so.</summary>
    public DeliveryStatus? Status { get; init; }

    /// <summary>The <c>NextCursor</c> of the page before.</summary>
    public string? Cursor { get; init; }

    /// <summary>How many at most, 1–100; 25 when absent.</summary>
    public int? Limit { get; init; }
}
