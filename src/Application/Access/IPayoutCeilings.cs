using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Application.Access;

/// <summary>Ceilings on what a key may send away.</summary>
public interface IPayoutCeilings
{
    /// <summary>
    /// Counts a payout or refund, whatever leaves the account, against the ceilings of the caller's key; a refusal
    /// (<c>payout_ceiling_exceeded</c>) when it is over one. Call inside the transaction that commits it, after everything else it locks. It
    /// counts on the day it was asked for, whatever becomes of it. Keys of the configuration have no ceilings.
    /// </summary>
    Task<Refusal?> Reserve(Caller caller, Money amount, DateTimeOffset now);

    /// <summary>Takes a reservation of the same transaction back: the payout was refused for another reason.</summary>
    Task Return(Caller caller, Money amount, DateTimeOffset now);
}
