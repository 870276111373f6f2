#pragma warning disable CA1036 // Rows are written in the order of their numbers; nobody asks which of two is less.

namespace Payments.Domain.Common;

/// <summary>
/// M-PESA's number of one movement of money, as M-PESA gives it: two are the same where every character is. Whoever reads one from outside says
/// what one may look like.
/// </summary>
public readonly record struct ReceiptNumber(string Value) : IComparable<ReceiptNumber>
{
    /// <summary>As people type it: M-PESA's are all in capitals.</summary>
    public static ReceiptNumber Typed(string text) => new(text.Trim().ToUpperInvariant());

    public int CompareTo(ReceiptNumber other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}
