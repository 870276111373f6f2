namespace Payments.Client;

/// <summary>What a shop wants paid, and what became of it. Amounts are shillings with at most two decimals, times are UTC.</summary>
public sealed record Checkout
{
    /// <summary>Its id, <c>chk_…</c>.</summary>
    public string Id { get; init; } = "";

    /// <summary>Where it stands; ship only on <see cref="CheckoutStatus.Paid"/>.</summary>
    public CheckoutStatus Status { get; init; }

    /// <summary>What a customer types at the Pay Bill to pay it; no other checkout ever has it.</summary>
    public string Account { get; init; } = "";

    /// <summary>The shop's own reference; null where it gave none.</summary>
    public string? OrderReference { get; init; }

    /// <summary>The id the shop's platform has for it; null where it gave none.</summary>
    public string? ExternalId { get; init; }

    /// <summary>What is to be paid.</summary>
    public decimal Amount { get; init; }

    /// <summary>What was received and counts, never more than the amount.</summary>
    public decimal AmountPaid { get; init; }

    /// <summary>What is still missing.</summary>
    public decimal AmountDue { get; init; }

    /// <summary>What went back.</summary>
    public decimal AmountRefunded { get; init; }

    /// <summary>What came beyond the amount and is still there, to be given back.</summary>
    public decimal Surplus { get; init; }

    /// <summary>True when money that counts came after the checkout had failed or expired.</summary>
    public bool Late { get; init; }

    /// <summary><c>KES</c>.</summary>
    public string Currency { get; init; } = "";

    /// <summary>As given; null once its time is over.</summary>
    public string? Description { get; init; }

    /// <summary>The phone that was prompted, 12 digits; null where none was, and once its time is over.</summary>
    public string? Phone { get; init; }

    /// <summary>As given.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The payment that completed it; null while none did.</summary>
    public Payment? Payment { get; init; }

    /// <summary>Every payment that counts.</summary>
    public IReadOnlyList<Payment> Payments { get; init; } = [];

    /// <summary>Why the last prompt brought nothing; null when it did not fail.</summary>
    public Failure? Failure { get; init; }

    /// <summary>The prompts, oldest first.</summary>
    public IReadOnlyList<Attempt> Attempts { get; init; } = [];

    /// <summary>The refunds.</summary>
    public IReadOnlyList<Refund> Refunds { get; init; } = [];

    /// <summary>Where a pay page sends the customer back to.</summary>
    public Uri? ReturnUrl { get; init; }

    /// <summary>The page a customer pays at; null where there is none.</summary>
    public Uri? PayUrl { get; init; }

    /// <summary>Grows with each change: of two answers about one checkout the greater is the later.</summary>
    public int Version { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When its time is over.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The key to this one checkout, fit for a browser; only in the answer to <c>Create</c>.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>Why no prompt went out although one was asked for; null otherwise.</summary>
    public PromptRefused? PromptRefused { get; init; }

    /// <summary>Without the clientSecret: whole records end up in logs.</summary>
    public override string ToString() => $"Checkout {Id} {Status} {AmountPaid}/{Amount} {Currency}";
}

/// <summary>Money applied to a checkout.</summary>
public sealed record Payment
{
    /// <summary>M-PESA's receipt number; null while only a query knows of it.</summary>
    public string? Receipt { get; init; }

    /// <summary>In shillings.</summary>
    public decimal Amount { get; init; }

    /// <summary>How it was paid.</summary>
    public PaymentMethod Method { get; init; }

    /// <summary>How it became known.</summary>
    public SettledBy SettledBy { get; init; }

    /// <summary>True when the checkout had failed or expired before it came.</summary>
    public bool Late { get; init; }

    /// <summary>When the money moved.</summary>
    public DateTimeOffset At { get; init; }
}

/// <summary>One prompt on a phone.</summary>
public sealed record Attempt
{
    /// <summary>Its id.</summary>
    public string Id { get; init; } = "";

    /// <summary>Where it stands.</summary>
    public AttemptStatus Status { get; init; }

    /// <summary>Whom it asked; null once its time is over.</summary>
    public string? Phone { get; init; }

    /// <summary>What it asked for, in shillings.</summary>
    public decimal Amount { get; init; }

    /// <summary>Safaricom's id of it; null while it has none.</summary>
    public string? CheckoutRequestId { get; init; }

    /// <summary>When it was sent.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When its outcome was known; null before.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Safaricom's result code; null before there is one.</summary>
    public string? ResultCode { get; init; }

    /// <summary>Why it brought nothing; null when it did not fail.</summary>
    public Failure? Failure { get; init; }
}

/// <summary>Why money did not move.</summary>
public sealed record Failure
{
    /// <summary>What to go by.</summary>
    public FailureCode Code { get; init; }

    /// <summary>Safaricom's result code; null where it gave none.</summary>
    public string? ResultCode { get; init; }

    /// <summary>A sentence for a person.</summary>
    public string Message { get; init; } = "";

    /// <summary>Whether trying again can help.</summary>
    public bool Retryable { get; init; }

    /// <summary>From when on; null where at once or never.</summary>
    public DateTimeOffset? RetryAt { get; init; }
}

/// <summary>Why no prompt went out although one was asked for.</summary>
public sealed record PromptRefused
{
    /// <summary>What to go by.</summary>
    public PromptRefusedCode Code { get; init; }

    /// <summary>When to prompt again; null where that is not known.</summary>
    public DateTimeOffset? RetryAt { get; init; }
}
