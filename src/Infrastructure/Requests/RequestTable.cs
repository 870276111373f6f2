namespace Payments.Infrastructure.Requests;

/// <summary>Where requests of one kind are kept, as far as the tables differ.</summary>
/// <param name="Name">The table.</param>
/// <param name="QueryId">The column Safaricom is asked by; null in it where there is no id to ask by yet (R11).</param>
/// <param name="Ids">The columns of all Safaricom's ids that a hint may name.</param>
/// <param name="SentAt">The column of when it was sent.</param>
/// <param name="Claimed">What whoever claims a row of it is handed.</param>
internal sealed record RequestTable(string Name, string QueryId, string[] Ids, string SentAt, string Claimed)
{
    public static readonly RequestTable Attempts = new(
        "attempts", "request_id", ["request_id"], "started_at", "t.id, t.checkout_id, t.request_id, t.questions, t.trace_parent");

    public static readonly RequestTable Payouts = OfTransfers("payouts", "true");

    /// <summary>A reversal is not what the payout shortcode sent.</summary>
    public static readonly RequestTable Refunds = OfTransfers("refunds", "t.method = 'b2c'");

    public static readonly IReadOnlyList<RequestTable> All = [Attempts, Payouts, Refunds];

    private static RequestTable OfTransfers(string name, string ofPayouts) => new(
        name, "originator_id", ["originator_id", "conversation_id"], "sending_at", $"t.id, {ofPayouts} AS of_payouts, t.originator_id, t.questions, t.trace_parent");
}
