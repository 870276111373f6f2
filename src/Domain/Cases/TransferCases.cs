using Payments.Domain.Common;
using Payments.Domain.Transfers;

namespace Payments.Domain.Cases;

/// <summary>What never changes of a payout or refund that a case is about.</summary>
/// <param name="TypeName"><c>payout</c> or <c>refund</c>.</param>
public sealed record TransferFacts(TransferId Id, CheckoutId? CheckoutId, string TypeName, Money Amount)
{
    public static TransferFacts Of(Transfer transfer) => new(transfer.TransferId, transfer.CheckoutId, transfer.TypeName, transfer.Amount);
}

/// <summary>A question about one payout or refund.</summary>
public abstract record TransferCase(string Kind, TransferFacts Transfer) : Case(Kind, Transfer.Id.Value, Transfer.CheckoutId);

/// <summary>What is told of it differs from what was sent (R9).</summary>
/// <param name="Difference">What differs, or what else it may mean.</param>
/// <param name="Source">Who told it.</param>
/// <param name="IsSettled">True where it is left as it is; else it is in doubt now.</param>
public sealed record TransferDiffers(string Kind, TransferFacts Transfer, string Difference, string Source, bool IsSettled) : TransferCase(Kind, Transfer);

/// <summary>Its queries are exhausted (R11).</summary>
/// <param name="Queries">How often Safaricom was asked; null where it gave no id to ask by.</param>
public sealed record TransferOutcomeUnknown(TransferFacts Transfer, DateTimeOffset? SentAt, int? Queries, string? LastAnswer)
    : TransferCase(CaseKind.OutcomeUnknown, Transfer);

/// <summary>It had failed, and a result came that could not be read: it may be a success (R4).</summary>
public sealed record UnreadableAfterFailure(TransferFacts Transfer, Failure? Failure) : TransferCase(CaseKind.SucceededAfterFailure, Transfer);

/// <summary>It had failed, and a result says success without an amount or a receipt, which proves nothing.</summary>
public sealed record UnprovenSuccessAfterFailure(TransferFacts Transfer, Failure? Failure) : TransferCase(CaseKind.SucceededAfterFailure, Transfer);

/// <summary>It had failed and has succeeded (R4).</summary>
/// <param name="Receipt">M-PESA's number of the movement; null where only a query knows.</param>
public sealed record SucceededAfterFailure(TransferFacts Transfer, Failure Failure, ReceiptNumber? Receipt) : TransferCase(CaseKind.SucceededAfterFailure, Transfer);

/// <summary>A second receipt number for one completed movement.</summary>
public sealed record SecondReceipt(TransferFacts Transfer, ReceiptNumber Known, ReceiptNumber Told) : TransferCase(CaseKind.ReceiptConflict, Transfer);

/// <summary>A reversal was refused in a way that may mean it happened before (R12).</summary>
public sealed record ReversalRefused(TransferFacts Transfer, Failure Failure) : TransferCase(CaseKind.ReversalRefused, Transfer);

/// <summary>Its money moved and came back before it was known to have moved: it failed.</summary>
public sealed record CameBack(TransferFacts Transfer, ReceiptNumber? Receipt) : TransferCase(CaseKind.Reversed, Transfer);

/// <summary>Its money came back after it had completed, and it stays so.</summary>
/// <param name="StateText">TransactionStatus as sent.</param>
public sealed record CameBackAfterCompletion(TransferFacts Transfer, ReceiptNumber? Receipt, string StateText) : TransferCase(CaseKind.Reversed, Transfer);

/// <summary>It waits to be sent, and has waited for long (R19).</summary>
/// <param name="Why">What it waits for, as far as that was told.</param>
/// <param name="IsAfterRestore">True where the books were restored, so that it may have been sent before.</param>
public sealed record NotSent(TransferFacts Transfer, DateTimeOffset OrderedAt, string? Why, bool IsAfterRestore) : TransferCase(CaseKind.NotSent, Transfer);
