namespace Payments.Domain.Transfers;

/// <summary>What keeps a queued payout or refund from being sent (R19). None of them is a word of Safaricom's.</summary>
public enum SendBlocker
{
    /// <summary>The initiator's password cannot be encrypted: Safaricom's certificate is missing or unreadable.</summary>
    Certificate,

    /// <summary>There is no access token to send it with.</summary>
    AccessToken,

    /// <summary>No name, no connection, no TLS: nothing of it left.</summary>
    Connection,

    /// <summary>Safaricom's API keeps failing and is left alone for a moment.</summary>
    Pause,

    /// <summary>The books were restored, and whether it was sent before nobody can ask: a person lets it go (docs/operations.md).</summary>
    Restored,
}
