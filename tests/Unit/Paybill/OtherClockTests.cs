using Payments.Domain;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>
/// M-PESA's clock is not ours. A success without a number and a confirmation with the same reference, amount and payer may be one payment
/// whatever either clock says: nothing of it becomes surplus by itself, for surplus is given back (rules 7 and 15).
/// </summary>
public sealed class OtherClockTests
{
    private static readonly DateTimeOffset Later = Some.Start + TimeSpan.FromSeconds(70);
    private static readonly Money Price = Money.FromShillings(1500);

    public static TheoryData<double> Minutes => [-1440, -180, -60, -4, -2.5, 5.5, 6, 60, 180, 1440];

    [Theory]
    [MemberData(nameof(Minutes))]
    public void The_confirmation_is_held_and_the_late_callback_makes_it_one(double minutes)
    {
        var checkout = Some.Checkout();
        var attempt = checkout.Prompted();
        checkout.AnswerPaid(attempt, Later);

        checkout.Hear(Confirmed(minutes), Later);

        Assert.Equal(Price, checkout.Paid);
        Assert.True(checkout.Receipts.Single(r => r.Number == "N1").IsHeld);
        Assert.Equal(CaseKind.AmbiguousMatch, Assert.Single(checkout.Cases).Kind);
        Assert.DoesNotContain(CheckoutEvents.Surplus, checkout.Events);
        ByHand.Check(checkout);

        Assert.Equal(Verdict.Applied, checkout.Hear(attempt, Some.Paid("N1"), Later + TimeSpan.FromMinutes(2)));

        var receipt = Assert.Single(checkout.Receipts);
        Assert.Equal(("N1", Price, Money.Zero, false), (receipt.Number, receipt.Applied, receipt.Surplus, receipt.IsInferred));
        ByHand.Check(checkout);
    }

    [Theory]
    [MemberData(nameof(Minutes))]
    public void A_success_after_the_confirmation_is_held_and_never_becomes_surplus(double minutes)
    {
        var checkout = Some.Checkout();
        var attempt = checkout.Prompted();
        checkout.Hear(Confirmed(minutes), Some.Start + TimeSpan.FromSeconds(30));
        Assert.Equal(CheckoutStatus.Paid, checkout.Status);

        checkout.AnswerPaid(attempt, Later);

        var nameless = checkout.Receipts.Single(r => r.Number is null);
        Assert.Equal((true, null), (nameless.IsHeld, nameless.SurplusDueAt));
        Assert.Equal(CaseKind.AmbiguousMatch, Assert.Single(checkout.Cases).Kind);

        Assert.Equal(Verdict.Applied, checkout.Hear(attempt, Some.Paid("N1"), Later));
        Assert.Equal(("N1", Price, Money.Zero), (Assert.Single(checkout.Receipts).Number, checkout.Paid, checkout.Receipts[0].Surplus));
    }

    [Fact]
    public void A_callback_that_names_another_number_leaves_the_held_one_to_a_person()
    {
        var checkout = Some.Checkout();
        var attempt = checkout.Prompted();
        checkout.AnswerPaid(attempt, Later);
        checkout.Hear(Confirmed(180), Later);

        Assert.Equal(Verdict.Applied, checkout.Hear(attempt, Some.Paid("N2"), Later));

        Assert.Equal(("N2", Price), (checkout.Receipts.Single(r => r.Applied > Money.Zero).Number, checkout.Paid));
        var held = checkout.Receipts.Single(r => r.Number == "N1");
        Assert.True(held.IsHeld);

        // The person compared with the statement: the customer paid twice.
        Assert.Null(checkout.Match(held, Later));
        Assert.Equal(Price, held.Surplus);
    }

    [Fact]
    public void A_clock_that_stepped_back_does_not_make_a_new_confirmation_old()
    {
        // The prompt went out at an hour that comes a second time.
        var checkout = Some.Checkout();
        var attempt = checkout.Prompted();
        var stepped = Some.Start - TimeSpan.FromMinutes(59);
        checkout.AnswerPaid(attempt, stepped);

        checkout.Hear(Confirmed(0), stepped);

        Assert.Equal(("N1", Price, Money.Zero), (Assert.Single(checkout.Receipts).Number, checkout.Paid, checkout.Receipts[0].Surplus));
    }

    [Theory]
    [InlineData(180, 1499, "2547 ***** 149")]
    [InlineData(180, 1500, "254708374140")]
    public void Another_amount_or_another_payer_for_certain_is_another_payment(double minutes, int amount, string payer)
    {
        var checkout = Some.Checkout();
        var attempt = checkout.Prompted();
        checkout.AnswerPaid(attempt, Later);

        checkout.Hear(ByHand.Confirmation("N1", amount, Some.Start + TimeSpan.FromMinutes(minutes), payer), Later);

        Assert.Equal(Money.FromShillings(amount), checkout.Receipts[1].Surplus);
        Assert.Empty(checkout.Cases);
    }

    [Fact]
    public void The_first_half_by_hand_and_the_second_by_prompt_are_two_payments_whatever_the_clock_says()
    {
        var checkout = Some.Checkout();
        checkout.Hear(ByHand.Confirmation("N1", 750, Some.Start + TimeSpan.FromHours(3)), Some.Start);
        var attempt = checkout.Prompted(Some.Start + TimeSpan.FromSeconds(60));

        checkout.AnswerPaid(attempt, Later + TimeSpan.FromSeconds(60));

        Assert.Equal((CheckoutStatus.Paid, 2), (checkout.Status, checkout.Receipts.Count));
        Assert.Empty(checkout.Cases);
    }

    private static Confirmation Confirmed(double minutes) => ByHand.Confirmation("N1", at: Some.Start + TimeSpan.FromMinutes(minutes));
}
