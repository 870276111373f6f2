using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Payouts;
using Payments.Domain.Refunds;
using Payments.Domain.Requests;
using Payments.Domain.Transfers;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>Not sent is not failed (R19); and what comes for one that is queued was sent by a life of the books that is forgotten.</summary>
public sealed class TransferWaitingTests
{
    private static readonly DateTimeOffset Now = CheckoutBuilder.Start;
    private static readonly DateTimeOffset Later = CheckoutBuilder.Start + TimeSpan.FromSeconds(20);

    [Fact]
    public void What_was_kept_here_is_queued_again_says_why_and_can_be_sent()
    {
        var payout = TransferBuilder.Payout();
        payout.Send(Now, Now);

        payout.NotSent(SendBlocker.AccessToken, "No token.", Now, Later, Now);

        Assert.Equal((TransferStatus.Queued, SendBlocker.AccessToken, Later), (payout.Status, payout.WaitingFor, payout.RetryAt));
        Assert.Null(payout.Failure);
        Assert.Empty(payout.Events);
        payout.Send(Later, Later);
        Assert.Equal((TransferStatus.Sending, null, null), (payout.Status, payout.WaitingFor, payout.RetryAt));
    }

    [Fact]
    public void The_word_of_one_sending_changes_nothing_about_the_next()
    {
        // Its commit's answer was lost, so it is told again: meanwhile another job has begun to send.
        var payout = TransferBuilder.Payout();
        payout.Send(Now, Now);
        payout.NotSent(SendBlocker.Connection, "No line.", Now, Later, Now);
        payout.Send(Later, Later);

        payout.NotSent(SendBlocker.Connection, "No line.", Now, Later, Later);

        Assert.Equal(TransferStatus.Sending, payout.Status);
    }

    [Fact]
    public void Whoever_doubted_it_meanwhile_was_wrong_unless_Safaricom_has_spoken()
    {
        var doubted = TransferBuilder.Payout();
        doubted.Send(Now, Now);
        doubted.MarkInDoubt("a second job", Now);
        doubted.NotSent(SendBlocker.Connection, "No line.", Now, Later, Now);
        Assert.Equal((TransferStatus.Queued, null), (doubted.Status, doubted.UnknownReason));

        var heard = TransferBuilder.Payout();
        heard.Send(Now, Now);
        heard.ApplyQueueTimeout(Now);
        heard.NotSent(SendBlocker.Connection, "No line.", Now, Later, Now);
        Assert.Equal(TransferStatus.InDoubt, heard.Status);
    }

    [Fact]
    public void What_is_cancelled_has_not_failed_is_told_once_and_is_never_sent()
    {
        var payout = TransferBuilder.Payout();

        Assert.True(payout.Cancel(Now));
        Assert.True(payout.Cancel(Later));

        Assert.True(payout.IsCancelled);
        Assert.Equal(["payout.cancelled"], payout.Events);
        Assert.Throws<InvalidOperationException>(() => payout.Send(Later, Later));
    }

    [Fact]
    public void What_may_have_left_cannot_be_cancelled()
    {
        var payout = TransferBuilder.Payout();
        payout.Send(Now, Now);

        Assert.False(payout.Cancel(Now));
        payout.MarkInDoubt("lost", Now);
        Assert.False(payout.Cancel(Now));
        payout.Refused(TransferBuilder.NoFloat, Now);
        Assert.False(payout.Cancel(Now));
        Assert.Equal((TransferStatus.Failed, false), (payout.Status, payout.IsCancelled));
    }

    [Fact]
    public void A_success_outranks_a_cancellation_and_a_person_is_told()
    {
        var payout = TransferBuilder.Payout();
        payout.Cancel(Now);

        Assert.Equal(SettlementResult.Applied, payout.Hear(TransferBuilder.Paid()));

        Assert.Equal((TransferStatus.Completed, false), (payout.Status, payout.SendingAt is null));
        Assert.Equal(CaseKind.SucceededAfterFailure, Assert.Single(payout.Cases).Kind);
    }

    [Theory]
    [InlineData(PayoutMethod.Mpesa)]
    [InlineData(PayoutMethod.Paybill)]
    public void A_result_for_one_that_is_queued_settles_it_and_it_is_not_sent(PayoutMethod method)
    {
        var paid = TransferBuilder.Payout(method);
        paid.Hear(TransferBuilder.Paid(), paid.Recipient!);
        Assert.Equal((TransferStatus.Completed, false), (paid.Status, paid.SendingAt is null));

        var failed = TransferBuilder.Payout(method);
        failed.Hear(TransferBuilder.NotPaid(), failed.Recipient!);
        Assert.Equal(TransferStatus.Failed, failed.Status);
        Assert.False(failed.IsCancelled);
    }

    [Fact]
    public void Whatever_else_comes_for_one_that_is_queued_it_is_asked_about_and_not_sent()
    {
        Action<Payout>[] heard =
        [
            p => p.Hear(TransferBuilder.Paid(), isFinal: false), p => p.Hear(TransferBuilder.Paid(null, null)), p => p.Hear(TransferBuilder.Paid(amount: 101)),
            p => p.Hear(TransferBuilder.NotPaid(Certainty.QueryFirst)), p => p.ApplyQueueTimeout(Now), p => p.MarkUnreadableResult(Now), p => p.RejectMismatchedOriginal("another", Now),
            p => p.ApplyStatusResult(p.Found(TransactionState.UnderWay), Now),
        ];
        Assert.All(heard, hear =>
        {
            var payout = TransferBuilder.Payout();
            hear(payout);
            Assert.True(payout.Status is TransferStatus.Sent or TransferStatus.InDoubt, payout.Status.ToString());
            Assert.NotNull(payout.NextQueryAt);
            Assert.Throws<InvalidOperationException>(() => payout.Send(Later, Later));
        });
    }

    [Fact]
    public void A_name_that_was_taken_before_is_asked_about_by_the_name_not_by_the_id_of_what_was_refused()
    {
        var payout = TransferBuilder.Payout().Sent();
        payout.Hear(new PaymentResult.Failed(new(FailureCode.ProviderError, "15", "Duplicate.", false), Certainty.QueryFirst));

        var first = payout.Found() with { ConversationId = "AG_of_the_first" };

        Assert.Equal(SettlementResult.Applied, payout.ApplyStatusResult(first, Now));
        Assert.Equal(TransferStatus.Completed, payout.Status);
    }

    [Theory]
    [InlineData(null, false, false)]
    [InlineData("21", false, true)]
    [InlineData(null, true, true)]
    public void Only_Safaricom_or_a_person_refuses_a_reversal(string? code, bool byOperator, bool isRefused)
    {
        var reversal = new Refund
        {
            Id = new(Guid.NewGuid()),
            Client = "shop",
            Amount = Money.FromShillings(100),
            ReceiptId = new(Guid.NewGuid()),
            OriginalReceipt = new("SG632NMUAB"),
            Method = RefundMethod.Reversal,
            Reason = "Sold out",
            CreatedAt = Now,
            UpdatedAt = Now,
            Request = new()
            {
                Status = RequestStatus.Failed,
                SendingAt = Now,
                SettledBy = byOperator ? SettledBy.Operator : null,
                Failure = new(FailureCode.ProviderError, code, "Not sent, or refused.", Retryable: false),
            },
        };

        Assert.Equal(isRefused, reversal.IsRefusedReversal);
    }

    [Fact]
    public void A_person_settles_what_waits_only_when_a_case_says_that_it_does()
    {
        var untold = TransferBuilder.Payout();
        Assert.False(untold.SettleByOperator(true, "paid by hand", Now));

        var (paid, off) = (TransferBuilder.Payout(), TransferBuilder.Payout());
        foreach (var payout in new[] { paid, off })
        {
            payout.AnnounceWait(Now);
            payout.AnnounceWait(Later);
            Assert.Equal(CaseKind.NotSent, Assert.Single(payout.Cases).Kind);
        }

        Assert.True(paid.SettleByOperator(true, "paid by hand", Now));
        Assert.True(off.SettleByOperator(false, "not needed", Now));
        Assert.Equal((TransferStatus.Completed, true), (paid.Status, off.IsCancelled));
    }
}
