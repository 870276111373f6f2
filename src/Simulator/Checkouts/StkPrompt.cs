namespace Payments.Simulator;

/// <summary>One accepted STK push.</summary>
internal sealed class StkPrompt
{
    private int queries;

    public required string MerchantRequestId { get; init; }

    public required string CheckoutRequestId { get; init; }

    public required string Shortcode { get; init; }

    public required bool BuyGoods { get; init; }

    /// <summary>Whole shillings.</summary>
    public required int Amount { get; init; }

    public required string Phone { get; init; }

    public required string PartyB { get; init; }

    public required string CallbackUrl { get; init; }

    public required string Reference { get; init; }

    public required Plan Plan { get; set; }

    public DateTimeOffset StartedAt { get; } = DateTimeOffset.UtcNow;

    /// <summary>What a query is told: null while it rings, a failure that may yet turn out wrong, or the end.</summary>
    public Outcome? ReportedOutcome { get; set; }

    /// <summary>When it was decided; null while it is not.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Done when the first callback was answered, or none will be.</summary>
    public TaskCompletionSource Delivered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How the next query is to be answered; null: truthfully.</summary>
    public string? NextQuery() =>
        Plan.Query is null || (Plan.QueryTimes is { } times && Interlocked.Increment(ref queries) > times) ? null : Plan.Query;
}
