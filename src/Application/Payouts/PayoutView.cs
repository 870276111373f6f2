using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Transfers;
using Payments.Domain.Payouts;
using Payments.Domain.Transfers;

namespace Payments.Application.Payouts;

/// <summary>A payout as the API shows it (docs/payouts.md). Amounts are shillings.</summary>
/// <param name="Status"><c>queued</c>, <c>sending</c>, <c>sent</c>, <c>in_doubt</c>, <c>completed</c>, <c>failed</c> or <c>cancelled</c>.</param>
/// <param name="Recipient">Null for a phone whose time is over, like account and remarks then.</param>
/// <param name="Receipt">M-PESA's number; null until it has moved, or while only a query knows.</param>
/// <param name="SettledBy"><c>callback</c>, <c>status_query</c> or <c>operator</c>; null while it is not settled or was refused at once.</param>
/// <param name="Failure">Why it failed; null unless it did. What could not be sent has not failed.</param>
/// <param name="WaitingFor">What keeps it from being sent; null when nothing does, or when it is queued no more.</param>
/// <param name="Doubt">Why it is in doubt; null when it is not.</param>
public sealed record PayoutView(
    string Id, string Status, string Method, string? Recipient, string? Account, decimal Amount, string Currency, string Reason, string? Remarks,
    string Reference, string? Receipt, string? SettledBy, FailureView? Failure, WaitView? WaitingFor, string? Doubt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>Shows a payout.</summary>
    public static PayoutView Of(Payout payout) => new(
        payout.Id.ToString(), TransferStates.Name(payout), EnumNames.Name(payout.Method), payout.Recipient, payout.Account,
        payout.Amount.Shillings, "KES", payout.Reason, payout.Remarks, payout.Reference, payout.Receipt?.Value,
        payout.SettledBy is { } by ? EnumNames.Name(by) : null, TransferStates.Failure(payout), WaitView.Of(payout),
        payout.Status == TransferStatus.InDoubt ? payout.LastAnswer : null, payout.CreatedAt, payout.UpdatedAt);
}
