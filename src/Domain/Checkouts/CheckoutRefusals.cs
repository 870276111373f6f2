namespace Payments.Domain.Checkouts;

/// <summary>Why a prompt or a cancellation is not possible.</summary>
/// <param name="RetryAt">When it may be possible; null when waiting does not help.</param>
public sealed record PromptRefusal(PromptRefusalReason Reason, DateTimeOffset? RetryAt);

/// <summary>Why a prompt or a cancellation is not possible.</summary>
public enum PromptRefusalReason
{
    AlreadyPaid,
    Expired,
    Cancelled,
    AttemptInProgress,
}

/// <summary>Why an operator cannot put a receipt to a checkout.</summary>
public enum MatchRefusal
{
    /// <summary>It is matched to another one.</summary>
    Elsewhere,

    /// <summary>A refund of it went out, or may have (R12).</summary>
    GivenBack,

    /// <summary>Nothing is due there.</summary>
    AlreadyPaid,

    /// <summary>The shop gave the checkout up.</summary>
    Cancelled,
}
