namespace Payments.Client;

/// <summary>Money out: to a phone, a Pay Bill or a till. Amounts are shillings.</summary>
public sealed record Payout
{
    /// <summary>Its id, <c>pay_…</c>.</summary>
    public string Id { get; init; } = "";

    /// <summary>Where it stands. <see cref="TransferStatus.InDoubt"/> is not failed: never order it again.</summary>
    public TransferStatus Status { get; init; }

    /// <summary>Whom it goes to.</summary>
    public PayoutMethod Method { get; init; }

    /// <summary>The phone, Pay Bill or till; null for a phone whose time is over.</summary>
    public string? Recipient { get; init; }

    /// <summary>The account at the Pay Bill.</summary>
    public string? Account { get; init; }

    /// <summary>In shillings.</summary>
    public decimal Amount { get; init; }

    /// <summary><c>KES</c>.</summary>
    public string Currency { get; init; } = "";

    /// <summary>What it is for.</summary>
    public PayoutReason Reason { get; init; }

    /// <summary>What the statement says.</summary>
    public string? Remarks { get; init; }

    /// <summary>The shop's own name for it, unique among its payouts for ever.</summary>
    public string Reference { get; init; } = "";

    /// <summary>M-PESA's number; null until it has moved, or while only a query knows.</summary>
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

/// <summary>Why a payout or refund has not been sent yet. It has not failed: it goes out when it can.</summary>
public sealed record Wait
{
    /// <summary>What keeps it.</summary>
    public SendBlocker Code { get; init; }

    /// <summary>When it is tried again; null while it is being tried, or when a person decides.</summary>
    public DateTimeOffset? RetryAt { get; init; }
}
