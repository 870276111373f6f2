using Payments.Application.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Payouts;
using Payments.Domain.Transfers;

namespace Payments.Application.Payouts;

/// <summary>A filter over payouts or refunds; times are createdAt, half-open.</summary>
/// <param name="Reference">The payout's own reference, or the order reference of a refund.</param>
public sealed record TransferFilter(
    string? Client, string? Reference, TransferStatus? Status, DateTimeOffset? From, DateTimeOffset? To, Cursor? After, int Limit)
{
    /// <summary>True: only those that were cancelled, which no other status shows.</summary>
    public bool IsCancelled { get; init; }
}

/// <summary>Payouts as the API makes and shows them.</summary>
public interface IPayouts
{
    /// <summary>Adds a queued payout with its job in the same commit; null on success, else the id of the one that has its reference.</summary>
    Task<PayoutId?> Add(Payout payout);

    /// <summary>Reads without locking; null when there is none.</summary>
    Task<Payout?> Find(PayoutId id, CancellationToken cancellation);

    /// <summary>Reads a page, newest created first.</summary>
    Task<IReadOnlyList<Payout>> List(TransferFilter filter, CancellationToken cancellation);
}
