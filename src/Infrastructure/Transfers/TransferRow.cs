using Payments.Application.Common;
using Payments.Domain.Common;
using Payments.Domain.Payouts;
using Payments.Domain.Refunds;
using Payments.Domain.Requests;
using Payments.Domain.Transfers;
using Payments.Infrastructure.Requests;

namespace Payments.Infrastructure.Transfers;

/// <summary>What rows of <c>payouts</c> and <c>refunds</c> have in common, with names as the columns have them.</summary>
internal abstract record TransferRow : ProviderRequestRow
{
    protected const string OfTransfer =
        Shared + ", client, conversation_id, originator_id, heard, receipt, refused_with, created_at, updated_at, sending_at, waiting_for, retry_at, wait_told";

    public string Client { get; init; } = "";
    public string? ConversationId { get; init; }
    public string? OriginatorId { get; init; }
    public bool Heard { get; init; }
    public ReceiptNumber? Receipt { get; init; }
    public string? RefusedWith { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public DateTimeOffset? SendingAt { get; init; }
    public string? WaitingFor { get; init; }
    public DateTimeOffset? RetryAt { get; init; }
    public bool WaitTold { get; init; }

    protected TransferStatus State => EnumNames.Read<TransferStatus>(Status);

    protected ProviderRequest Request => ToRequest((RequestStatus)State, new(ConversationId, OriginatorId), SendingAt);

    protected SendWait Waiting => new(WaitingFor is null ? null : EnumNames.Read<SendBlocker>(WaitingFor), RetryAt, WaitTold);
}

/// <summary>A row of <c>payouts</c>.</summary>
internal sealed record PayoutRow : TransferRow
{
    public const string Columns = OfTransfer + ", reference, method, recipient, account, reason, remarks";

    public string Reference { get; init; } = "";
    public string Method { get; init; } = "";
    public string? Recipient { get; init; }
    public string? Account { get; init; }
    public string Reason { get; init; } = "";
    public string? Remarks { get; init; }

    public Payout ToDomain() => new()
    {
        Id = new(Id),
        Client = Client,
        Amount = Money.FromCents(Amount),
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
        Request = Request,
        OriginalStatus = State,
        CallbackReceived = Heard,
        Receipt = Receipt,
        RefusedWith = RefusedWith,
        Waiting = Waiting,
        Reference = Reference,
        Method = EnumNames.Read<PayoutMethod>(Method),
        Recipient = Recipient,
        Account = Account,
        Reason = Reason,
        Remarks = Remarks,
    };
}

/// <summary>A row of <c>refunds</c>.</summary>
internal sealed record RefundRow : TransferRow
{
    public const string Columns = OfTransfer + ", checkout_id, receipt_id, original_receipt, order_reference, method, recipient, reason, of_surplus, taken_from";

    public CheckoutId? CheckoutId { get; init; }
    public ReceiptId ReceiptId { get; init; }
    public ReceiptNumber OriginalReceipt { get; init; }
    public string? OrderReference { get; init; }
    public string Method { get; init; } = "";
    public string? Recipient { get; init; }
    public string? Reason { get; init; }
    public bool OfSurplus { get; init; }
    public string TakenFrom { get; init; } = "counted";

    public Refund ToDomain() => new()
    {
        Id = new(Id),
        Client = Client,
        Amount = Money.FromCents(Amount),
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
        Request = Request,
        OriginalStatus = State,
        CallbackReceived = Heard,
        Receipt = Receipt,
        RefusedWith = RefusedWith,
        Waiting = Waiting,
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
    };
}
