namespace Payments.Domain.Receipts;

/// <summary>How far a payment that names no order may be that of a prompt.</summary>
public enum TillClaim
{
    /// <summary>It is another payment.</summary>
    None,

    /// <summary>
    /// Its payer is not shown, and the prompt is not known to be paid: it may be anybody's, so it pays nothing; but it may be this one's, so it is
    /// no other's for certain either.
    /// </summary>
    Rival,

    /// <summary>The same payer and amount as a success without a number, at another time: do the clocks differ?</summary>
    Astray,

    /// <summary>Its payer is not shown, and a query says that such a payment was made: taken for it if it can be no other's.</summary>
    Unseen,

    /// <summary>The same payer, amount and time.</summary>
    Sure,
}
