namespace Payments.Domain.Cases;

/// <summary>The kinds of case.</summary>
public static class CaseKind
{
    /// <summary>Nobody could tell what became of it before the questions ran out.</summary>
    public const string OutcomeUnknown = "outcome_unknown";

    /// <summary>Safaricom named another amount than was asked for.</summary>
    public const string AmountDiffers = "amount_differs";

    /// <summary>A second receipt number for one payment, or one number for two payments.</summary>
    public const string ReceiptConflict = "receipt_conflict";

    /// <summary>One payment seen twice could be any of several.</summary>
    public const string AmbiguousMatch = "ambiguous_match";

    /// <summary>A success arrived for what had been called failed.</summary>
    public const string SucceededAfterFailure = "succeeded_after_failure";

    /// <summary>The other party or the amount of a payout differs from what was sent.</summary>
    public const string PartyDiffers = "party_differs";

    /// <summary>A reversal was refused in a way that may mean it already happened.</summary>
    public const string ReversalRefused = "reversal_refused";

    /// <summary>Money that went out has come back: M-PESA says that it was reversed.</summary>
    public const string Reversed = "reversed";

    /// <summary>An authentic confirmation names a number that is not configured here (R17).</summary>
    public const string UnknownShortcode = "unknown_shortcode";

    /// <summary>A payout or refund waits to be sent, and has waited for long.</summary>
    public const string NotSent = "not_sent";

    /// <summary>An untrusted confirmation names an order of ours.</summary>
    public const string UntrustedConfirmation = "untrusted_confirmation";

    /// <summary>More of them than have a case each.</summary>
    public const string UntrustedConfirmations = "untrusted_confirmations";

    /// <summary>An authentic confirmation came of which number and amount cannot be made out: money that stands nowhere (R17).</summary>
    public const string UnreadableConfirmation = "unreadable_confirmation";

    /// <summary>Confirmations with our token come from an address that is not allowed: their money waits because of that alone.</summary>
    public const string ConfirmationsFromElsewhere = "confirmations_from_elsewhere";
}
