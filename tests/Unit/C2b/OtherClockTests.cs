using Payments.Domain.C2b;
using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>
/// M-PESA's clock is not ours. A success without a number and a confirmation with the same reference, amount and payer may be one payment
/// whatever either clock says: nothing of it becomes surplus by itself, for surplus is given back (R7, R15).
/// </summary>
public sealed class OtherClockTests
{
    private static readonly DateTimeOffset Later = CheckoutBuilder.Start + TimeSpan.FromSeconds(70);
    private static readonly Money Price = Money.FromShillings(1500);

    public static TheoryData<double> Minutes => [-1440, -180, -60, -4, -2.5, 5.5, 6, 60, 180, 1440];

    [Theory]
    [MemberData(nameof(Minutes))]
    public void The_confirmation_is_held_and_the_late_callback_makes_it_one(double minutes)
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.AnswerPaid(attempt, Later);

        checkout.Hear(Confirmed(minutes), Later);

        Assert.Equal(Price, checkout.Paid);
        Assert.True(checkout.Receipts.Single(r => r.Number?.Value == "N1").IsOnHold);
        Assert.Equal(CaseKind.AmbiguousMatch, Assert.Single(checkout.Cases).Kind);
        Assert.DoesNotContain(CheckoutEvents.Surplus, checkout.Events);
        ConfirmationBuilder.Check(checkout);

        Assert.Equal(SettlementResult.Applied, checkout.Hear(attempt, CheckoutBuilder.Paid("N1"), Later + TimeSpan.FromMinutes(2)));

        var receipt = Assert.Single(checkout.Receipts);
        Assert.Equal(("N1", Price, Money.Zero, false), (receipt.Number?.Value, receipt.Applied, receipt.Surplus, receipt.IsInferred));
        ConfirmationBuilder.Check(checkout);
    }

    [Theory]
    [MemberData(nameof(Minutes))]
    public void A_success_after_the_confirmation_is_held_and_never_becomes_surplus(double minutes)
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.Hear(Confirmed(minutes), CheckoutBuilder.Start + TimeSpan.FromSeconds(30));
        Assert.Equal(CheckoutStatus.Paid, checkout.Status);

        checkout.AnswerPaid(attempt, Later);

        var nameless = checkout.Receipts.Single(r => r.Number is null);
        Assert.Equal((true, null), (nameless.IsOnHold, nameless.SurplusDueAt));
        Assert.Equal(CaseKind.AmbiguousMatch, Assert.Single(checkout.Cases).Kind);

        Assert.Equal(SettlementResult.Applied, checkout.Hear(attempt, CheckoutBuilder.Paid("N1"), Later));
        Assert.Equal(("N1", Price, Money.Zero), (Assert.Single(checkout.Receipts).Number?.Value, checkout.Paid, checkout.Receipts[0].Surplus));
    }

    [Fact]
    public void A_callback_that_names_another_number_leaves_the_held_one_to_a_person()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.AnswerPaid(attempt, Later);
        checkout.Hear(Confirmed(180), Later);

        Assert.Equal(SettlementResult.Applied, checkout.Hear(attempt, CheckoutBuilder.Paid("N2"), Later));

        Assert.Equal(("N2", Price), (checkout.Receipts.Single(r => r.Applied > Money.Zero).Number?.Value, checkout.Paid));
        var held = checkout.Receipts.Single(r => r.Number?.Value == "N1");
        Assert.True(held.IsOnHold);

        // The person compared with the statement: the customer paid twice.
        Assert.Null(checkout.Match(held, Later));
        Assert.Equal(Price, held.Surplus);
    }

    [Fact]
    public void A_clock_that_stepped_back_does_not_make_a_new_confirmation_old()
    {
        // The prompt went out at an hour that comes a second time.
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        var stepped = CheckoutBuilder.Start - TimeSpan.FromMinutes(59);
        checkout.AnswerPaid(attempt, stepped);

        checkout.Hear(Confirmed(0), stepped);

        Assert.Equal(("N1", Price, Money.Zero), (Assert.Single(checkout.Receipts).Number?.Value, checkout.Paid, checkout.Receipts[0].Surplus));
    }

    [Theory]
    [InlineData(180, 1499, "2547 ***** 149")]
    [InlineData(180, 1500, "254708374140")]
    public void Another_amount_or_another_payer_for_certain_is_another_payment(double minutes, int amount, string payer)
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.AnswerPaid(attempt, Later);

        checkout.Hear(ConfirmationBuilder.Confirmation("N1", amount, CheckoutBuilder.Start + TimeSpan.FromMinutes(minutes), payer), Later);

        Assert.Equal(Money.FromShillings(amount), checkout.Receipts[1].Surplus);
        Assert.Empty(checkout.Cases);
    }

    [Fact]
    public void The_first_half_by_hand_and_the_second_by_prompt_are_two_payments_whatever_the_clock_says()
    {
        var checkout = CheckoutBuilder.Checkout();
        checkout.Hear(ConfirmationBuilder.Confirmation("N1", 750, CheckoutBuilder.Start + TimeSpan.FromHours(3)), CheckoutBuilder.Start);
        var attempt = checkout.Prompted(CheckoutBuilder.Start + TimeSpan.FromSeconds(60));

        checkout.AnswerPaid(attempt, Later + TimeSpan.FromSeconds(60));

        Assert.Equal((CheckoutStatus.Paid, 2), (checkout.Status, checkout.Receipts.Count));
        Assert.Empty(checkout.Cases);
    }

    [Fact]
    public void A_success_after_its_payment_was_given_back_is_held()
    {
        // The first part goes back, and then the prompt's own money, of which nobody knew that it was the prompt's: all is due again.
        var checkout = CheckoutBuilder.Checkout();
        checkout.Hear(ConfirmationBuilder.Confirmation("N0", 500), CheckoutBuilder.Start);
        var attempt = checkout.Prompted(CheckoutBuilder.Start + TimeSpan.FromSeconds(60));
        GiveBack(checkout, "N0");
        checkout.Hear(ConfirmationBuilder.Confirmation("N1", 1000, CheckoutBuilder.Start + TimeSpan.FromHours(3)), Later + TimeSpan.FromSeconds(60));
        GiveBack(checkout, "N1");
        Assert.Equal(Price, checkout.Due);

        checkout.AnswerPaid(attempt, Later + TimeSpan.FromSeconds(120));

        Assert.True(checkout.Receipts.Single(r => r.Number is null).IsOnHold);
        Assert.Equal(CaseKind.AmbiguousMatch, Assert.Single(checkout.Cases).Kind);
    }

    [Fact]
    public void A_success_after_its_payment_was_surplus_of_a_cancelled_order_is_held()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        var afterwards = CheckoutBuilder.Start + TimeSpan.FromMinutes(10);
        Assert.Null(checkout.Cancel(afterwards));
        checkout.Hear(Confirmed(180), afterwards);
        Assert.Equal(Price, checkout.Receipts[0].Surplus);

        checkout.AnswerPaid(attempt, afterwards);

        Assert.True(checkout.Receipts.Single(r => r.Number is null).IsOnHold);
        Assert.Equal(CaseKind.AmbiguousMatch, Assert.Single(checkout.Cases).Kind);
    }

    [Fact]
    public void A_success_whose_payment_was_taken_for_another_prompts_by_its_time_is_held()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        var afterwards = CheckoutBuilder.Start + TimeSpan.FromMinutes(5);
        Assert.True(Msisdn.TryParse("254700000001", out var other));
        var second = checkout.Prompt(new(Guid.NewGuid()), other, afterwards, afterwards);
        checkout.AnswerPaid(second, afterwards + TimeSpan.FromMinutes(2));

        // M-PESA's clock is six minutes ahead: the first prompt's payment seems to be of the second's time, its own of none.
        checkout.Hear(Confirmed(6.5), afterwards + TimeSpan.FromMinutes(3));
        checkout.Hear(ConfirmationBuilder.Confirmation("N2", at: CheckoutBuilder.Start + TimeSpan.FromMinutes(11.5), payer: other.Value), afterwards + TimeSpan.FromMinutes(3));
        Assert.Equal((second.Id, true), (checkout.Receipts[0].AttemptId, checkout.Receipts[0].IsInferred));

        checkout.AnswerPaid(attempt, afterwards + TimeSpan.FromMinutes(4));

        Assert.True(checkout.Receipts.Single(r => r.Number is null).IsOnHold);
        Assert.Contains(checkout.Cases, c => c.Kind == CaseKind.AmbiguousMatch && c.SubjectId == attempt.Id.Value);
    }

    private static void GiveBack(Checkout checkout, string number)
    {
        var receipt = checkout.Receipts.Single(r => r.Number?.Value == number);
        checkout.Reserve(
            Refund.Queue(new(Guid.NewGuid()), "shop", new(receipt, receipt.Amount, RefundMethod.Reversal, null), "ORDER-1", "because", ofSurplus: false, Later), Later);
    }

    private static Confirmation Confirmed(double minutes) => ConfirmationBuilder.Confirmation("N1", at: CheckoutBuilder.Start + TimeSpan.FromMinutes(minutes));
}
