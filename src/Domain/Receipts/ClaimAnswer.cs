namespace Payments.Domain.Receipts;

/// <summary>What a customer is told who says that he has paid with a number of M-PESA's.</summary>
public enum ClaimAnswer
{
    /// <summary>Its money stands on his checkout.</summary>
    Yours,

    /// <summary>It is another order's, went out or went back, or was written off. Whose it is is not said.</summary>
    AlreadyUsed,

    /// <summary>Nobody has told us of it yet: Safaricom is asked, and it is his when its money comes and agrees.</summary>
    Asking,

    /// <summary>It is here, and does not agree with what he was to pay: nothing moves, a person decides.</summary>
    DoesNotAgree,
}

/// <summary>Why a receipt is not taken for a checkout's although a customer says that it is.</summary>
public enum ClaimDoubt
{
    /// <summary>Another amount than is due.</summary>
    Amount,

    /// <summary>Paid before the checkout was made, or in the future.</summary>
    Time,

    /// <summary>As far as it shows its payer, somebody else paid it.</summary>
    Payer,

    /// <summary>Nothing is due: paid, or given up.</summary>
    NothingDue,

    /// <summary>Paid to a number that is not configured here.</summary>
    OtherShortcode,

    /// <summary>It may be the payment of a prompt that a query called paid, or of none.</summary>
    Ambiguous,
}
