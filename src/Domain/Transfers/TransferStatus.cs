using Payments.Domain.Requests;

namespace Payments.Domain.Transfers;

/// <summary>Where money on its way out stands, in the words of the API: <see cref="RequestStatus"/> under other names.</summary>
public enum TransferStatus
{
    /// <summary>Intent is on record; nothing has been sent.</summary>
    Queued = (int)RequestStatus.Queued,

    /// <summary>Committed before the first byte left; whoever finds it so later knows nothing, and sends nothing.</summary>
    Sending = (int)RequestStatus.Sending,

    /// <summary>Safaricom accepted it; its result is awaited.</summary>
    Sent = (int)RequestStatus.Sent,

    /// <summary>It may or may not have been accepted or carried out. Never sent again by itself.</summary>
    InDoubt = (int)RequestStatus.InDoubt,

    /// <summary>The money moved.</summary>
    Completed = (int)RequestStatus.Succeeded,

    /// <summary>No money moved; a success that comes later still wins (R4).</summary>
    Failed = (int)RequestStatus.Failed,
}

/// <summary>Where a payout goes.</summary>
public enum PayoutMethod
{
    /// <summary>B2C to a phone.</summary>
    Mpesa,

    /// <summary>B2B to a Pay Bill.</summary>
    Paybill,

    /// <summary>B2B to a till.</summary>
    Till,
}

/// <summary>How money goes back.</summary>
public enum RefundMethod
{
    /// <summary>The receipt itself is reversed, whole and to the cent.</summary>
    Reversal,

    /// <summary>A payment of ours to the payer's phone.</summary>
    B2c,
}
