using Payments.Domain.Common;
using Payments.Domain.Transfers;

namespace Payments.Application.Callbacks;

/// <summary>A callback's body, read as far as it could be. Reading never throws, whatever the bytes.</summary>
public abstract record CallbackMessage
{
    private CallbackMessage()
    {
    }

    /// <summary>What kept it from being read plainly, without quoting the body; null when it came in the published form.</summary>
    public string? ReadLeniently { get; init; }

    /// <summary>Not what this kind of callback looks like.</summary>
    /// <param name="Why">For the verdict's detail: what is wrong, without quoting personal data.</param>
    public sealed record Malformed(string Why) : CallbackMessage
    {
        /// <summary>Confirmations: the receipt number it seems to name, in the form M-PESA is asked by; null when there is none, or more than one.</summary>
        public ReceiptNumber? Number { get; init; }

        /// <summary>Confirmations: what the customer typed, as far as it can be made out; empty when it cannot.</summary>
        public string Account { get; init; } = "";
    }

    /// <summary>The result of an STK push.</summary>
    /// <param name="RequestId">CheckoutRequestID as sent, null when absent.</param>
    /// <param name="Outcome">Never <see cref="PaymentResult.Indeterminate"/>.</param>
    public sealed record StkResult(string? RequestId, PaymentResult Outcome) : CallbackMessage;

    /// <summary>A C2B validation: whether a payment that has not moved yet is wanted.</summary>
    /// <param name="Shortcode">BusinessShortCode; null when absent.</param>
    /// <param name="Account">BillRefNumber as typed by the customer.</param>
    /// <param name="Amount">Null when it cannot be read.</param>
    public sealed record Validation(string? Shortcode, string Account, Money? Amount) : CallbackMessage;

    /// <summary>A C2B confirmation.</summary>
    /// <param name="Receipt">TransID.</param>
    /// <param name="Shortcode">BusinessShortCode, which says what was paid; null when absent. TransactionType is not read (R16).</param>
    /// <param name="Account">BillRefNumber as typed by the customer; empty when absent.</param>
    /// <param name="Payer">As given: plain, masked, spaced or a SHA-256.</param>
    /// <param name="PayerName">First, middle and last name joined; empty when none.</param>
    /// <param name="At">TransTime read as East Africa Time; null when unreadable.</param>
    public sealed record Confirmation(
        ReceiptNumber Receipt, string? Shortcode, string Account, Money Amount, string? Payer, string? PayerName, DateTimeOffset? At) : CallbackMessage;

    /// <summary>The result of a B2C, a B2B or a reversal.</summary>
    /// <param name="ConversationId">Safaricom's; null when absent.</param>
    /// <param name="OriginatorId">Ours for B2C v3, Safaricom's otherwise; null when absent.</param>
    /// <param name="IsFinal">False for ResultType 1: more is to come.</param>
    /// <param name="Outcome">Never <see cref="PaymentResult.Indeterminate"/>.</param>
    /// <param name="Counterparty">The receiver's public name or number as given (<c>254708374149 - JOHN DOE</c>).</param>
    /// <param name="OriginalReceipt">Reversals: OriginalTransactionID.</param>
    /// <param name="Accounts">Balances that came along, as <c>name: amount</c>; empty when none.</param>
    public sealed record TransferResult(
        string? ConversationId, string? OriginatorId, bool IsFinal, PaymentResult Outcome, string? Counterparty, ReceiptNumber? OriginalReceipt,
        IReadOnlyList<AccountBalance> Accounts) : CallbackMessage;

    /// <summary>A queue timeout, of whatever shape; ids where they could be found.</summary>
    public sealed record QueueTimeout(string? ConversationId, string? OriginatorId) : CallbackMessage;

    /// <summary>The result of a transaction status query (R10).</summary>
    /// <param name="ConversationId">The question's own ConversationID.</param>
    /// <param name="OriginatorId">The question's own OriginatorConversationID.</param>
    /// <param name="Problem">Why the question itself failed, null when it was answered.</param>
    /// <param name="Transaction">What was found; null when the question failed.</param>
    public sealed record StatusResult(
        string? ConversationId, string? OriginatorId, bool IsFinal, Failure? Problem, TransactionFound? Transaction) : CallbackMessage;

    /// <summary>The result of a balance query.</summary>
    public sealed record BalanceResult(
        string? ConversationId, string? OriginatorId, bool IsFinal, Failure? Problem, IReadOnlyList<AccountBalance> Accounts) : CallbackMessage
    {
        /// <summary>How many accounts the answer lists that could not be read.</summary>
        public int Unread { get; init; }
    }
}

/// <summary>An account of our shortcode and what is on it.</summary>
public sealed record AccountBalance(string Name, Money Available);

/// <summary>Reads callback bodies; protocol knowledge lives behind it.</summary>
public interface ICallbackReader
{
    /// <summary>Reads one body. Never throws; anything unreadable is <see cref="CallbackMessage.Malformed"/>.</summary>
    CallbackMessage Read(CallbackKind kind, ReadOnlyMemory<byte> body);
}
