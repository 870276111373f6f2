namespace Payments.Application.Callbacks;

/// <summary>The kinds of callback Safaricom sends us, by the endpoint they arrive at; in the inbox and in JSON by these names. Everything else about them stands in the catalogue of Daraja's operations.</summary>
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
