using Payments.Domain.Common;

namespace Payments.Domain.Transfers;

/// <summary>A transaction as a status query describes it.</summary>
/// <param name="State">TransactionStatus as a decision: completed, dead (Cancelled, Declined, Expired), reversed or anything else.</param>
/// <param name="StateText">TransactionStatus as sent.</param>
/// <param name="OriginatorId">The transaction's own OriginatorConversationID, null when absent.</param>
/// <param name="Parties">Debit and credit party names as given (<c>254708374149 - JOHN DOE</c>).</param>
public sealed record TransactionFound(
    TransactionState State, string StateText, ReceiptNumber? Receipt, string? OriginatorId, string? ConversationId, Money? Amount,
    IReadOnlyList<string> Parties, DateTimeOffset? At);

/// <summary>What a status query says of a transaction.</summary>
public enum TransactionState
{
    /// <summary>Initiated, authorised, unknown: ask again.</summary>
    UnderWay,

    /// <summary>Completed: the money moved.</summary>
    Completed,

    /// <summary>Cancelled, Declined or Expired: it will not move.</summary>
    NotCompleted,

    /// <summary>The money moved and has come back.</summary>
    Reversed,
}
