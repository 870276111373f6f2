using Payments.Application.Checkouts;
using Payments.Domain.C2b;
using Payments.Domain.Common;

namespace Payments.Application.Callbacks;

/// <summary>What a batch of callbacks names, collected before anything is loaded.</summary>
public sealed class BatchKeys
{
    /// <summary>STK pushes whose tokens the URLs carried.</summary>
    public HashSet<AttemptId> Attempts { get; } = [];

    /// <summary>Payouts and refunds whose tokens the URLs carried, or that queries were about.</summary>
    public HashSet<TransferId> Transfers { get; } = [];

    /// <summary>Status and balance queries whose tokens the URLs carried.</summary>
    public HashSet<StatusQueryId> Questions { get; } = [];

    /// <summary>Checkouts that are changed along: those of refunds.</summary>
    public HashSet<CheckoutId> Checkouts { get; } = [];

    /// <summary>Receipt numbers.</summary>
    public HashSet<ReceiptNumber> Numbers { get; } = [];

    /// <summary>Compared forms of accounts.</summary>
    public HashSet<string> Accounts { get; } = new(StringComparer.Ordinal);

    /// <summary>Payments to a till, which name no account.</summary>
    public List<(Money Amount, DateTimeOffset At)> TillPayments { get; } = [];

    /// <summary>What customers claimed of these numbers, which nobody had told of then.</summary>
    public List<WaitingClaim> Claims { get; } = [];

    /// <summary>Confirmations that Safaricom was asked about, by the queries' ids.</summary>
    public Dictionary<StatusQueryId, Confirmation> Asked { get; } = [];
}
