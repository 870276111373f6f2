using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Transfers;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;

namespace Payments.Application.Refunds;

/// <summary>A refund as the API shows it (docs/payouts.md). Amounts are shillings.</summary>
/// <param name="Status"><c>queued</c>, <c>sending</c>, <c>sent</c>, <c>in_doubt</c>, <c>completed</c>, <c>failed</c> or <c>cancelled</c>.</param>
/// <param name="Method"><c>reversal</c> of the whole receipt, or <c>b2c</c> to the payer.</param>
/// <param name="Recipient">Whose money it is, as far as known; masked for a clientSecret; null once its time is over, like the reason.</param>
/// <param name="Reference">The order reference; null for money without an order.</param>
/// <param name="OriginalReceipt">The receipt it gives back.</param>
/// <param name="Receipt">M-PESA's number of the refund itself.</param>
/// <param name="WaitingFor">What keeps it from being sent; null when nothing does, when it is queued no more, and for a clientSecret.</param>
/// <param name="Doubt">Why it is in doubt; null when it is not.</param>
public sealed record RefundView(
    string Id, string Status, string Method, string? Recipient, decimal Amount, string Currency, string? Reason, string? Reference, string? CheckoutId,
    string OriginalReceipt, string? Receipt, string? SettledBy, FailureView? Failure, WaitView? WaitingFor, string? Doubt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>Shows a refund; to the holder of the checkout's clientSecret with the phone masked.</summary>
    public static RefundView Of(Refund refund, bool toShop) => new(
        refund.Id.ToString(), TransferStates.Name(refund), EnumNames.Name(refund.Method),
        toShop ? refund.Recipient?.Value : refund.Recipient?.Masked, refund.Amount.Shillings, "KES", refund.Reason, refund.OrderReference,
        refund.CheckoutId?.ToString(), refund.OriginalReceipt.Value, refund.Receipt?.Value,
        refund.SettledBy is { } by ? EnumNames.Name(by) : null, TransferStates.Failure(refund), toShop ? WaitView.Of(refund) : null,
        toShop && refund.Status == TransferStatus.InDoubt ? refund.LastAnswer : null, refund.CreatedAt, refund.UpdatedAt);
}
