namespace Payments.Domain.Callbacks;

/// <summary>The kinds of callback Safaricom sends us, by the endpoint they arrive at.</summary>
public enum CallbackKind
{
    /// <summary><c>stk/callback</c>.</summary>
    Stk,

    /// <summary><c>c2b/validate</c>.</summary>
    C2bValidate,

    /// <summary><c>c2b/confirm</c>.</summary>
    C2bConfirm,

    /// <summary><c>b2c/result</c>.</summary>
    B2cResult,

    /// <summary><c>b2c/timeout</c>.</summary>
    B2cTimeout,

    /// <summary><c>b2b/result</c>.</summary>
    B2bResult,

    /// <summary><c>b2b/timeout</c>.</summary>
    B2bTimeout,

    /// <summary><c>reversal/result</c>.</summary>
    ReversalResult,

    /// <summary><c>reversal/timeout</c>.</summary>
    ReversalTimeout,

    /// <summary><c>status/result</c>.</summary>
    StatusResult,

    /// <summary><c>status/timeout</c>.</summary>
    StatusTimeout,

    /// <summary><c>balance/result</c>.</summary>
    BalanceResult,

    /// <summary><c>balance/timeout</c>.</summary>
    BalanceTimeout,
}

/// <summary>What a token in a callback URL was made for.</summary>
public enum SubjectKind
{
    /// <summary>One STK push.</summary>
    Attempt,

    /// <summary>One payout.</summary>
    Payout,

    /// <summary>One refund.</summary>
    Refund,

    /// <summary>One status or balance query.</summary>
    Question,

    /// <summary>A C2B registration of the shortcode.</summary>
    Registration,

    /// <summary>One try of the way in by ourselves: it touches no payment, whatever its body says.</summary>
    Probe,
}

/// <summary>What became of a stored callback.</summary>
public enum Verdict
{
    /// <summary>It changed a payment.</summary>
    Applied,

    /// <summary>It said what was known already.</summary>
    Duplicate,

    /// <summary>It disagrees with what is known; nothing was undone.</summary>
    Contradiction,

    /// <summary>It is true but belongs to no order of ours.</summary>
    Unmatched,

    /// <summary>It could not be read.</summary>
    Malformed,

    /// <summary>It cannot be trusted; at most a reason to ask.</summary>
    Hint,

    /// <summary>It could not be applied; an operator sees its failed job.</summary>
    Failed,

    /// <summary>We sent it ourselves to try the way in; it was read and touched nothing.</summary>
    Probe,
}
