using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Payouts;
using Payments.Domain.Receipts;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>Money that moved and came back: told as that, whatever is said before and after it, and in whatever order.</summary>
public sealed class ComeBackTests
{
    private static readonly DateTimeOffset Now = CheckoutBuilder.Start;

    [Fact]
    public void What_came_back_is_failed_with_its_receipt_and_a_case_and_no_disagreement()
    {
        var payout = TransferBuilder.Payout().Sent();

        Assert.Equal(SettlementResult.Applied, payout.ApplyStatusResult(payout.Found(TransactionState.Reversed), Now));

        Assert.Equal((TransferStatus.Failed, "SG632NMUAB", SettledBy.StatusQuery), (payout.Status, payout.Receipt?.Value, payout.SettledBy));
        Assert.Equal((FailureCode.Rejected, "Reversed", false), (payout.Failure!.Code, payout.Failure.ResultCode, payout.Failure.Retryable));
        Assert.Equal(CaseKind.Reversed, Assert.Single(payout.Cases).Kind);
        Assert.Equal(["payout.failed"], payout.Events);
        Assert.Null(payout.NextQueryAt);
    }

    [Fact]
    public void A_success_that_comes_late_is_the_news_of_before()
    {
        var payout = TransferBuilder.Payout().Sent();
        payout.ApplyStatusResult(payout.Found(TransactionState.Reversed), Now);

        Assert.Equal(SettlementResult.Duplicate, payout.Hear(TransferBuilder.Paid()));
        Assert.Equal(SettlementResult.Duplicate, payout.Hear(TransferBuilder.Paid(receipt: null, amount: null)));
        Assert.Equal(SettlementResult.Duplicate, payout.ApplyStatusResult(payout.Found(), Now));
        Assert.Equal(SettlementResult.Duplicate, payout.ApplyStatusResult(payout.Found(TransactionState.Reversed), Now));
        payout.MarkUnreadableResult(Now);
        Assert.Equal(SettlementResult.Duplicate, payout.ApplyQueueTimeout(Now));

        Assert.Equal((TransferStatus.Failed, 1), (payout.Status, payout.Cases.Count));
    }

    [Fact]
    public void Another_receipt_after_it_is_another_payment_and_a_persons_question()
    {
        var payout = TransferBuilder.Payout().Sent();
        payout.ApplyStatusResult(payout.Found(TransactionState.Reversed), Now);

        Assert.Equal(SettlementResult.Applied, payout.Hear(TransferBuilder.Paid("SG632NMUAC")));

        Assert.Equal(TransferStatus.Completed, payout.Status);
        Assert.Contains(payout.Cases, c => c.Kind == CaseKind.SucceededAfterFailure);
    }

    [Fact]
    public void What_is_completed_stays_so_and_a_person_is_told()
    {
        var payout = TransferBuilder.Payout().Sent();
        payout.Hear(TransferBuilder.Paid());

        Assert.Equal(SettlementResult.Contradiction, payout.ApplyStatusResult(payout.Found(TransactionState.Reversed), Now));

        Assert.Equal((TransferStatus.Completed, CaseKind.Reversed), (payout.Status, Assert.Single(payout.Cases).Kind));
    }

    [Fact]
    public void Another_amount_or_receiver_is_still_a_disagreement()
    {
        foreach (var found in new Func<Payout, TransactionFound>[]
        {
            p => p.Found(TransactionState.Reversed, amount: 99), p => p.Found(TransactionState.Reversed, party: "254700000001 - SOMEBODY"),
        })
        {
            var payout = TransferBuilder.Payout().Sent();
            Assert.Equal(SettlementResult.Contradiction, payout.ApplyStatusResult(found(payout), Now));
            Assert.Equal(TransferStatus.InDoubt, payout.Status);
        }
    }

    [Fact]
    public void What_had_failed_has_failed()
    {
        var payout = TransferBuilder.Payout().Sent();
        payout.Hear(TransferBuilder.NotPaid());

        Assert.Equal(SettlementResult.Duplicate, payout.ApplyStatusResult(payout.Found(TransactionState.Reversed), Now));
        Assert.Equal(("1", 0), (payout.Failure!.ResultCode, payout.Cases.Count));
    }

    [Fact]
    public void Of_a_reversal_it_may_mean_that_it_was_done_so_nothing_else_is_sent_and_a_person_decides()
    {
        var receipt = new Receipt
        {
            Id = new(Guid.NewGuid()),
            Number = new ReceiptNumber("UGA7RT61SV"),
            Amount = Money.FromShillings(100),
            Method = PaymentMethod.Paybill,
            SettledBy = SettledBy.Confirmation,
            At = Now,
        };
        var refund = Refund.Queue(new(Guid.NewGuid()), "shop", new(receipt, receipt.Amount, RefundMethod.Reversal, CheckoutBuilder.Phone), null, "Back", ofSurplus: true, Now);
        refund.Send(Now + TimeSpan.FromMinutes(1), Now);
        refund.Accepted("AG_1", "their-1", Now);

        refund.ApplyStatusResult(refund.Found(TransactionState.Reversed), Now);

        Assert.Equal((TransferStatus.InDoubt, true, CaseKind.Reversed), (refund.Status, refund.IsReserved, Assert.Single(refund.Cases).Kind));
        Assert.Null(refund.NextQueryAt);
        Assert.True(refund.SettleByOperator(paid: true, "The portal shows it.", Now));
    }

    [Fact]
    public void A_refund_to_the_phone_that_came_back_may_be_ordered_again()
    {
        var receipt = new Receipt
        {
            Id = new(Guid.NewGuid()),
            Number = new ReceiptNumber("UGA7RT61SV"),
            Amount = Money.FromShillings(500),
            Method = PaymentMethod.Paybill,
            SettledBy = SettledBy.Confirmation,
            At = Now,
        };
        var refund = Refund.Queue(new(Guid.NewGuid()), "shop", new(receipt, Money.FromShillings(100), RefundMethod.B2c, CheckoutBuilder.Phone), null, "Back", ofSurplus: true, Now);
        refund.Send(Now + TimeSpan.FromMinutes(1), Now);
        refund.Accepted("AG_1", refund.OriginatorId, Now);

        refund.ApplyStatusResult(refund.Found(TransactionState.Reversed), Now);

        Assert.Equal((TransferStatus.Failed, false), (refund.Status, refund.IsReserved));
        Assert.Equal(Money.FromShillings(500), RefundPolicy.Left(receipt, [refund]));
    }

    [Fact]
    public void Without_a_name_of_ours_it_is_known_by_what_the_reply_tells_and_else_by_its_token_alone()
    {
        var told = TransferBuilder.Payout();
        told.Send(Now, Now, isNamed: false);
        Assert.Null(told.OriginatorId);
        told.Accepted("AG_1", "their-1", Now);
        Assert.Equal("their-1", told.OriginatorId);
        Assert.False(told.HasProviderIds(null, told.Id.Value.ToString()));

        var lost = TransferBuilder.Payout();
        lost.Send(Now, Now, isNamed: false);
        lost.MarkInDoubt("lost", Now);
        Assert.True(lost.HasProviderIds("AG_2", "their-2"));
        Assert.Equal(SettlementResult.Applied, lost.Hear(TransferBuilder.Paid()));

        var named = Copies.Changed(TransferBuilder.Payout(), request => request with { Ids = default });
        named.Send(Now, Now);
        Assert.Equal(named.TransferId.Value.ToString(), named.OriginatorId);
        var business = TransferBuilder.Payout(PayoutMethod.Paybill);
        business.Send(Now, Now);
        Assert.Null(business.OriginatorId);
    }
}
