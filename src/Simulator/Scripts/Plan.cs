namespace Payments.Simulator;

/// <summary>What a delivery says.</summary>
internal enum CopyKind
{
    /// <summary>What happened.</summary>
    Truth,

    /// <summary>Something else failed: a code that is not what happened.</summary>
    Contradiction,

    /// <summary>JSON cut short.</summary>
    Malformed,

    /// <summary>ResultType 1: further messages to come (docs/protocol/status-balance-reversal.md).</summary>
    Interim,

    /// <summary>Success without metadata: neither amount nor receipt.</summary>
    Bare,
}

/// <summary>One delivery of a callback, so long after the outcome.</summary>
internal sealed record Copy(TimeSpan After, CopyKind Kind)
{
    /// <summary>The form of its body (<see cref="Bodies"/>); null: as the settings say.</summary>
    public string? Form { get; init; }
}

/// <summary>Everything decided about one request before it is answered: by script, by the phone's digits, by chance.</summary>
internal sealed record Plan
{
    private static readonly Copy[] Once = [new(TimeSpan.Zero, CopyKind.Truth)];

    public Outcome Outcome { get; init; } = Outcomes.Paid;

    /// <summary>True when a prompt that rings does so until it is answered, however long; else for a prompt's life.</summary>
    public bool RingsOn { get; init; }

    /// <summary>A failure told first, by callback and query, before <see cref="Outcome"/> turns out true.</summary>
    public Outcome? FirstSays { get; init; }

    /// <summary>From request to outcome; null: the usual delay.</summary>
    public TimeSpan? Delay { get; init; }

    public IReadOnlyList<Copy> Copies { get; init; } = Once;

    /// <summary>The C2B confirmation of an STK payment; null: as the settings say.</summary>
    public IReadOnlyList<Copy>? Confirmation { get; init; }

    /// <summary>The first callback is delivered before the request is answered.</summary>
    public bool BeforeReply { get; init; }

    /// <summary>A fault that refuses the request; null: accepted.</summary>
    public string? Error { get; init; }

    /// <summary>A fault that spoils the answer to an accepted request.</summary>
    public string? Reply { get; init; }

    public TimeSpan ReplyDelay { get; init; }

    /// <summary>How STK queries are answered: null truthfully, else "pending", "failed-first", "late" or a fault.</summary>
    public string? Query { get; init; }

    /// <summary>For how many queries; null: all.</summary>
    public int? QueryTimes { get; init; }

    /// <summary>"500" or "4999" for this phone; null: as the settings say.</summary>
    public string? PendingForm { get; init; }

    /// <summary>An amount in the callback that is not what was paid, shillings.</summary>
    public decimal? CallbackAmount { get; init; }

    /// <summary>Another party in the callback than the one that was paid.</summary>
    public string? CallbackParty { get; init; }

    /// <summary>How the payer of a C2B confirmation, or a payout's receiver, is shown; null: as the settings say.</summary>
    public string? Payer { get; init; }

    /// <summary>Result envelope; null: as the settings say.</summary>
    public string? Variant { get; init; }

    /// <summary>Result parameters that say something else than the truth, by key; null: nothing does.</summary>
    public IReadOnlyDictionary<string, object?>? Parameters { get; init; }

    /// <summary>Milliseconds after which a payout that was paid comes back, as M-PESA's reversal of it does; null: it does not.</summary>
    public int? ReversedAfterMs { get; init; }

    /// <summary>The body of a queue timeout: "envelope", "flat" or "empty"; null: none comes.</summary>
    public string? QueueTimeout { get; init; }

    /// <summary>It comes after the result, not before.</summary>
    public bool QueueTimeoutAfter { get; init; }
}
