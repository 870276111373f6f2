using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Transfers;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>The rules of docs/rules.md as they concern money on its way out, one by one.</summary>
public sealed class TransferRuleTests
{
    private static readonly DateTimeOffset Now = CheckoutBuilder.Start;

    [Fact]
    public void A_payout_is_sent_once()
    {
        var payout = TransferBuilder.Payout();
        payout.Send(Now, Now);

        Assert.Throws<InvalidOperationException>(() => payout.Send(Now, Now));
    }

    [Fact]
    public void A_run_that_finds_it_sending_doubts_and_the_refusal_that_follows_still_fails_it()
    {
        var payout = TransferBuilder.Payout();
        payout.Send(Now, Now);
        payout.MarkInDoubt("a second job", Now);
        Assert.Equal(TransferStatus.InDoubt, payout.Status);

        payout.Refused(TransferBuilder.NoFloat, Now);
        Assert.Equal(TransferStatus.Failed, payout.Status);
    }

    [Fact]
    public void A_refusal_is_not_believed_once_a_trusted_callback_spoke()
    {
        var payout = TransferBuilder.Payout();
        payout.Send(Now, Now);
        payout.ApplyQueueTimeout(Now);

        payout.Refused(TransferBuilder.NoFloat, Now);

        Assert.Equal(TransferStatus.InDoubt, payout.Status);
    }

    [Fact]
    public void A_reply_after_the_result_only_fills_in_ids()
    {
        var payout = TransferBuilder.Payout(PayoutMethod.Paybill);
        payout.Send(Now, Now);
        payout.Hear(TransferBuilder.Paid(), "600000 - BILLER");

        payout.Accepted("AG_1", "their-1", Now);

        Assert.Equal((TransferStatus.Completed, "AG_1", "their-1"), (payout.Status, payout.ConversationId, payout.OriginatorId));
    }

    [Fact]
    public void A_timeout_then_a_success_completes_and_a_success_then_a_timeout_changes_nothing()
    {
        var payout = TransferBuilder.Payout().Sent();
        Assert.Equal(SettlementResult.Applied, payout.ApplyQueueTimeout(Now));
        Assert.Equal((TransferStatus.InDoubt, Now), (payout.Status, payout.NextQueryAt));
        Assert.Equal(SettlementResult.Applied, payout.Hear(TransferBuilder.Paid()));
        Assert.Equal(SettlementResult.Contradiction, payout.ApplyQueueTimeout(Now));
        Assert.Equal(TransferStatus.Completed, payout.Status);
        Assert.Equal(["payout.in_doubt", "payout.completed"], payout.Events);
    }

    [Fact]
    public void A_success_after_a_failure_completes_and_opens_a_case()
    {
        var payout = TransferBuilder.Payout().Sent();
        payout.Hear(TransferBuilder.NotPaid());
        Assert.Equal(SettlementResult.Applied, payout.Hear(TransferBuilder.Paid()));

        Assert.Equal((TransferStatus.Completed, null), (payout.Status, payout.Failure));
        Assert.Equal(CaseKind.SucceededAfterFailure, Assert.Single(payout.Cases).Kind);
        Assert.Equal(SettlementResult.Contradiction, payout.Hear(TransferBuilder.NotPaid()));
        Assert.Equal(SettlementResult.Duplicate, payout.Hear(TransferBuilder.Paid()));
    }

    [Theory]
    [InlineData(101, TransferBuilder.Recipient, CaseKind.AmountDiffers)]
    [InlineData(100, "254700000000 - ELSE", CaseKind.PartyDiffers)]
    public void What_differs_on_an_unsettled_payout_is_in_doubt_and_a_case(int amount, string party, string kind)
    {
        var payout = TransferBuilder.Payout().Sent();

        Assert.Equal(SettlementResult.Contradiction, payout.Hear(TransferBuilder.Paid(amount: amount), party));

        Assert.Equal((TransferStatus.InDoubt, kind), (payout.Status, Assert.Single(payout.Cases).Kind));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_differs_on_a_settled_payout_is_a_case_only(bool failed)
    {
        var payout = TransferBuilder.Payout().Sent();
        payout.Hear(failed ? TransferBuilder.NotPaid() : TransferBuilder.Paid());
        var status = payout.Status;

        payout.Hear(TransferBuilder.Paid(amount: 101));

        Assert.Equal((status, CaseKind.AmountDiffers), (payout.Status, Assert.Single(payout.Cases).Kind));
    }

    [Theory]
    [InlineData("254708374149 - JOHN DOE")]
    [InlineData("0708374149 - JOHN DOE")]
    [InlineData("2547****149 - JOHN")]
    [InlineData("2547 ***** 149")]
    [InlineData("JOHN DOE")]
    public void A_receiver_that_may_be_the_right_one_is(string party)
    {
        var payout = TransferBuilder.Payout().Sent();
        Assert.Equal(SettlementResult.Applied, payout.Hear(TransferBuilder.Paid(), party));
    }

    [Fact]
    public void More_to_come_settles_nothing()
    {
        var payout = TransferBuilder.Payout().Sent();
        Assert.Equal(SettlementResult.Unsettled, payout.Hear(TransferBuilder.Paid(), isFinal: false));
        Assert.Equal(TransferStatus.Sent, payout.Status);
    }

    [Fact]
    public void A_success_that_names_no_money_is_asked_about()
    {
        var payout = TransferBuilder.Payout().Sent();
        Assert.Equal(SettlementResult.Unsettled, payout.Hear(TransferBuilder.Paid(null, null)));
        Assert.Equal((TransferStatus.InDoubt, Now), (payout.Status, payout.NextQueryAt));
        Assert.Equal(SettlementResult.Applied, payout.ApplyStatusResult(payout.Found(), Now));
        Assert.Equal((TransferStatus.Completed, SettledBy.StatusQuery), (payout.Status, payout.SettledBy));
    }

    [Fact]
    public void A_status_answer_settles_only_what_it_is_about()
    {
        var payout = TransferBuilder.Payout().Sent();
        Assert.Equal(SettlementResult.Unsettled, payout.ApplyStatusResult(payout.Found(originator: "another"), Now));
        Assert.Equal(SettlementResult.Unsettled, payout.ApplyStatusResult(payout.Found() with { OriginatorId = null, ConversationId = null }, Now));
        Assert.Equal(SettlementResult.Unsettled, payout.ApplyStatusResult(payout.Found() with { Amount = null }, Now));
        Assert.Equal(SettlementResult.Unsettled, payout.ApplyStatusResult(payout.Found(TransactionState.UnderWay), Now));
        Assert.Equal(TransferStatus.Sent, payout.Status);

        Assert.Equal(SettlementResult.Contradiction, payout.ApplyStatusResult(payout.Found(amount: 7), Now));
        Assert.Equal((TransferStatus.InDoubt, null), (payout.Status, payout.NextQueryAt));

        Assert.Equal(SettlementResult.Applied, payout.ApplyStatusResult(payout.Found(TransactionState.NotCompleted), Now));
        Assert.Equal(TransferStatus.Failed, payout.Status);
        Assert.Equal(SettlementResult.Applied, payout.ApplyStatusResult(payout.Found(), Now));
        Assert.Equal(SettlementResult.Contradiction, payout.ApplyStatusResult(payout.Found(TransactionState.NotCompleted), Now));
        Assert.Equal(TransferStatus.Completed, payout.Status);
    }

    [Fact]
    public void Ids_decide_whether_a_callback_is_about_it()
    {
        var payout = TransferBuilder.Payout();
        payout.Send(Now, Now);
        Assert.True(payout.HasProviderIds("AG_1", payout.OriginatorId));
        Assert.True(payout.HasProviderIds(null, payout.OriginatorId));
        Assert.False(payout.HasProviderIds("AG_1", null));
        Assert.False(payout.HasProviderIds("AG_1", "another"));
        Assert.True(payout.HasProviderIds(null, null, mayLack: true));
        Assert.False(payout.HasProviderIds(null, "another", mayLack: true));

        payout.Accepted("AG_1", null, Now);
        Assert.False(payout.HasProviderIds("AG_2", payout.OriginatorId));
        Assert.True(TransferBuilder.Payout(PayoutMethod.Till).HasProviderIds("anything", "at all"));
    }

    [Fact]
    public void Giving_up_opens_a_case_that_a_person_settles_once()
    {
        var payout = TransferBuilder.Payout(PayoutMethod.Till);
        payout.Send(Now, Now);
        payout.MarkInDoubt("lost", Now);
        payout.ExhaustQueries(Now);
        Assert.Equal(CaseKind.OutcomeUnknown, Assert.Single(payout.Cases).Kind);
        Assert.False(payout.ScheduleManualQuery(9, Now));

        Assert.True(payout.SettleByOperator(false, "not in the portal", Now));
        Assert.False(payout.SettleByOperator(false, "again", Now));
        Assert.True(payout.SettleByOperator(true, "found after all", Now));
        Assert.False(payout.SettleByOperator(false, "no", Now));
        Assert.Equal((TransferStatus.Completed, SettledBy.Operator), (payout.Status, payout.SettledBy));
    }
}
