using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>A query's failure in the first minute ends nothing, also not the questions about a prompt whose failure is disputed (R4).</summary>
public sealed class EarlyFailureTests
{
    private static readonly DateTimeOffset Early = CheckoutBuilder.Start + TimeSpan.FromSeconds(40);
    private static readonly DateTimeOffset Believed = CheckoutBuilder.Start + Attempt.EarlyFailure;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_questions_about_a_disputed_failure_go_on(bool unreadable)
    {
        var (checkout, attempt) = Disputed(unreadable);

        Assert.False(Answer(checkout, attempt, CheckoutBuilder.NotPaid(), asked: Early, answered: Early));
        Assert.NotNull(attempt.NextQueryAt);

        // It was its success: asked again after the minute, the query says so.
        Assert.True(checkout.AnswerPaid(attempt, Believed + TimeSpan.FromSeconds(1)));
        Assert.Equal((AttemptStatus.Succeeded, CheckoutStatus.Paid), (attempt.Status, checkout.Status));
    }

    [Fact]
    public void Once_the_minute_is_over_its_failure_ends_them()
    {
        var (checkout, attempt) = Disputed(unreadable: true);

        Assert.True(Answer(checkout, attempt, CheckoutBuilder.NotPaid(), asked: Believed, answered: Believed));

        Assert.Equal((AttemptStatus.Failed, null), (attempt.Status, attempt.NextQueryAt));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_answer_is_as_old_as_its_question(bool disputed)
    {
        // Asked in the first minute, answered after it: what was said is what was known then.
        var checkout = CheckoutBuilder.Checkout();
        var attempt = disputed ? null : checkout.Prompted();
        (checkout, attempt) = attempt is null ? Disputed(unreadable: true) : (checkout, attempt);

        Assert.False(Answer(checkout, attempt, CheckoutBuilder.NotPaid(), asked: Early, answered: Believed + TimeSpan.FromSeconds(5)));

        Assert.NotNull(attempt.NextQueryAt);
    }

    private static bool Answer(Checkout checkout, Attempt attempt, PaymentResult outcome, DateTimeOffset asked, DateTimeOffset answered) =>
        checkout.ApplyQueryResult(attempt, outcome, Guid.NewGuid(), answered, asked: asked);

    private static (Checkout Checkout, Attempt Attempt) Disputed(bool unreadable)
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        if (unreadable)
        {
            checkout.MarkUnreadableResult(attempt, CheckoutBuilder.Start + TimeSpan.FromSeconds(10));
        }
        else
        {
            checkout.Hear(attempt, new PaymentResult.Succeeded(null, null, null, null), CheckoutBuilder.Start + TimeSpan.FromSeconds(10));
        }

        checkout.Hear(attempt, CheckoutBuilder.NotPaid(), CheckoutBuilder.Start + TimeSpan.FromSeconds(11));
        Assert.Equal(AttemptStatus.Failed, attempt.Status);
        return (checkout, attempt);
    }
}
