namespace Payments.Infrastructure;

/// <summary>
/// The half of the repository that knows tills. A till's payment names no order: it is looked for by amount and time (rule 7), among
/// pushes that are not settled and successes without a number. Both are few at any time and have an index of their own.
/// </summary>
internal sealed partial class CheckoutRepository
{
    /// <summary>Checkouts with a push that may have asked for one of <c>@tillAmounts</c> at <c>@tillTimes</c>.</summary>
    private const string PushesOfTillPayments =
        """
        SELECT a.checkout_id
        FROM unnest(@tillAmounts, @tillTimes) AS t (amount, at)
        JOIN attempts a ON a.amount = t.amount AND t.at BETWEEN a.started_at - interval '2 minutes' AND a.started_at + interval '5 minutes'
        WHERE a.next_question_at IS NOT NULL
        UNION
        SELECT r.checkout_id
        FROM unnest(@tillAmounts, @tillTimes) AS t (amount, at)
        JOIN receipts r ON r.receipt IS NULL AND r.amount = t.amount
        JOIN attempts a ON a.id = r.attempt_id AND t.at BETWEEN a.started_at - interval '2 minutes' AND a.started_at + interval '5 minutes'
        """;

    /// <summary>
    /// Till payments without a checkout that may be of the open pushes of the checkouts in <c>@loaded</c> and of nobody else's: what another
    /// order's push may have asked for as well stays a person's to match (rule 7).
    /// </summary>
    private const string TillReceiptsOfPushes =
        """
        SELECT r.id
        FROM attempts a
        JOIN receipts r ON r.checkout_id IS NULL AND r.amount = a.amount
          AND r.at BETWEEN a.started_at - interval '2 minutes' AND a.started_at + interval '5 minutes'
        WHERE a.checkout_id = ANY (@loaded) AND (a.ended_at IS NULL OR a.next_question_at IS NOT NULL)
          AND NOT EXISTS (
              SELECT FROM attempts o
              WHERE o.next_question_at IS NOT NULL AND o.amount = r.amount AND o.checkout_id <> ALL (@loaded)
                AND r.at BETWEEN o.started_at - interval '2 minutes' AND o.started_at + interval '5 minutes')
          AND NOT EXISTS (
              SELECT FROM receipts n JOIN attempts o ON o.id = n.attempt_id
              WHERE n.receipt IS NULL AND n.amount = r.amount AND o.checkout_id <> ALL (@loaded)
                AND r.at BETWEEN o.started_at - interval '2 minutes' AND o.started_at + interval '5 minutes')
        """;
}
