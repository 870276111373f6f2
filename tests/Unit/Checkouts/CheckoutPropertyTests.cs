using CsCheck;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>Whatever comes, in whatever order: paid is never undone, one receipt counts once, nothing is applied twice.</summary>
public sealed class CheckoutPropertyTests
{
    private enum Step
    {
        Prompt,
        Success,
        OtherSuccess,
        WrongAmount,
        Failure,
        DoubtfulFailure,
        Pending,
        QuerySuccess,
        QueryFailure,
        Accepted,
        Refused,
        Lost,
        Cancel,
        Expire,
        GiveUp,
    }

    private static readonly Gen<(Step Step, int Attempt, int Seconds)[]> Histories =
        Gen.Select(Gen.Enum<Step>(), Gen.Int[0, 3], Gen.Int[0, 400]).Array[1, 40];

    [Fact]
    public void Any_history_keeps_the_books_right() => Histories.Sample(
        history =>
        {
            var checkout = CheckoutBuilder.Checkout();
            var now = CheckoutBuilder.Start;
            var paid = false;
            foreach (var (step, index, seconds) in history)
            {
                now += TimeSpan.FromSeconds(seconds);
                Play(checkout, step, index, now);
                Check(checkout, ref paid);
            }
        },
        iter: 20_000);

    private static void Play(Checkout checkout, Step step, int index, DateTimeOffset now)
    {
        if (step == Step.Prompt)
        {
            if (checkout.RefusesPrompt(asShop: true, now) is null)
            {
                checkout.Prompted(now);
            }

            return;
        }

        if (step == Step.Cancel)
        {
            checkout.Cancel(now);
            return;
        }

        if (step == Step.Expire)
        {
            checkout.Expire(now);
            return;
        }

        if (index >= checkout.Attempts.Count)
        {
            return;
        }

        var attempt = checkout.Attempts[index];
        var amount = (int)attempt.Amount.Shillings;
        switch (step)
        {
            case Step.Success:
                checkout.Hear(attempt, CheckoutBuilder.Paid($"R{index}", amount), now);
                break;
            case Step.OtherSuccess:
                checkout.Hear(attempt, CheckoutBuilder.Paid("RX", amount), now);
                break;
            case Step.WrongAmount:
                checkout.Hear(attempt, CheckoutBuilder.Paid($"W{index}", amount + 1), now);
                break;
            case Step.Failure:
                checkout.Hear(attempt, CheckoutBuilder.NotPaid(), now);
                break;
            case Step.DoubtfulFailure:
                checkout.Hear(attempt, CheckoutBuilder.NotPaid(Certainty.UnknownCode), now);
                break;
            case Step.Pending:
                checkout.Hear(attempt, new PaymentResult.Pending(), now);
                break;
            case Step.QuerySuccess:
                checkout.ApplyQueryResult(attempt, new PaymentResult.Succeeded(null, null, null, null), Guid.NewGuid(), now);
                break;
            case Step.QueryFailure:
                checkout.ApplyQueryResult(attempt, CheckoutBuilder.NotPaid(), Guid.NewGuid(), now);
                break;
            case Step.Accepted:
                checkout.Accepted(attempt, $"ws_CO_{index}", null, now);
                break;
            case Step.Refused:
                checkout.Refused(attempt, CheckoutBuilder.Cancelled, now);
                break;
            case Step.Lost:
                checkout.MarkOutcomeUnknown(attempt, "lost", now);
                break;
            case Step.GiveUp:
                checkout.ExhaustQueries(attempt, now);
                break;
        }
    }

    private static void Check(Checkout checkout, ref bool paid)
    {
        // Paid is never undone.
        Assert.False(paid && checkout.Status != CheckoutStatus.Paid);
        paid |= checkout.Status == CheckoutStatus.Paid;

        // The row's own CHECK constraints, and: what is paid is exactly what receipts applied.
        Assert.Equal(checkout.Status == CheckoutStatus.Paid, checkout.Paid == checkout.Amount);
        Assert.Equal(checkout.Paid.Cents, checkout.Receipts.Sum(r => r.Applied.Cents));
        Assert.Equal(checkout.HasEnded, checkout.EndedAt is not null);
        Assert.All(checkout.Receipts, r => Assert.True(r.Unassigned >= Money.Zero && r.Applied >= Money.Zero && r.Surplus >= Money.Zero));

        // One receipt counts once, and one push brings at most one.
        var numbers = checkout.Receipts.Where(r => r.Number is not null).Select(r => r.Number).ToList();
        Assert.Equal(numbers.Count, numbers.Distinct().Count());
        var pushes = checkout.Receipts.Where(r => r.AttemptId is not null).Select(r => r.AttemptId).ToList();
        Assert.Equal(pushes.Count, pushes.Distinct().Count());

        // A push that succeeded has its money; one that succeeded is not asked about; only a failed one has a failure.
        Assert.All(checkout.Attempts, a =>
        {
            Assert.Equal(a.Status == AttemptStatus.Succeeded, pushes.Contains(a.Id));
            Assert.True(a.Status != AttemptStatus.Succeeded || a.NextQueryAt is null);
            Assert.Equal(a.Status == AttemptStatus.Failed, a.Failure is not null);
        });
    }
}
