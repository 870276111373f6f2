namespace Payments.Application.Diagnostics;

/// <summary>What an STK query for an id nobody has says of us.</summary>
public enum CredentialsState
{
    /// <summary>The id was not known: everything before that was.</summary>
    Agree,

    /// <summary>Shortcode and passkey do not belong together.</summary>
    WrongPasskey,

    /// <summary>No such shortcode.</summary>
    UnknownShortcode,

    /// <summary>The token, even a new one, was refused: no such product on the app, or the other environment's app.</summary>
    TokenRefused,

    /// <summary>No answer that says anything.</summary>
    Unclear,
}

/// <summary>What was said.</summary>
/// <param name="Words">Safaricom's own code and words, or what came instead.</param>
/// <param name="WasSuperseded">True when a good token of ours was refused and a new one was taken: somebody else minted one.</param>
public sealed record CredentialsResult(CredentialsState State, string Words, bool WasSuperseded);
