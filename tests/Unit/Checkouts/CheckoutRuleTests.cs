using Payments.Application.Cases;
using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>The rules of money for one checkout (docs/rules.md), one by one.</summary>
public sealed class CheckoutRuleTests
{
    private static readonly DateTimeOffset Later = CheckoutBuilder.Start + TimeSpan.FromSeconds(70);

    [Fact]
    public void A_trusted_success_pays_the_checkout()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();

        Assert.Equal(SettlementResult.Applied, checkout.Hear(attempt, CheckoutBuilder.Paid("UGA7RT61SV"), Later));

        Assert.Equal(CheckoutStatus.Paid, checkout.Status);
        Assert.Equal(AttemptStatus.Succeeded, attempt.Status);
        Assert.Null(attempt.NextQueryAt);
        Assert.Equal([CheckoutEvents.Created, CheckoutEvents.Pending, CheckoutEvents.Paid], checkout.Events);
    }

    [Fact]
    public void The_same_success_again_is_a_duplicate()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.Hear(attempt, CheckoutBuilder.Paid("UGA7RT61SV"), Later);
        var version = checkout.Version;

        Assert.Equal(SettlementResult.Duplicate, checkout.Hear(attempt, CheckoutBuilder.Paid("UGA7RT61SV"), Later));

        Assert.Equal(version, checkout.Version);
        Assert.Single(checkout.Receipts);
    }

    [Fact]
    public void A_second_number_for_one_prompt_is_a_contradiction_and_a_case()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.Hear(attempt, CheckoutBuilder.Paid("UGA7RT61SV"), Later);

        Assert.Equal(SettlementResult.Contradiction, checkout.Hear(attempt, CheckoutBuilder.Paid("UGA7RT61SW"), Later));

        Assert.Single(checkout.Receipts);
        Assert.Equal(CaseKind.ReceiptConflict, Assert.Single(checkout.Cases).Kind);
    }

    [Fact]
    public void A_failure_never_undoes_a_success()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.Hear(attempt, CheckoutBuilder.Paid("UGA7RT61SV"), Later);

        Assert.Equal(SettlementResult.Contradiction, checkout.Hear(attempt, CheckoutBuilder.NotPaid(), Later));
        Assert.True(checkout.ApplyQueryResult(attempt, CheckoutBuilder.NotPaid(), Guid.NewGuid(), Later));

        Assert.Equal((CheckoutStatus.Paid, AttemptStatus.Succeeded), (checkout.Status, attempt.Status));
    }

    [Fact]
    public void A_success_after_a_failure_is_late_money()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.Hear(attempt, CheckoutBuilder.NotPaid(), Later);
        Assert.Equal(CheckoutStatus.Failed, checkout.Status);

        Assert.Equal(SettlementResult.Applied, checkout.Hear(attempt, CheckoutBuilder.Paid("UGA7RT61SV"), Later));

        Assert.Equal(CheckoutStatus.Paid, checkout.Status);
        Assert.True(checkout.Receipts[0].Late);
        Assert.Null(attempt.Failure);
    }

    [Fact]
    public void Another_amount_is_not_applied_but_asked_about()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();

        Assert.Equal(SettlementResult.Contradiction, checkout.Hear(attempt, CheckoutBuilder.Paid("UGA7RT61SV", 15), Later));

        Assert.Equal((CheckoutStatus.Pending, 0), (checkout.Status, checkout.Receipts.Count));
        Assert.Equal(CheckoutBuilder.Start + TimeSpan.FromSeconds(45), attempt.NextQueryAt);

        Assert.True(checkout.ApplyQueryResult(attempt, new PaymentResult.Succeeded(null, null, null, null), Guid.NewGuid(), Later));
        Assert.Equal(CheckoutStatus.Paid, checkout.Status);
        Assert.Equal(Money.FromShillings(1500), checkout.Receipts[0].Applied);
        var story = Assert.Single(checkout.Cases);
        Assert.Equal(CaseKind.AmountDiffers, story.Kind);
        Assert.Contains("KES 15.00", CaseText.Of(story), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Another_amount_that_nobody_confirms_is_not_forgotten(bool failedBefore)
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        if (failedBefore)
        {
            checkout.Hear(attempt, CheckoutBuilder.NotPaid(), Later);
        }

        checkout.Hear(attempt, CheckoutBuilder.Paid("UGA7RT61SV", 15), Later);
        Assert.True(checkout.ApplyQueryResult(attempt, CheckoutBuilder.NotPaid(), Guid.NewGuid(), Later));

        Assert.Equal((AttemptStatus.Failed, 0), (attempt.Status, checkout.Receipts.Count));
        var story = Assert.Single(checkout.Cases);
        Assert.Equal(CaseKind.AmountDiffers, story.Kind);
        Assert.Contains("UGA7RT61SV", CaseText.Of(story), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_amount_that_no_query_could_tell_of_is_not_forgotten_either()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.Hear(attempt, CheckoutBuilder.Paid("UGA7RT61SV", 15), Later);

        checkout.ExhaustQueries(attempt, Later);

        Assert.Equal([CaseKind.AmountDiffers, CaseKind.OutcomeUnknown], checkout.Cases.Select(c => c.Kind));
    }

    [Fact]
    public void A_code_nobody_knows_does_not_end_the_questions_about_a_failure_that_may_be_a_success()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.MarkUnreadableResult(attempt, Later);
        checkout.Hear(attempt, CheckoutBuilder.NotPaid(), Later);
        Assert.NotNull(attempt.NextQueryAt);

        Assert.False(checkout.ApplyQueryResult(attempt, CheckoutBuilder.NotPaid(Certainty.UnknownCode), Guid.NewGuid(), Later));

        Assert.NotNull(attempt.NextQueryAt);
        Assert.True(checkout.ApplyQueryResult(attempt, CheckoutBuilder.NotPaid(), Guid.NewGuid(), Later));
        Assert.Null(attempt.NextQueryAt);
    }

    [Fact]
    public void A_failure_that_may_be_a_success_and_that_no_query_could_decide_is_a_case()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.Hear(attempt, CheckoutBuilder.NotPaid(), Later);
        checkout.MarkUnreadableResult(attempt, Later);

        checkout.ExhaustQueries(attempt, Later);

        Assert.Equal(CaseKind.OutcomeUnknown, Assert.Single(checkout.Cases).Kind);
        Assert.Equal(AttemptStatus.Failed, attempt.Status);
    }

    [Fact]
    public void A_failed_prompt_that_may_have_been_paid_after_all_is_asked_about_again()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.Hear(attempt, CheckoutBuilder.NotPaid(), Later);

        checkout.Hear(attempt, CheckoutBuilder.Paid("UGA7RT61SV", 15), Later);
        Assert.Equal((AttemptStatus.Failed, Later), (attempt.Status, attempt.NextQueryAt!.Value));

        Assert.False(checkout.ApplyQueryResult(attempt, new PaymentResult.Pending(), Guid.NewGuid(), Later));
        Assert.True(checkout.ApplyQueryResult(attempt, new PaymentResult.Succeeded(null, null, null, null), Guid.NewGuid(), Later));
        Assert.Equal((CheckoutStatus.Paid, CaseKind.AmountDiffers), (checkout.Status, Assert.Single(checkout.Cases).Kind));
    }

    [Fact]
    public void A_success_without_a_receipt_is_only_a_reason_to_ask()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();

        Assert.Equal(SettlementResult.Unsettled, checkout.Hear(attempt, new PaymentResult.Succeeded(null, Money.FromShillings(1500), null, null), CheckoutBuilder.Start));

        Assert.Equal(CheckoutStatus.Pending, checkout.Status);
        Assert.Equal(CheckoutBuilder.Start, attempt.NextQueryAt);
    }

    [Theory]
    [InlineData(Certainty.QueryFirst)]
    [InlineData(Certainty.UnknownCode)]
    public void A_code_to_ask_about_fails_nothing_until_a_query_agrees(Certainty certainty)
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();

        Assert.Equal(SettlementResult.Unsettled, checkout.Hear(attempt, CheckoutBuilder.NotPaid(certainty), CheckoutBuilder.Start));
        Assert.Equal((CheckoutStatus.Pending, AttemptStatus.Sending), (checkout.Status, attempt.Status));

        Assert.True(checkout.ApplyQueryResult(attempt, CheckoutBuilder.NotPaid(certainty), Guid.NewGuid(), Later));
        Assert.Equal((CheckoutStatus.Failed, AttemptStatus.Failed), (checkout.Status, attempt.Status));
    }

    [Fact]
    public void An_unlisted_code_from_a_query_alone_means_ask_again()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();

        Assert.False(checkout.ApplyQueryResult(attempt, CheckoutBuilder.NotPaid(Certainty.UnknownCode), Guid.NewGuid(), Later));

        Assert.Equal(CheckoutStatus.Pending, checkout.Status);
    }

    [Fact]
    public void A_query_is_not_believed_to_have_failed_in_the_first_minute()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();

        Assert.False(checkout.ApplyQueryResult(attempt, CheckoutBuilder.NotPaid(), Guid.NewGuid(), CheckoutBuilder.Start + TimeSpan.FromSeconds(59)));
        Assert.Equal(AttemptStatus.Sending, attempt.Status);

        Assert.True(checkout.ApplyQueryResult(attempt, CheckoutBuilder.NotPaid(), Guid.NewGuid(), CheckoutBuilder.Start + TimeSpan.FromSeconds(60)));
        Assert.Equal(AttemptStatus.Failed, attempt.Status);
    }

    [Fact]
    public void A_payment_known_by_query_takes_its_number_from_the_later_callback()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.ApplyQueryResult(attempt, new PaymentResult.Succeeded(null, null, null, null), Guid.NewGuid(), Later);
        Assert.Null(checkout.Receipts[0].Number);

        Assert.Equal(SettlementResult.Applied, checkout.Hear(attempt, CheckoutBuilder.Paid("UGA7RT61SV"), Later));

        Assert.Equal("UGA7RT61SV", Assert.Single(checkout.Receipts).Number?.Value);
        Assert.Equal(Money.FromShillings(1500), checkout.Paid);
        Assert.Equal(SettledBy.StkQuery, checkout.Receipts[0].SettledBy);
    }

    [Fact]
    public void A_second_paid_prompt_is_surplus()
    {
        var checkout = CheckoutBuilder.Checkout();
        var first = checkout.Prompted();
        var second = checkout.Prompted(CheckoutBuilder.Start + TimeSpan.FromMinutes(4));
        checkout.Hear(second, CheckoutBuilder.Paid("UGA7RT61SV"), Later + TimeSpan.FromMinutes(4));

        Assert.Equal(SettlementResult.Applied, checkout.Hear(first, CheckoutBuilder.Paid("UGA7RT61SW"), Later + TimeSpan.FromMinutes(4)));

        Assert.Equal(CheckoutStatus.Paid, checkout.Status);
        Assert.Equal(Money.FromShillings(1500), checkout.Paid);
        Assert.Equal(Money.FromShillings(1500), checkout.Receipts[1].Surplus);
        Assert.Contains(CheckoutEvents.Surplus, checkout.Events);
    }

    [Fact]
    public void A_success_known_only_by_query_is_no_surplus_before_its_number_had_time_to_turn_up()
    {
        var checkout = CheckoutBuilder.Checkout();
        var first = checkout.Prompted();
        var second = checkout.Prompted(CheckoutBuilder.Start + TimeSpan.FromMinutes(4));
        var now = Later + TimeSpan.FromMinutes(4);
        checkout.Hear(second, CheckoutBuilder.Paid("UGA7RT61SV"), now);

        checkout.ApplyQueryResult(first, new PaymentResult.Succeeded(null, null, null, null), Guid.NewGuid(), now);
        var nameless = checkout.Receipts[1];
        Assert.Equal((Money.Zero, now + TimeSpan.FromMinutes(30)), (nameless.Surplus, nameless.SurplusDueAt!.Value));

        checkout.DeclareSurplus(nameless, now + TimeSpan.FromMinutes(30));
        Assert.Equal(Money.FromShillings(1500), nameless.Surplus);
    }

    [Fact]
    public void Money_for_a_cancelled_checkout_is_surplus()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        var now = CheckoutBuilder.Start + TimeSpan.FromMinutes(4);
        Assert.Null(checkout.Cancel(now));

        checkout.Hear(attempt, CheckoutBuilder.Paid("UGA7RT61SV"), now);

        Assert.Equal((CheckoutStatus.Cancelled, Money.Zero), (checkout.Status, checkout.Paid));
        Assert.Equal(Money.FromShillings(1500), checkout.Receipts[0].Surplus);
    }

    [Fact]
    public void An_expired_checkout_whose_money_arrives_is_paid_and_late()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        var now = CheckoutBuilder.Start + TimeSpan.FromHours(25);
        Assert.True(checkout.Expire(now));

        checkout.Hear(attempt, CheckoutBuilder.Paid("UGA7RT61SV"), now);

        Assert.Equal(CheckoutStatus.Paid, checkout.Status);
        Assert.True(checkout.Receipts[0].Late);
    }

    [Fact]
    public void While_a_prompt_rings_there_is_no_second_and_no_cancelling()
    {
        var checkout = CheckoutBuilder.Checkout();
        checkout.Prompted();
        var now = CheckoutBuilder.Start + TimeSpan.FromSeconds(179);

        Assert.Equal(PromptRefusalReason.AttemptInProgress, checkout.RefusesPrompt(asShop: true, now)!.Reason);
        Assert.Equal(CheckoutBuilder.Start + TimeSpan.FromMinutes(3), checkout.RefusesPrompt(asShop: true, now)!.RetryAt);
        Assert.Equal(PromptRefusalReason.AttemptInProgress, checkout.Cancel(now)!.Reason);
        Assert.Null(checkout.RefusesPrompt(asShop: true, CheckoutBuilder.Start + TimeSpan.FromMinutes(3)));
    }

    [Fact]
    public void A_refused_push_fails_at_once_and_a_reply_after_the_callback_only_fills_in_ids()
    {
        var refused = CheckoutBuilder.Checkout();
        var attempt = refused.Prompted();
        refused.Refused(attempt, CheckoutBuilder.Cancelled, CheckoutBuilder.Start);
        Assert.Equal(CheckoutStatus.Failed, refused.Status);

        var paid = CheckoutBuilder.Checkout();
        var early = paid.Prompted();
        paid.Hear(early, CheckoutBuilder.Paid("UGA7RT61SV"), CheckoutBuilder.Start);
        paid.Accepted(early, "ws_CO_1", "m-1", CheckoutBuilder.Start);
        paid.Refused(early, CheckoutBuilder.Cancelled, CheckoutBuilder.Start);
        paid.MarkOutcomeUnknown(early, "lost", CheckoutBuilder.Start);
        Assert.Equal((AttemptStatus.Succeeded, "ws_CO_1"), (early.Status, early.RequestId));
    }

    [Fact]
    public void One_number_for_two_orders_pays_only_the_first()
    {
        var first = CheckoutBuilder.Checkout();
        var second = CheckoutBuilder.Checkout();
        first.Hear(first.Prompted(), CheckoutBuilder.Paid("UGA7RT61SV"), Later);
        var attempt = second.Prompted();

        Assert.Equal(SettlementResult.Contradiction, second.Hear(attempt, CheckoutBuilder.Paid("UGA7RT61SV"), Later, first));

        Assert.Equal((CheckoutStatus.Pending, 0), (second.Status, second.Receipts.Count));
        Assert.Single(second.Cases);
    }

    [Fact]
    public void When_the_questions_run_out_a_person_decides()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.Accepted(attempt, "ws_CO_1", null, CheckoutBuilder.Start);

        checkout.ExhaustQueries(attempt, CheckoutBuilder.Start + TimeSpan.FromDays(1));

        Assert.Equal((AttemptStatus.Unknown, null), (attempt.Status, attempt.NextQueryAt));
        Assert.Equal(CaseKind.OutcomeUnknown, Assert.Single(checkout.Cases).Kind);
        Assert.Equal(SettlementResult.Applied, checkout.Hear(attempt, CheckoutBuilder.Paid("UGA7RT61SV"), CheckoutBuilder.Start + TimeSpan.FromDays(2)));
    }
}
