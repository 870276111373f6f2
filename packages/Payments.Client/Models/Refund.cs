namespace Payments.Client;

/// <summary>Money back: a reversal of a whole payment, or a part to the payer's phone. Amounts are shillings.</summary>
public sealed record Refund
{
    /// <summary>Its id, <c>rfd_…</c>.</summary>
    public string Id { get; init; } = "";

    /// <summary>Where it stands. <see cref="TransferStatus.InDoubt"/> is not failed: never order it again.</summary>
    public TransferStatus Status { get; init; }

    /// <summary>How it goes back.</summary>
    public RefundMethod Method { get; init; }

    /// <summary>Whose money it is, as far as known; null once its time is over.</summary>
    public string? Recipient { get; init; }

    /// <summary>In shillings.</summary>
    public decimal Amount { get; init; }

    /// <summary><c>KES</c>.</summary>
    public string Currency { get; init; } = "";

    /// <summary>The remark on the statement; null once its time is over.</summary>
    public string? Reason { get; init; }

    /// <summary>The order reference; null for money without an order.</summary>
    public string? Reference { get; init; }

    /// <summary>The checkout it gives back from; null for money without an order.</summary>
    public string? CheckoutId { get; init; }

    /// <summary>The receipt it gives back.</summary>
    public string OriginalReceipt { get; init; } = "";

    /// <summary>M-PESA's number of the refund itself; null until there is one.</summary>
    public string? Receipt { get; init; }

    /// <summary>How its end became known; null while it is not settled.</summary>
    public SettledBy? SettledBy { get; init; }

    /// <summary>Why the money did not move; null when it did not fail.</summary>
    public Failure? Failure { get; init; }

    /// <summary>What keeps it from being sent; null when nothing does.</summary>
    public Wait? WaitingFor { get; init; }

    /// <summary>Why it is in doubt; null when it is not.</summary>
    public string? Doubt { get; init; }

    /// <summary>When it was ordered.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset UpdatedAt { get; init; }
}
