using System.Text.Json;
using Payments.Application.Common;
using Payments.Application.Transfers;
using Payments.Domain.Payouts;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;

namespace Payments.Infrastructure.Transfers;

/// <summary>What an event says of its payout or refund: enough to act on, no personal data. The whole is one GET away.</summary>
internal static class TransferEventData
{
    public static string Of(Transfer transfer)
    {
        var failure = transfer is { IsCancelled: false, Failure: { } f } ? EnumNames.Name(f.Code) : null;
        return transfer switch
        {
            Payout payout => JsonSerializer.Serialize(new
            {
                id = payout.Id.ToString(),
                reference = payout.Reference,
                status = TransferStates.Name(payout),
                method = EnumNames.Name(payout.Method),
                amount = payout.Amount.Shillings,
                receipt = payout.Receipt?.Value,
                failure,
            }),
            Refund refund => JsonSerializer.Serialize(new
            {
                id = refund.Id.ToString(),
                checkoutId = refund.CheckoutId?.ToString(),
                reference = refund.OrderReference,
                originalReceipt = refund.OriginalReceipt.Value,
                status = TransferStates.Name(refund),
                method = EnumNames.Name(refund.Method),
                amount = refund.Amount.Shillings,
                receipt = refund.Receipt?.Value,
                failure,
            }),
            _ => throw new InvalidOperationException($"There is no event for a {transfer.GetType().Name}."),
        };
    }
}
