namespace Payments.Domain.Transfers;

/// <summary>Where money on its way out stands. <see cref="Completed"/> is never undone.</summary>
public enum TransferStatus
{
    /// <summary>Intent is on record; nothing has been sent.</summary>
    Queued,

    /// <summary>Committed before the first byte left; whoever finds it so later knows nothing, and sends nothing.</summary>
    Sending,

    /// <summary>Safaricom accepted it; its result is awaited.</summary>
    Sent,

    /// <summary>It may or may not have been accepted or carried out. Never sent again by itself.</summary>
    InDoubt,

    /// <summary>The money moved.</summary>
    Completed,

    /// <summary>No money moved; a success that comes later still wins (R4).</summary>
    Failed,
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
