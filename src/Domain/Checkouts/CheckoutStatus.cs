using Payments.Domain.Requests;

namespace Payments.Domain.Checkouts;

/// <summary>Where a checkout stands. <see cref="Paid"/> is never undone.</summary>
public enum CheckoutStatus
{
    /// <summary>Nothing asked for yet.</summary>
    Open,

    /// <summary>A prompt is on its way, rings, or its outcome is not known.</summary>
    Pending,

    /// <summary>Receipts applied add up to the amount.</summary>
    Paid,

    /// <summary>The last prompt failed; another may be sent.</summary>
    Failed,

    /// <summary>Its own time ran out.</summary>
    Expired,

    /// <summary>The shop gave it up.</summary>
    Cancelled,
}

/// <summary>Where one STK push stands, in the words of the API: <see cref="RequestStatus"/> under other names.</summary>
public enum AttemptStatus
{
    /// <summary>Committed before the first byte left; its reply is not recorded yet.</summary>
    Sending = (int)RequestStatus.Sending,

    /// <summary>Safaricom accepted it; the customer has the prompt.</summary>
    Sent = (int)RequestStatus.Sent,

    /// <summary>It may or may not have been accepted.</summary>
    Unknown = (int)RequestStatus.InDoubt,

    /// <summary>The customer paid.</summary>
    Succeeded = (int)RequestStatus.Succeeded,

    /// <summary>No money moved; a success that comes later still wins (R4).</summary>
    Failed = (int)RequestStatus.Failed,
}

/// <summary>How money reached us.</summary>
public enum PaymentMethod
{
    /// <summary>STK push: we asked.</summary>
    Stk,

    /// <summary>C2B to the Pay Bill: the customer paid by hand.</summary>
    Paybill,

    /// <summary>C2B to the till.</summary>
    Till,
}

/// <summary>Who told us the outcome.</summary>
public enum SettledBy
{
    /// <summary>A trusted callback.</summary>
    Callback,

    /// <summary>An STK query.</summary>
    StkQuery,

    /// <summary>A C2B confirmation.</summary>
    Confirmation,

    /// <summary>A transaction status query.</summary>
    StatusQuery,

    /// <summary>The Pull Transactions API.</summary>
    Pull,

    /// <summary>A person.</summary>
    Operator,
}
