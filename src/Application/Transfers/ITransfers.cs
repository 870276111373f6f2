using Payments.Application.Common;
using Payments.Application.Reconciliation;
using Payments.Domain.Common;
using Payments.Domain.Transfers;

namespace Payments.Application.Transfers;

/// <summary>A payout or refund whose answer is overdue, taken by one worker until its lease ends.</summary>
/// <param name="OfPayouts">True for what the payout shortcode sent: everything but reversals.</param>
/// <param name="Questions">How often it has been asked about, this time included.</param>
public sealed record DueTransfer(TransferId Id, bool OfPayouts, string? OriginatorId, int Questions, string? TraceParent) : IDueRequest
{
    public bool HasQueryId => OriginatorId is not null;
}

/// <summary>
/// Payouts and refunds as money on its way out: what both have in common. Locked in the order checkouts, payouts, refunds, each by id.
/// </summary>
public interface ITransfers
{
    /// <summary>
    /// Loads payouts and refunds to change, locked until the transaction ends, a refund's checkout before it, or its receipt where that stands on
    /// none. Ids nobody has are left out.
    /// </summary>
    Task<IReadOnlyList<Transfer>> LoadForChange(IReadOnlyCollection<TransferId> ids);

    /// <summary>
    /// The checkouts of those refunds, and their receipts that stand on none, unlocked: whoever will change both asks first and locks them in order.
    /// </summary>
    Task<(IReadOnlyList<CheckoutId> Checkouts, IReadOnlyList<ReceiptId> Receipts)> GuardsOf(IReadOnlyCollection<TransferId> ids);

    /// <summary>Writes what changed, with events and cases; each UPDATE names the status it leaves.</summary>
    Task Save(IReadOnlyCollection<Transfer> transfers);

    /// <summary>
    /// Takes transfers whose question is due, the longest due first (SKIP LOCKED), and leases them. Call inside
    /// <see cref="ITransactions"/>.
    /// </summary>
    /// <param name="askable">The most that have an id to ask by, payouts and refunds together.</param>
    /// <param name="others">The most of each that have none.</param>
    Task<IReadOnlyList<DueTransfer>> ClaimDue(int askable, int others, TimeSpan lease);

    /// <summary>
    /// Enqueues again what is still <c>queued</c> and has no job any more: in line for <paramref name="age"/>, the oldest first; and of what
    /// waits, for each of Safaricom's APIs the one that has waited longest to be tried. Call inside <see cref="ITransactions"/>. Answers
    /// how many had lost their job without waiting for anything.
    /// </summary>
    /// <param name="limit">The most of each API.</param>
    Task<int> RequeueStale(TimeSpan age, int limit);

    /// <summary>One that had waited got through: what waits for the same API is in line again. Answers how many, a thousand at most.</summary>
    Task<int> LetWaitingGo(Transfer sent);

    /// <summary>What has been queued for longer than <paramref name="after"/> and nobody was told of, the oldest first.</summary>
    Task<IReadOnlyList<TransferId>> FindUntold(TimeSpan after, int limit, CancellationToken cancellation);

    /// <summary>
    /// Brings the next questions about open transfers with these ids forward, <paramref name="most"/> at most; a hint can do no more. Answers
    /// how many.
    /// </summary>
    Task<int> BringForward(IReadOnlyCollection<string> ids, int most);
}
