namespace Payments.Domain.Transfers;

/// <summary>How a queued payout or refund waits to be sent (R19).</summary>
/// <param name="For">What it waits for; null while it is in line, and once it is queued no more.</param>
/// <param name="RetryAt">When it is tried again; null while it is in line, or when a person decides.</param>
/// <param name="IsAnnounced">True once a case has said that it waits: it is said once.</param>
public readonly record struct SendWait(SendBlocker? For, DateTimeOffset? RetryAt, bool IsAnnounced)
{
    /// <summary>It is sent; that a case was opened stays known.</summary>
    public SendWait Over => new(null, null, IsAnnounced);
}
