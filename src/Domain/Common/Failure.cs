namespace Payments.Domain.Common;

/// <summary>Why money did not move, in words a shop can act on.</summary>
public enum FailureCode
{
    /// <summary>The customer pressed cancel, or let the prompt lapse.</summary>
    Cancelled,

    /// <summary>Not enough money on the account that pays.</summary>
    InsufficientFunds,

    /// <summary>The customer typed a wrong PIN.</summary>
    WrongPin,

    /// <summary>The phone is off, out of reach or did not answer.</summary>
    Unreachable,

    /// <summary>The prompt expired at Safaricom (1019).</summary>
    Expired,

    /// <summary>The customer has another M-PESA session, or M-PESA is too busy.</summary>
    Busy,

    /// <summary>An M-PESA limit: too little, too much, or the day's limit.</summary>
    LimitExceeded,

    /// <summary>Refused for what was asked: a field, a party or a permission.</summary>
    Rejected,

    /// <summary>Safaricom's side, or our credentials with it.</summary>
    ProviderError,
}

/// <summary>A definitive failure.</summary>
/// <param name="Code">The reason in this service's words.</param>
/// <param name="ResultCode">Safaricom's code as it came (<c>1032</c>, <c>SFC_IC0003</c>, <c>400.002.02</c>), null when there was none.</param>
/// <param name="Message">A sentence that may be shown to the customer or, for payouts, to the operator.</param>
/// <param name="Retryable">True when trying again may succeed without changing anything.</param>
/// <param name="RetryAfter">How long to wait before trying again; null when at once is fine or never is right.</param>
/// <param name="ProviderText">
/// Safaricom's own words, at most 1024 characters: they change without notice and may name accounts, so they are for the shop's key
/// and operators, never for customers and never matched on.
/// </param>
public sealed record Failure(
    FailureCode Code, string? ResultCode, string Message, bool Retryable, TimeSpan? RetryAfter = null, string? ProviderText = null);
