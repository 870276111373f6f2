using Payments.Domain.Cases;

namespace Payments.Domain.Receipts;

/// <summary>Which money that is known already a message tells of (R7).</summary>
public abstract record ReceiptMatch
{
    private ReceiptMatch()
    {
    }

    /// <summary>This one, and no other.</summary>
    public sealed record Same(Receipt Receipt) : ReceiptMatch;

    /// <summary>None of what is known: money that nobody has told of yet.</summary>
    public sealed record None : ReceiptMatch;

    /// <summary>It may be any of several, or one that nobody can be sure of: a person decides, and nothing is counted twice meanwhile.</summary>
    /// <param name="IsAtAnotherTime">True where only M-PESA's time speaks against them.</param>
    public sealed record Ambiguous(IReadOnlyList<Receipt> Candidates, bool IsAtAnotherTime = false) : ReceiptMatch;

    /// <summary>None can be it, but it names another amount than was asked for: it is not believed by itself (R9).</summary>
    public sealed record OtherAmount : ReceiptMatch;

    /// <summary>What it says cannot be.</summary>
    public sealed record Contradiction(Conflict Conflict) : ReceiptMatch;
}
