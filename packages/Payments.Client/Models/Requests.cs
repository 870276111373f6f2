namespace Payments.Client;

/// <summary>What a shop wants paid.</summary>
public sealed record CreateCheckout
{
    /// <summary>1–12 of <c>A–Z a–z 0–9 - _ . /</c> with at least one letter or digit; no two of a shop's checkouts ever have the same. Need not be given.</summary>
    public string? OrderReference { get; init; }

    /// <summary>The id your shop platform has for it: at most 200 characters of anything, not unique.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Whole shillings, 1–250000.</summary>
    public required int Amount { get; init; }

    /// <summary>A Kenyan mobile number (07…, 01…, +254…, 254…). With it the prompt goes out in the same call.</summary>
    public string? Phone { get; init; }

    /// <summary>At most 100 characters; the prompt shows the first 13.</summary>
    public string? Description { get; init; }

    /// <summary>Where a pay page sends the customer back to.</summary>
    public Uri? ReturnUrl { get; init; }

    /// <summary>1–10080, 1440 when absent.</summary>
    public int? ExpiresInMinutes { get; init; }

    /// <summary>At most 20 string values, 4 KiB together.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>Whom to prompt.</summary>
internal sealed record PayCheckout(string Phone);

/// <summary>What is to go back.</summary>
public sealed record CreateRefund
{
    /// <summary>Shillings, at most two decimals; absent: all that is left of the receipt.</summary>
    public decimal? Amount { get; init; }

    /// <summary>Which payment, by M-PESA's number; may be absent where only one can be meant.</summary>
    public string? Receipt { get; init; }

    /// <summary>2–100 characters; the remark on the statement.</summary>
    public required string Reason { get; init; }
}

/// <summary>What is to be sent.</summary>
public sealed record CreatePayout
{
    /// <summary>To a phone, or to a business's Pay Bill or till.</summary>
    public required PayoutMethod Method { get; init; }

    /// <summary>A Kenyan mobile number, or the 5–7 digits of a Pay Bill or till.</summary>
    public required string Recipient { get; init; }

    /// <summary>The account at the Pay Bill, at most 13 characters; only for a Pay Bill, and there required.</summary>
    public string? Account { get; init; }

    /// <summary>Whole shillings, 1–250000; to a phone from 10.</summary>
    public required int Amount { get; init; }

    /// <summary><see cref="PayoutReason.Business"/> when absent.</summary>
    public PayoutReason? Reason { get; init; }

    /// <summary>2–100 characters for the statement.</summary>
    public string? Remarks { get; init; }

    /// <summary>Your own name for it, unique among your payouts for ever.</summary>
    public required string Reference { get; init; }
}

/// <summary>Where to send what.</summary>
public sealed record CreateWebhook
{
    /// <summary>An https address of the Internet that answers POST itself, without a redirect; on the laptop stack also http and this machine.</summary>
    public required Uri Url { get; init; }

    /// <summary>The types wanted, see <see cref="EventTypes"/>; when absent all that your key may see, but for created and pending ones.</summary>
    public IReadOnlyList<string>? Events { get; init; }

    /// <summary>Up to 200 characters for yourself.</summary>
    public string? Description { get; init; }
}

/// <summary>What is to change about a webhook; what is absent stays.</summary>
public sealed record UpdateWebhook
{
    /// <summary>Where to send.</summary>
    public Uri? Url { get; init; }

    /// <summary>The types wanted; an empty list: what an absent one means for a new webhook.</summary>
    public IReadOnlyList<string>? Events { get; init; }

    /// <summary>Up to 200 characters for yourself.</summary>
    public string? Description { get; init; }

    /// <summary><see cref="WebhookStatus.Enabled"/> goes on where it stopped; <see cref="WebhookStatus.Disabled"/> stops.</summary>
    public WebhookStatus? Status { get; init; }
}

/// <summary>From when on to send again.</summary>
internal sealed record ResendSince(DateTimeOffset Since);
