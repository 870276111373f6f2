using CsCheck;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Payouts;
using Payments.Domain.Transfers;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>Whatever comes, in whatever order: completed is never undone, nothing is sent twice, every impossible row stays impossible.</summary>
public sealed class TransferPropertyTests
{
    private enum Step
    {
        JobRun,
        Held,
        KeptHere,
        KeptHereToldLate,
        ToldThatItWaits,
        Cancelled,
        Accepted,
        Refused,
        Lost,
        Success,
        OtherSuccess,
        WrongAmount,
        WrongParty,
        BareSuccess,
        Failure,
        DoubtfulFailure,
        Interim,
        QueueTimeout,
        StatusCompleted,
        StatusDead,
        StatusUnderWay,
        StatusOfAnother,
        StatusWrongAmount,
        NotFound,
        GiveUp,
        AskOnceMore,
        OperatorPaid,
        OperatorNotPaid,
    }

    private static readonly Gen<(PayoutMethod Method, Step[] Steps)> Histories =
        Gen.Select(Gen.Enum<PayoutMethod>(), Gen.Enum<Step>().Array[1, 30]);

    [Fact]
    public void Any_history_keeps_the_books_right() => Histories.Sample(
        history =>
        {
            var payout = TransferBuilder.Payout(history.Method);
            var (sends, completed, receipt) = (0, false, (string?)null);
            DateTimeOffset? lastSending = null;
            for (var i = 0; i < history.Steps.Length; i++)
            {
                var step = history.Steps[i];
                var before = (payout.Status, Cases: payout.Cases.Count, payout.SendingAt);
                sends += Play(payout, step, CheckoutBuilder.Start + TimeSpan.FromMicroseconds(i), lastSending);

                // Sent at most once, whatever jobs run; what was kept here was not sent.
                var wasKept = before.Status != TransferStatus.Queued && payout.Status == TransferStatus.Queued;
                sends -= wasKept ? 1 : 0;
                Assert.True(sends <= 1);
                lastSending = wasKept ? before.SendingAt : lastSending;

                // Completed is never undone, and its receipt is never replaced.
                Assert.False(completed && payout.Status != TransferStatus.Completed);
                Assert.True(receipt is null || payout.Receipt?.Value == receipt);
                (completed, receipt) = (completed || payout.Status == TransferStatus.Completed, payout.Receipt?.Value);

                // Money that moved after a failure is always shown to a person, unless a person said so.
                Assert.True(before.Status != TransferStatus.Failed || payout.Status != TransferStatus.Completed
                    || payout.SettledBy == SettledBy.Operator || payout.Cases.Count > before.Cases);

                // Only what is known not to have left goes back to waiting, and only by the word of the sending that could not send.
                Assert.True(!wasKept || (step == Step.KeptHere && before.Status is TransferStatus.Sending or TransferStatus.InDoubt));
                Check(payout);
            }
        },
        iter: 30_000);

    [Fact]
    public void A_success_ends_completed_in_every_order_with_anything_that_settles_nothing() => Gen.Shuffle(new[]
        {
            Step.Accepted, Step.Lost, Step.QueueTimeout, Step.DoubtfulFailure, Step.Interim, Step.BareSuccess, Step.StatusUnderWay, Step.NotFound, Step.Success,
        }).Sample(
        steps =>
        {
            var payout = TransferBuilder.Payout();
            Play(payout, Step.JobRun, CheckoutBuilder.Start, null);
            foreach (var step in steps)
            {
                Play(payout, step, CheckoutBuilder.Start, null);
            }

            Assert.Equal(TransferStatus.Completed, payout.Status);
            Assert.Equal("SG632NMUAB", payout.Receipt?.Value);
            Assert.Single(payout.Events, e => e == "payout.completed");
        });

    /// <param name="earlier">When the sending before this one began; null when there was none.</param>
    private static int Play(Payout payout, Step step, DateTimeOffset now, DateTimeOffset? earlier)
    {
        var party = payout.Method == PayoutMethod.Mpesa ? TransferBuilder.Recipient : payout.Recipient!;

        // Of what is queued a reply can come no more. Everything else can: a life of these books that a restore has forgotten has sent it.
        if (payout.Status == TransferStatus.Queued && step is Step.Accepted or Step.Refused or Step.Lost)
        {
            return 0;
        }

        switch (step)
        {
            case Step.JobRun when payout.Status == TransferStatus.Queued:
                payout.Send(now + TimeSpan.FromMinutes(1), now);
                return 1;
            case Step.JobRun:
                payout.MarkInDoubt("found sending", now);
                break;
            case Step.Held:
                payout.Wait(SendBlocker.Pause, "left alone", now + TimeSpan.FromSeconds(15), now);
                break;
            case Step.KeptHere when payout.SendingAt is { } sending:
                payout.NotSent(SendBlocker.AccessToken, "no token", sending, now + TimeSpan.FromSeconds(15), now);
                break;
            case Step.KeptHereToldLate when earlier is { } sending && sending != payout.SendingAt:
                payout.NotSent(SendBlocker.AccessToken, "no token", sending, now + TimeSpan.FromSeconds(15), now);
                break;
            case Step.ToldThatItWaits:
                payout.AnnounceWait(now);
                break;
            case Step.Cancelled:
                payout.Cancel(now);
                break;
            case Step.Accepted:
                payout.Accepted("AG_1", payout.OriginatorId ?? "their-1", now);
                break;
            case Step.Refused:
                payout.Refused(TransferBuilder.NoFloat, now);
                break;
            case Step.Lost:
                payout.MarkInDoubt("lost", now);
                break;
            case Step.Success:
                payout.Hear(TransferBuilder.Paid(), party);
                break;
            case Step.OtherSuccess:
                payout.Hear(TransferBuilder.Paid("OTHER1"), party);
                break;
            case Step.WrongAmount:
                payout.Hear(TransferBuilder.Paid(amount: 101), party);
                break;
            case Step.WrongParty:
                payout.Hear(TransferBuilder.Paid(), "254700000000 - SOMEBODY ELSE");
                break;
            case Step.BareSuccess:
                payout.Hear(TransferBuilder.Paid(null, null), party);
                break;
            case Step.Failure:
                payout.Hear(TransferBuilder.NotPaid(), party);
                break;
            case Step.DoubtfulFailure:
                payout.Hear(TransferBuilder.NotPaid(Certainty.QueryFirst), party);
                break;
            case Step.Interim:
                payout.Hear(TransferBuilder.Paid(), party, isFinal: false);
                break;
            case Step.QueueTimeout:
                payout.ApplyQueueTimeout(now);
                break;
            case Step.StatusCompleted:
                payout.ApplyStatusResult(payout.Found(party: party), now);
                break;
            case Step.StatusDead:
                payout.ApplyStatusResult(payout.Found(TransactionState.NotCompleted, party: party), now);
                break;
            case Step.StatusUnderWay:
                payout.ApplyStatusResult(payout.Found(TransactionState.UnderWay, party: party), now);
                break;
            case Step.StatusOfAnother:
                payout.ApplyStatusResult(payout.Found(party: party, originator: "another"), now);
                break;
            case Step.StatusWrongAmount:
                payout.ApplyStatusResult(payout.Found(amount: 7, party: party), now);
                break;
            case Step.NotFound:
                payout.RecordQueryFailure("2033", now);
                break;
            case Step.GiveUp:
                payout.ExhaustQueries(now);
                break;
            case Step.AskOnceMore:
                payout.ScheduleManualQuery(9, now);
                break;
            case Step.OperatorPaid:
                payout.SettleByOperator(true, "seen in the portal", now);
                break;
            case Step.OperatorNotPaid:
                payout.SettleByOperator(false, "not in the portal", now);
                break;
        }

        return 0;
    }

    /// <summary>The CHECK constraints of the table.</summary>
    private static void Check(Payout payout)
    {
        Assert.Equal(payout.Status == TransferStatus.Queued || payout.IsCancelled, payout.SendingAt is null);
        Assert.Equal(payout.IsCancelled, payout.Failure?.Code == FailureCode.Cancelled);
        Assert.Equal(payout.IsSettled, payout.EndedAt is not null);
        Assert.Equal(payout.Status == TransferStatus.Failed, payout.Failure is not null);
        Assert.True(payout.NextQueryAt is null || payout.Status is TransferStatus.Sending or TransferStatus.Sent or TransferStatus.InDoubt);
    }
}
