namespace Payments.Application.Callbacks;

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
