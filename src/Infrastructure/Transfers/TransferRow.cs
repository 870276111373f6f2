using Payments.Application.Common;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Payouts;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;

namespace Payments.Infrastructure.Transfers;

/// <summary>What rows of <c>payouts</c> and <c>refunds</c> have in common, with names as the columns have them.</summary>
internal abstract record TransferRow
{
    protected const string Shared =
        "id, client, amount, status, conversation_id, originator_id, heard, receipt, settled_by, failure_code, failure_result_code, failure_message, "
        + "failure_provider_text, failure_retryable, failure_retry_after, refused_with, disputed, questions, next_question_at, doubt, last_answer, created_at, "
        + "updated_at, sending_at, ended_at, waiting_for, retry_at, wait_told";

    public Guid Id { get; init; }
    public string Client { get; init; } = "";
    public long Amount { get; init; }
    public string Status { get; init; } = "";
    public string? ConversationId { get; init; }
    public string? OriginatorId { get; init; }
    public bool Heard { get; init; }
    public string? Receipt { get; init; }
    public string? SettledBy { get; init; }
    public string? FailureCode { get; init; }
    public string? FailureResultCode { get; init; }
    public string? FailureMessage { get; init; }
    public string? FailureProviderText { get; init; }
    public bool? FailureRetryable { get; init; }
    public int? FailureRetryAfter { get; init; }
    public string? RefusedWith { get; init; }
    public bool Disputed { get; init; }
    public int Questions { get; init; }
    public DateTimeOffset? NextQuestionAt { get; init; }
    public string? Doubt { get; init; }
    public string? LastAnswer { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public DateTimeOffset? SendingAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public string? WaitingFor { get; init; }
    public DateTimeOffset? RetryAt { get; init; }
    public bool WaitTold { get; init; }

    protected TransferStatus State => EnumNames.Read<TransferStatus>(Status);

    /// <summary>Fills in what is not fixed when a transfer is made.</summary>
    protected T Fill<T>(T transfer)
        where T : Transfer
    {
        transfer.ConversationId = ConversationId;
        transfer.OriginatorId = OriginatorId;
        transfer.CallbackReceived = Heard;
        transfer.Receipt = Receipt;
        transfer.SettledBy = SettledBy is null ? null : EnumNames.Read<SettledBy>(SettledBy);
        transfer.Failure = FailureCode is null ? null : new(
            EnumNames.Read<FailureCode>(FailureCode), FailureResultCode, FailureMessage ?? "", FailureRetryable ?? false,
            FailureRetryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null, FailureProviderText);
        transfer.RefusedWith = RefusedWith;
        transfer.HasConflictingResult = Disputed;
        transfer.QueryCount = Questions;
        transfer.NextQueryAt = NextQuestionAt;
        transfer.UnknownReason = Doubt;
        transfer.LastAnswer = LastAnswer;
        transfer.SendingAt = SendingAt;
        transfer.EndedAt = EndedAt;
        transfer.WaitingFor = WaitingFor is null ? null : EnumNames.Read<SendBlocker>(WaitingFor);
        transfer.RetryAt = RetryAt;
        transfer.IsWaitAnnounced = WaitTold;
        return transfer;
    }
}

/// <summary>A row of <c>payouts</c>.</summary>
internal sealed record PayoutRow : TransferRow
{
    public const string Columns = Shared + ", reference, method, recipient, account, reason, remarks";

    public string Reference { get; init; } = "";
    public string Method { get; init; } = "";
    public string? Recipient { get; init; }
    public string? Account { get; init; }
    public string Reason { get; init; } = "";
    public string? Remarks { get; init; }

    public Payout ToDomain() => Fill(new Payout
    {
        Id = Id,
        Client = Client,
        Amount = Money.FromCents(Amount),
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
        Status = State,
        OriginalStatus = State,
        Reference = Reference,
        Method = EnumNames.Read<PayoutMethod>(Method),
        Recipient = Recipient,
        Account = Account,
        Reason = Reason,
        Remarks = Remarks,
    });
}

/// <summary>A row of <c>refunds</c>.</summary>
internal sealed record RefundRow : TransferRow
{
    public const string Columns = Shared + ", checkout_id, receipt_id, original_receipt, order_reference, method, recipient, reason, of_surplus, taken_from";

    public Guid? CheckoutId { get; init; }
    public Guid ReceiptId { get; init; }
    public string OriginalReceipt { get; init; } = "";
    public string? OrderReference { get; init; }
    public string Method { get; init; } = "";
    public string? Recipient { get; init; }
    public string? Reason { get; init; }
    public bool OfSurplus { get; init; }
    public string TakenFrom { get; init; } = "counted";

    public Refund ToDomain() => Fill(new Refund
    {
        Id = Id,
        Client = Client,
        Amount = Money.FromCents(Amount),
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
        Status = State,
        OriginalStatus = State,
        OfCheckout = CheckoutId,
        ReceiptId = ReceiptId,
        OriginalReceipt = OriginalReceipt,
        OrderReference = OrderReference,
        Method = EnumNames.Read<RefundMethod>(Method),
        Recipient = Msisdn.TryParse(Recipient, out var phone) ? phone : null,
        Reason = Reason,
        OfSurplus = OfSurplus,
        Source = EnumNames.Read<RefundSource>(TakenFrom),
        LoadedSource = EnumNames.Read<RefundSource>(TakenFrom),
    });
}
