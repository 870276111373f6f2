using Payments.Domain.Common;

namespace Payments.Domain.Cases;

/// <summary>Why a receipt cannot be an attempt's payment although it is told to be.</summary>
public abstract record Conflict
{
    private Conflict()
    {
    }

    /// <summary>One push brings one receipt (R6), and it has another.</summary>
    public sealed record SecondNumber(ReceiptNumber Known, ReceiptNumber Told) : Conflict;

    /// <summary>The number already paid another prompt.</summary>
    public sealed record PaidOtherAttempt(ReceiptNumber Number) : Conflict;

    /// <summary>The number is applied to another order.</summary>
    public sealed record PaidOtherCheckout(ReceiptNumber Number) : Conflict;

    /// <summary>A confirmation of the number names another amount.</summary>
    public sealed record ConfirmedWithOtherAmount(ReceiptNumber Number, Money Told, Money Confirmed) : Conflict;

    /// <summary>Another amount than was asked for, where another receipt is taken for its payment.</summary>
    public sealed record PaidByOther(ReceiptNumber Number, Money Told, ReceiptNumber? Other) : Conflict;

    /// <summary>It is known to be paid, but its number, told before, pays for something else: counted here too, one payment would pay twice (R7).</summary>
    public sealed record NumberPaysElsewhere(ReceiptNumber? Number) : Conflict;

    /// <summary>It counts as paid, and its receipt is being refunded or has been.</summary>
    public sealed record AlreadyRefunded(ReceiptNumber Number) : Conflict;

    /// <summary>Both pay for this order, so they cannot be one: the receipt was there before the prompt.</summary>
    public sealed record PaidBeforePrompt(ReceiptNumber Number) : Conflict;
}
