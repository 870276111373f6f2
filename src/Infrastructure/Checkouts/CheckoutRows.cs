using System.Text.Json;
using Payments.Application.Common;
using Payments.Domain.C2b;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Domain.Requests;
using Payments.Infrastructure.Requests;

namespace Payments.Infrastructure.Checkouts;

/// <summary>A row of <c>checkouts</c>, with names as the columns have them.</summary>
internal sealed record CheckoutRow
{
    /// <summary>
    /// The compared form of the shop's reference, as the index checkouts_client_reference has it. The columns <c>order_reference</c> and
    /// <c>reference_key</c> hold the account, which they were before there were others (docs/decisions/0059).
    /// </summary>
    public const string ReferenceKey = "CASE WHEN account_is_reference THEN reference_key ELSE client_reference_key END";

    public const string Columns =
        "id, client, order_reference AS account, CASE WHEN account_is_reference THEN order_reference ELSE client_reference END AS order_reference, external_id, "
        + "amount, paid, description, phone, return_url, metadata, status, version, created_at, updated_at, expires_at, ended_at";

    public CheckoutId Id { get; init; }
    public string Client { get; init; } = "";
    public string Account { get; init; } = "";
    public string? OrderReference { get; init; }
    public string? ExternalId { get; init; }
    public long Amount { get; init; }
    public long Paid { get; init; }
    public string? Description { get; init; }
    public string? Phone { get; init; }
    public string? ReturnUrl { get; init; }
    public string Metadata { get; init; } = "{}";
    public string Status { get; init; } = "";
    public int Version { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Read only where it is loaded to be changed.</summary>
    public string? PayerHash { get; init; }

    public Checkout ToDomain(OurShortcodes? ours = null)
    {
        return new()
        {
            Id = Id,
            Client = Client,
            Account = Domain.Checkouts.Account.Stored(Account),
            Reference = Domain.Checkouts.OrderReference.TryParse(OrderReference, out var reference) ? reference : null,
            ExternalId = ExternalId,
            Amount = Money.FromCents(Amount),
            Paid = Money.FromCents(Paid),
            Description = Description,
            Phone = Msisdn.TryParse(Phone, out var phone) ? phone : null,
            ReturnUrl = ReturnUrl,
            Metadata = Metadata == "{}" ? Empty : JsonSerializer.Deserialize<Dictionary<string, string>>(Metadata)!,
            Status = EnumNames.Read<CheckoutStatus>(Status),
            Version = Version,
            OriginalVersion = Version,
            CreatedAt = CreatedAt,
            UpdatedAt = UpdatedAt,
            ExpiresAt = ExpiresAt,
            EndedAt = EndedAt,
            Ours = ours ?? new("", null),
            PayerHash = PayerHash is null ? null : EnumNames.Read<PayerHash>(PayerHash),
        };
    }

    private static readonly Dictionary<string, string> Empty = [];
}

/// <summary>A row of <c>attempts</c>.</summary>
internal sealed record AttemptRow : ProviderRequestRow
{
    public const string Columns =
        Shared + ", checkout_id, phone, request_id, other_id, started_at, reported_failure_code, reported_result_code, reported_amount, reported_receipt";

    public CheckoutId CheckoutId { get; init; }
    public string? Phone { get; init; }
    public string? RequestId { get; init; }
    public string? OtherId { get; init; }
    public DateTimeOffset StartedAt { get; init; }
    public string? ReportedFailureCode { get; init; }
    public string? ReportedResultCode { get; init; }
    public long? ReportedAmount { get; init; }
    public ReceiptNumber? ReportedReceipt { get; init; }

    public Attempt ToDomain() => new()
    {
        Id = new(Id),
        CheckoutId = CheckoutId,
        Phone = Msisdn.TryParse(Phone, out var phone) ? phone : null,
        Amount = Money.FromCents(Amount),
        Request = ToRequest((RequestStatus)EnumNames.Read<AttemptStatus>(Status), new(RequestId, OtherId), StartedAt),
        UnconfirmedFailure = ReportedFailureCode is null ? null : new(
            EnumNames.Read<FailureCode>(ReportedFailureCode), ReportedResultCode, "Safaricom could not complete the payment.", true),
        UnconfirmedAmount = ReportedAmount is { } cents ? Money.FromCents(cents) : null,
        UnconfirmedReceipt = ReportedReceipt,
    };
}

/// <summary>A row of <c>receipts</c>.</summary>
internal sealed record ReceiptRow
{
    public const string Columns =
        "id, receipt, checkout_id, attempt_id, amount, applied, surplus, surplus_due_at, method, settled_by, account, payer, payer_name, at, late, "
        + "inferred, created_at, written_off, shortcode";

    public ReceiptId Id { get; init; }
    public ReceiptNumber? Receipt { get; init; }
    public CheckoutId? CheckoutId { get; init; }
    public AttemptId? AttemptId { get; init; }
    public long Amount { get; init; }
    public long Applied { get; init; }
    public long Surplus { get; init; }
    public DateTimeOffset? SurplusDueAt { get; init; }
    public string Method { get; init; } = "";
    public string SettledBy { get; init; } = "";
    public string Account { get; init; } = "";
    public string? Payer { get; init; }
    public string? PayerName { get; init; }
    public DateTimeOffset At { get; init; }
    public bool Late { get; init; }
    public bool Inferred { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public long WrittenOff { get; init; }
    public string? Shortcode { get; init; }

    /// <summary>Read only with till payments that stand nowhere.</summary>
    public string[]? Rivals { get; init; }

    public Receipt ToDomain() => new()
    {
        Id = Id,
        Number = Receipt,
        CheckoutId = CheckoutId,
        AttemptId = AttemptId,
        Amount = Money.FromCents(Amount),
        Applied = Money.FromCents(Applied),
        Surplus = Money.FromCents(Surplus),
        SurplusDueAt = SurplusDueAt,
        Method = EnumNames.Read<PaymentMethod>(Method),
        SettledBy = EnumNames.Read<SettledBy>(SettledBy),
        Account = Account,
        Shortcode = Shortcode,
        Rivals = [.. (Rivals ?? []).Select(rival => Msisdn.TryParse(rival, out var phone) ? phone : (Msisdn?)null)],
        Payer = Payer,
        PayerName = PayerName,
        At = At,
        Late = Late,
        IsInferred = Inferred,
        RecordedAt = CreatedAt,
        WrittenOff = Money.FromCents(WrittenOff),
    };
}
