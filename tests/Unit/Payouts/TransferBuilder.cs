using Payments.Domain.Common;
using Payments.Domain.Payouts;
using Payments.Domain.Receipts;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;

namespace Payments.Tests.Unit;

/// <summary>Payouts and results to try the rules on.</summary>
internal static class TransferBuilder
{
    public const string Recipient = "254708374149";

    public static readonly Failure NoFloat = new(FailureCode.InsufficientFunds, "1", "Our Utility account has not enough money.", false);

    public static Payout Payout(PayoutMethod method = PayoutMethod.Mpesa, int amount = 100) => Domain.Payouts.Payout.Queue(
        new(Guid.NewGuid()), "shop", "SALARY-1", method, method == PayoutMethod.Mpesa ? Recipient : "600000", method == PayoutMethod.Paybill ? "ACC" : null,
        Money.FromShillings(amount), "business", "Payment", CheckoutBuilder.Start);

    /// <summary>A refund of a receipt, of the whole or a part.</summary>
    public static Refund Refund(Receipt receipt, int? amount = null) => Domain.Refunds.Refund.Queue(
        new(Guid.NewGuid()), "shop", new(receipt, amount is { } a ? Money.FromShillings(a) : receipt.Amount, RefundMethod.B2c, CheckoutBuilder.Phone), null, "Back", true, CheckoutBuilder.Start);

    public static Payout Sent(this Payout payout)
    {
        payout.Send(CheckoutBuilder.Start + TimeSpan.FromMinutes(1), CheckoutBuilder.Start);
        payout.Accepted("AG_1", payout.OriginatorId ?? "their-1", CheckoutBuilder.Start);
        return payout;
    }

    public static PaymentResult.Succeeded Paid(string? receipt = "SG632NMUAB", int? amount = 100) =>
        new(Numbers.Of(receipt), amount is { } a ? Money.FromShillings(a) : null, Recipient, CheckoutBuilder.Start);

    public static PaymentResult.Failed NotPaid(Certainty certainty = Certainty.Final) => new(NoFloat, certainty);

    public static SettlementResult Hear(this Transfer transfer, PaymentResult outcome, string party = Recipient + " - JOHN DOE", bool isFinal = true) =>
        transfer.ApplyResult(outcome, isFinal, [party], CheckoutBuilder.Start);

    public static TransactionFound Found(
        this Transfer transfer, TransactionState state = TransactionState.Completed, int? amount = null, string party = Recipient + " - JOHN DOE",
        string? originator = null, string? receipt = "SG632NMUAB") => new(
            state, state.ToString(), Numbers.Of(receipt), originator ?? transfer.OriginatorId, transfer.ConversationId,
            amount is { } a ? Money.FromShillings(a) : transfer.Amount, ["600310 - Shop", party], CheckoutBuilder.Start);
}
