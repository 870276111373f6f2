using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Application.Restores;

/// <summary>How the books stand after they were restored to an earlier moment.</summary>
/// <param name="PreparedAt">When <see cref="PrepareRestore"/> ran.</param>
/// <param name="ReleasedAt">When it was declared over; null while it is not.</param>
/// <param name="FeedPlace">The place in the feed before the first event since.</param>
public sealed record Restore(DateTimeOffset PreparedAt, DateTimeOffset? ReleasedAt, long FeedPlace);

/// <summary>What a restore has left to do, and whether it is done.</summary>
public interface IRestores
{
    /// <summary>The last one; null when these books never were restored.</summary>
    Task<Restore?> Last(CancellationToken cancellation);

    /// <summary>
    /// True while refunds, and what Safaricom takes no name for, are not to be sent: nobody has compared the books with its statement yet. Read
    /// in the transaction that decides to send.
    /// </summary>
    Task<bool> IsUnderWay();

    /// <summary>
    /// Puts the restore on record and moves the feed on, so that no place is given out a second time. Call inside
    /// <see cref="ITransactions"/>.
    /// </summary>
    Task<Restore> Begin(DateTimeOffset now);

    /// <summary>
    /// What was queued when the backup was made and has no name of its own counts as sent: nobody can know that it was not. Answers how many.
    /// Call inside <see cref="ITransactions"/>.
    /// </summary>
    /// <param name="namesTransfers">False where B2C takes no name either.</param>
    Task<int> DoubtUnnamed(bool namesTransfers);

    /// <summary>Declares it over; false when none is under way. Call inside <see cref="ITransactions"/>.</summary>
    Task<bool> End(DateTimeOffset now);

    /// <summary>Payments that stand on no order, were made before the last restore and came into the books after it, with the account they named.</summary>
    Task<IReadOnlyList<(ReceiptId Id, string Account)>> FindLostPayments();

    /// <summary>How many payouts and refunds wait for its end.</summary>
    Task<int> CountHeld(CancellationToken cancellation);
}
