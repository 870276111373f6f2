namespace Payments.Domain.Common;

/// <summary>What Safaricom said became of one request for money, whoever told it: a callback or an answer to a question.</summary>
public abstract record PaymentResult
{
    private PaymentResult()
    {
    }

    /// <summary>The money moved.</summary>
    /// <param name="Receipt">M-PESA's receipt number; null from an STK query, which does not give it.</param>
    /// <param name="Amount">The amount that moved; null from an STK query.</param>
    /// <param name="Payer">The other party's number as given, possibly masked or hashed; never a key.</param>
    /// <param name="At">When M-PESA says it moved.</param>
    public sealed record Succeeded(ReceiptNumber? Receipt, Money? Amount, string? Payer, DateTimeOffset? At) : PaymentResult;

    /// <summary>The money did not move.</summary>
    /// <param name="Failure">Why.</param>
    /// <param name="Certainty">How far the code can be believed (R5).</param>
    public sealed record Failed(Failure Failure, Certainty Certainty) : PaymentResult;

    /// <summary>Still under way: 4999 or "The transaction is being processed".</summary>
    public sealed record Pending : PaymentResult;

    /// <summary>No answer to the question: an error, HTML, silence, an unknown id, a refused question.</summary>
    /// <param name="Why">What came instead, safe to log and to show an operator.</param>
    public sealed record Indeterminate(string Why) : PaymentResult
    {
        /// <summary>True when the question never reached Safaricom, or was turned away unread: it was not asked at all.</summary>
        public bool WasNotAsked { get; init; }
    }
}

/// <summary>How far a failure code can be believed (R5).</summary>
public enum Certainty
{
    /// <summary>Listed as final: it settles.</summary>
    Final,

    /// <summary>Listed, but marked "query first": a callback with it settles nothing until a query agrees.</summary>
    QueryFirst,

    /// <summary>Not listed: neither a callback nor a query alone settles with it.</summary>
    UnknownCode,
}
