
namespace Payments.Infrastructure.Checkouts;

/// <summary>
/// The half of the repository that knows tills. A till's payment names no order: it is looked for by amount and time (R7,
/// <see cref="Domain.Receipts.PromptWindow"/>), among pushes that are not settled and successes without a number. Both are few at any time and have an
/// index of their own.
/// </summary>
internal sealed partial class CheckoutRepository
{
    /// <summary>
    /// Checkouts with a push that may have asked for one of <c>@tillAmounts</c> at <c>@tillTimes</c>. A success without a number is found
    /// though clocks differ: its payment must not be taken for another's, and given back.
    /// </summary>
    private const string PushesOfTillPayments =
        """
        SELECT a.checkout_id
        FROM unnest(@tillAmounts, @tillTimes) AS t (amount, at)
        JOIN attempts a ON a.amount = t.amount AND t.at BETWEEN a.started_at - @before AND a.started_at + @after
        WHERE a.next_question_at IS NOT NULL
        UNION
        SELECT r.checkout_id
        FROM unnest(@tillAmounts, @tillTimes) AS t (amount, at)
        JOIN receipts r ON r.receipt IS NULL AND r.amount = t.amount
        JOIN attempts a ON a.id = r.attempt_id AND t.at BETWEEN a.started_at - @astray AND a.started_at + @astray
        """;

    /// <summary>Till payments without a checkout that may be of pushes of the checkouts in <c>@loaded</c> that are not known to be paid.</summary>
    private const string TillReceiptsOfPushes =
        """
        SELECT r.id
        FROM attempts a
        JOIN receipts r ON r.checkout_id IS NULL AND r.amount = a.amount
          AND r.at BETWEEN a.started_at - @astray AND a.started_at + @astray
        WHERE a.checkout_id = ANY (@loaded) AND a.status <> 'succeeded'
        """;

    /// <summary>The phones of pushes of other checkouts that may have asked for a receipt, too; empty for one that was erased.</summary>
    private const string RivalsOfReceipt =
        """
        ARRAY(
            SELECT coalesce(o.phone, '') FROM attempts o
            WHERE o.next_question_at IS NOT NULL AND o.amount = receipts.amount AND o.checkout_id <> ALL (@loaded)
              AND receipts.at BETWEEN o.started_at - @before AND o.started_at + @after
            UNION ALL
            SELECT coalesce(o.phone, '') FROM receipts n JOIN attempts o ON o.id = n.attempt_id
            WHERE n.receipt IS NULL AND n.amount = receipts.amount AND o.checkout_id <> ALL (@loaded)
              AND receipts.at BETWEEN o.started_at - @before AND o.started_at + @after)
        """;
}
