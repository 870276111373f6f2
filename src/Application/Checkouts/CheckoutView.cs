using System.Text.Json.Serialization;
using Payments.Application.Common;
using Payments.Application.Refunds;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Application.Checkouts;

/// <summary>A checkout as the API shows it (docs/checkout.md). Amounts are shillings with at most two decimals.</summary>
/// <param name="Account">What a customer types at the Pay Bill to pay it; no other checkout ever has it.</param>
/// <param name="OrderReference">The shop's own reference; null where it gave none.</param>
/// <param name="ExternalId">The id the shop's platform has for it; null where it gave none, and to the holder of a clientSecret.</param>
/// <param name="Surplus">What came beyond the amount and is still here, to be given back.</param>
/// <param name="PayUrl">The page on which its customer pays, with the key to it: in answers to a shop's own key; null in events, and to the holder of a clientSecret.</param>
/// <param name="Late">True when money that counts came after the checkout had failed or expired.</param>
public sealed record CheckoutView(
    string Id, string Status, string Account, string? OrderReference, string? ExternalId, decimal Amount, decimal AmountPaid, decimal AmountDue, decimal AmountRefunded,
    decimal Surplus, bool Late, string Currency,
    string? Description, string? Phone, IReadOnlyDictionary<string, string> Metadata, PaymentView? Payment, IReadOnlyList<PaymentView> Payments,
    FailureView? Failure, IReadOnlyList<AttemptView> Attempts, IReadOnlyList<RefundView> Refunds, string? ReturnUrl, string? PayUrl, int Version,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset ExpiresAt)
{
    /// <summary>The key to this one checkout; only in the answer to the shop that makes it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ClientSecret { get; init; }

    /// <summary>Why no prompt went out although one was asked for; null otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PromptRefusedView? PromptRefused { get; init; }

    /// <summary>Shows a checkout; to the holder of its clientSecret with phones masked and without Safaricom's ids.</summary>
    public static CheckoutView Of(Checkout checkout, bool toShop)
    {
        string? Show(Msisdn? phone) => phone is not { } p ? null : toShop ? p.Value : p.Masked;
        var payments = checkout.Receipts.Where(r => r.Applied > Money.Zero).Select(PaymentView.Of).ToList();
        var last = checkout.Attempts.LastOrDefault();
        return new(
            checkout.Id.ToString(), EnumNames.Name(checkout.Status), checkout.Account.Value, checkout.Reference?.Value,
            toShop ? checkout.ExternalId : null, checkout.Amount.Shillings,
            checkout.Paid.Shillings, checkout.Due.Shillings, checkout.Refunded.Shillings, checkout.Surplus.Shillings, checkout.IsLate,
            "KES", checkout.Description, Show(checkout.Phone),
            toShop ? checkout.Metadata : new Dictionary<string, string>(),
            checkout.Status == CheckoutStatus.Paid ? payments.LastOrDefault() : null, payments,
            checkout.Status == CheckoutStatus.Paid ? null : FailureView.Of(last?.Failure, last?.EndedAt),
            [.. checkout.Attempts.Select(a => new AttemptView(
                a.Id.ToString(), EnumNames.Name(a.Status), Show(a.Phone), a.Amount.Shillings, toShop ? a.RequestId : null,
                a.StartedAt, a.EndedAt, a.Status == AttemptStatus.Succeeded ? "0" : a.Failure?.ResultCode, FailureView.Of(a.Failure, a.EndedAt)))],
            [.. checkout.Refunds.Select(r => RefundView.Of(r, toShop))], checkout.ReturnUrl, null, checkout.Version, checkout.CreatedAt, checkout.UpdatedAt, checkout.ExpiresAt);
    }
}

/// <summary>Money applied to a checkout.</summary>
/// <param name="Receipt">M-PESA's number; null while only a query knows of it.</param>
/// <param name="Late">True when the checkout had failed or expired before it came.</param>
public sealed record PaymentView(string? Receipt, decimal Amount, string Method, string SettledBy, bool Late, DateTimeOffset At)
{
    internal static PaymentView Of(Receipt receipt) => new(
        receipt.Number?.Value, receipt.Applied.Shillings, EnumNames.Name(receipt.Method), EnumNames.Name(receipt.SettledBy), receipt.Late, receipt.At);
}

/// <summary>Why money did not move.</summary>
public sealed record FailureView(string Code, string? ResultCode, string Message, bool Retryable, DateTimeOffset? RetryAt)
{
    internal static FailureView? Of(Failure? failure, DateTimeOffset? at) => failure is null
        ? null
        : new(EnumNames.Name(failure.Code), failure.ResultCode, failure.Message, failure.Retryable, failure.RetryAfter is { } wait ? at + wait : null);
}

/// <summary>One STK push.</summary>
/// <param name="Phone">Null once its time is over.</param>
public sealed record AttemptView(
    string Id, string Status, string? Phone, decimal Amount, string? CheckoutRequestId, DateTimeOffset StartedAt, DateTimeOffset? EndedAt,
    string? ResultCode, FailureView? Failure);

/// <summary>Why no prompt went out although one was asked for.</summary>
public sealed record PromptRefusedView(string Code, DateTimeOffset? RetryAt);
