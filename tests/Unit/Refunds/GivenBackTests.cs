using CsCheck;
using Payments.Application.Cases;
using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>Money given back pays for nothing (R15): reserved, failed, completed, and whatever the order became meanwhile.</summary>
public sealed class GivenBackTests
{
    private static readonly DateTimeOffset Now = CheckoutBuilder.Start + TimeSpan.FromMinutes(10);

    [Fact]
    public void A_reserved_refund_stops_counting_and_a_failed_one_counts_again()
    {
        var (checkout, receipt) = PartlyPaid(1000, 400);

        var refund = Reserve(checkout, receipt, 150);
        Assert.Equal((250m, 750m), (checkout.Paid.Shillings, checkout.Due.Shillings));
        Assert.Equal((RefundSource.Unpaid, 250m), (refund.Source, receipt.Applied.Shillings));
        Assert.Equal(Money.FromShillings(750), checkout.Prompted(Now).Amount);

        Fail(checkout, refund);
        Assert.Equal((400m, 600m, 0m), (checkout.Paid.Shillings, checkout.Due.Shillings, receipt.Unassigned.Shillings));
    }

    [Fact]
    public void What_a_paid_order_gives_back_stays_applied_whatever_becomes_of_the_refund()
    {
        var (checkout, receipt) = PartlyPaid(400, 400);

        var refund = Reserve(checkout, receipt, 150);
        Assert.Equal((RefundSource.Counted, 400m, CheckoutStatus.Paid), (refund.Source, checkout.Paid.Shillings, checkout.Status));
        Fail(checkout, refund);

        Assert.Equal((400m, 0m, CheckoutStatus.Paid), (receipt.Applied.Shillings, receipt.Surplus.Shillings, checkout.Status));
        Assert.DoesNotContain(CheckoutEvents.Surplus, checkout.Events);
    }

    [Fact]
    public void Of_two_refunds_before_and_after_the_payment_each_fails_into_its_own_share()
    {
        var (checkout, receipt) = PartlyPaid(1000, 700);
        var before = Reserve(checkout, receipt, 300);
        Hear(checkout, "UHB0000002", 600);
        Assert.Equal((CheckoutStatus.Paid, 400m), (checkout.Status, receipt.Applied.Shillings));
        var after = Reserve(checkout, receipt, 200);
        Assert.Equal(200m, RefundPolicy.AppliedLeft(receipt, receipt.Refunds).Shillings);

        Fail(checkout, before);

        // 300 are nobody's any more, though 200 of the others went back.
        Assert.Equal((400m, 300m), (receipt.Applied.Shillings, receipt.Surplus.Shillings));
        Fail(checkout, after);
        Assert.Equal((400m, 300m, 400m), (receipt.Applied.Shillings, receipt.Surplus.Shillings, RefundPolicy.AppliedLeft(receipt, receipt.Refunds).Shillings));
    }

    [Fact]
    public void A_held_receipt_given_back_in_part_is_held_again_when_that_fails()
    {
        var checkout = CheckoutBuilder.Checkout();
        var (first, second) = (checkout.Prompted(), checkout.Prompted(CheckoutBuilder.Start + TimeSpan.FromMinutes(3)));
        checkout.AnswerPaid(first, CheckoutBuilder.Start + TimeSpan.FromMinutes(5));
        checkout.AnswerPaid(second, CheckoutBuilder.Start + TimeSpan.FromMinutes(5));
        checkout.Hear(ConfirmationBuilder.Confirmation("UHB0000001", at: CheckoutBuilder.Start + TimeSpan.FromMinutes(4)), CheckoutBuilder.Start + TimeSpan.FromMinutes(5));
        var held = checkout.Receipts.Single(r => r.IsOnHold);

        var refund = Reserve(checkout, held, 1000);
        Assert.Equal((RefundSource.Nowhere, true, 500m), (refund.Source, held.IsOnHold, held.Unassigned.Shillings));
        Assert.Equal(MatchRefusal.GivenBack, checkout.Match(held, Now));

        Fail(checkout, refund);
        Assert.Equal((true, 1500m, 0m), (held.IsOnHold, held.Unassigned.Shillings, held.Surplus.Shillings));
        Assert.Equal(1500m, checkout.Paid.Shillings);
    }

    [Fact]
    public void Money_given_back_in_part_before_it_joined_an_order_counts_with_the_rest_and_again_when_that_fails()
    {
        var checkout = CheckoutBuilder.Checkout(1000);
        var attempt = checkout.Prompted();
        var receipt = ConfirmationBuilder.Confirmation("UGA7RT61SV", 1000).ToReceipt(new(Guid.NewGuid()), CheckoutBuilder.Start);
        var refund = TransferBuilder.Refund(receipt, 300);
        receipt.Refunds.Add(refund);

        Assert.Equal(SettlementResult.Applied, checkout.ApplyCallback(attempt, CheckoutBuilder.Paid("UGA7RT61SV", 1000), receipt, Guid.NewGuid(), Now));

        Assert.Equal((700m, 0m, RefundSource.Unpaid), (checkout.Paid.Shillings, receipt.Surplus.Shillings, refund.Source));
        Assert.Equal(CaseKind.ReceiptConflict, Assert.Single(checkout.Cases).Kind);
        Fail(checkout, refund);
        Assert.Equal((CheckoutStatus.Paid, 1000m), (checkout.Status, receipt.Applied.Shillings));
    }

    [Theory]
    [InlineData(1500)]
    [InlineData(100)]
    public void Surplus_that_went_back_is_not_what_a_query_had_called_paid(int refunded)
    {
        // The query knows the payment without its number; its own confirmation, of a clock hours off, is taken for another.
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.AnswerPaid(attempt, CheckoutBuilder.Start + TimeSpan.FromSeconds(50));
        checkout.Hear(ConfirmationBuilder.Confirmation("UGA7RT61SV", at: CheckoutBuilder.Start + TimeSpan.FromHours(3), payer: "254700099999"), Now);
        var surplus = checkout.Receipts.Single(r => r.Number is not null);
        Assert.Equal(1500m, surplus.Surplus.Shillings);
        Reserve(checkout, surplus, refunded, ofSurplus: true);

        Assert.Equal(SettlementResult.Contradiction, checkout.Hear(attempt, CheckoutBuilder.Paid("UGA7RT61SV"), Now));

        Assert.Equal((CheckoutStatus.Paid, 0m, 1500m), (checkout.Status, surplus.Applied.Shillings, surplus.Surplus.Shillings));
        Assert.Contains("refunded", CaseText.Of(Assert.Single(checkout.Cases, c => c.Kind == CaseKind.ReceiptConflict)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_query_called_paid_no_longer_counts_on_an_unpaid_order_when_its_receipt_turns_out_to_be_given_back()
    {
        var (checkout, _) = PartlyPaid(1000, 400);
        var attempt = checkout.Prompted(Now);
        var refunded = Reserve(checkout, checkout.Receipts[0]);
        checkout.AnswerPaid(attempt, Now + TimeSpan.FromMinutes(1));
        Assert.Equal((600m, CheckoutStatus.Pending), (checkout.Paid.Shillings, checkout.Status));
        var receipt = ConfirmationBuilder.Confirmation("UGA7RT61SV", 600).ToReceipt(new(Guid.NewGuid()), Now);
        receipt.Refunds.Add(TransferBuilder.Refund(receipt));

        Assert.Equal(SettlementResult.Applied, checkout.ApplyCallback(attempt, CheckoutBuilder.Paid("UGA7RT61SV", 600), receipt, Guid.NewGuid(), Now + TimeSpan.FromMinutes(2)));

        Assert.Equal((0m, 1000m), (checkout.Paid.Shillings, checkout.Due.Shillings));
        Assert.Contains(checkout.Cases, c => c.Kind == CaseKind.ReceiptConflict && c.SubjectId == receipt.Id.Value);
        Fail(checkout, refunded);
        Fail(checkout, receipt.Refunds[0]);
        Assert.Equal(CheckoutStatus.Paid, checkout.Status);
    }

    [Fact]
    public void A_refund_that_succeeds_after_all_takes_its_money_out_again_unless_the_order_is_paid()
    {
        var (checkout, receipt) = PartlyPaid(1000, 400);
        var refund = Reserve(checkout, receipt);
        Fail(checkout, refund);
        Assert.Equal(400m, checkout.Paid.Shillings);

        refund.ApplyResult(new PaymentResult.Succeeded(new ReceiptNumber("UIC0000001"), refund.Amount, null, Now), true, [], Now);
        Assert.True(refund.IsReserved);
        checkout.ApplyReversal(refund.Id, Now);
        Assert.Equal((0m, 1000m), (checkout.Paid.Shillings, checkout.Due.Shillings));

        var (paid, all) = PartlyPaid(400, 400);
        var back = Reserve(paid, all);
        Fail(paid, back);
        back.ApplyResult(new PaymentResult.Succeeded(new ReceiptNumber("UIC0000002"), back.Amount, null, Now), true, [], Now);
        paid.ApplyReversal(back.Id, Now);
        Assert.Equal((CheckoutStatus.Paid, 400m), (paid.Status, paid.Paid.Shillings));
    }

    /// <summary>Payments, refunds of any kind, their ends, prompts, an end of the order: in any order.</summary>
    [Fact]
    public void Whatever_happens_in_whatever_order_money_given_back_pays_for_nothing() =>
        Gen.Select(Gen.Int[0, 7], Gen.Int[1, 1200], Gen.Int[0, 9]).Array[1, 25].Sample(steps =>
        {
            var checkout = CheckoutBuilder.Checkout(1000);
            var number = 0;
            foreach (var (what, amount, which) in steps)
            {
                var before = checkout.Status;
                Step(checkout, what, amount, which, ref number);
                Assert.True(before != CheckoutStatus.Paid || checkout.Status == CheckoutStatus.Paid);
                Check(checkout);
            }

            // Nothing went back after all: every shilling counts as something again.
            foreach (var refund in checkout.Refunds.Where(r => r is { IsReserved: true, Status: not TransferStatus.Completed }))
            {
                Fail(checkout, refund);
                Check(checkout);
            }

            Assert.All(
                checkout.Receipts.Where(r => !r.IsRefundedOrReserved),
                r => Assert.Equal((Money.Zero, r.Amount), (r.Unassigned, r.Applied + r.Surplus)));
        });

    private static void Step(Checkout checkout, int what, int amount, int which, ref int number)
    {
        var receipt = checkout.Receipts.Count == 0 ? null : checkout.Receipts[which % checkout.Receipts.Count];
        var refund = checkout.Refunds.Count == 0 ? null : checkout.Refunds[which % checkout.Refunds.Count];
        switch (what)
        {
            case 0 or 1:
                Hear(checkout, $"UHB{number++:0000000}", amount);
                break;
            case 2 when receipt is not null:
                Order(checkout, RefundPolicy.OfCheckout(checkout, receipt.Number, which == 0 ? null : Money.FromShillings(amount)).Plan, false);
                break;
            case 3 when receipt is not null:
                Order(checkout, RefundPolicy.OfSurplus(receipt, checkout.Refunds, CheckoutBuilder.Phone, which < 5 ? null : Money.FromShillings(amount)).Plan, true);
                break;
            case 4 when refund is { IsReserved: true, Status: not TransferStatus.Completed }:
                Fail(checkout, refund);
                break;
            case 5 when refund is { Status: not TransferStatus.Completed }:
                refund.ApplyResult(new PaymentResult.Succeeded(new ReceiptNumber($"UIC{number++:0000000}"), refund.Amount, null, Now), true, [], Now);
                if (refund.HasTurned)
                {
                    checkout.ApplyReversal(refund.Id, Now);
                }

                break;
            case 6 when which == 0:
                checkout.Cancel(Now);
                break;
            case 6 when which == 1:
                checkout.Expire(CheckoutBuilder.Start + TimeSpan.FromHours(25));
                break;
            case 7 when checkout.RefusesPrompt(true, Now) is null:
                checkout.ApplyCallback(
                    checkout.Prompted(Now), new PaymentResult.Succeeded(new ReceiptNumber($"UHB{number++:0000000}"), checkout.Due.RoundedUp, null, Now), null, Guid.NewGuid(), Now);
                break;
        }
    }

    private static void Order(Checkout checkout, RefundPlan? plan, bool ofSurplus)
    {
        if (plan is not null)
        {
            Send(checkout, Refund.Queue(new(Guid.NewGuid()), "shop", plan, "ORDER-1", "because", ofSurplus, Now));
        }
    }

    private static void Check(Checkout checkout)
    {
        Assert.Equal(checkout.Status == CheckoutStatus.Paid, checkout.Paid == checkout.Amount);
        Assert.Equal(checkout.Paid.Cents, checkout.Receipts.Sum(r => r.Applied.Cents));
        foreach (var receipt in checkout.Receipts)
        {
            Assert.True(receipt.Applied >= Money.Zero && receipt.Surplus >= Money.Zero && receipt.Unassigned >= Money.Zero);
            Assert.True(receipt.Applied + receipt.Surplus + receipt.Unassigned <= receipt.Amount);

            // A refund that succeeded after it had failed may give back what was given back already; nothing else may.
            if (checkout.Refunds.All(r => r.Cases.Count == 0))
            {
                Assert.True(receipt.Refunds.Where(r => r.IsReserved).Sum(r => r.Amount.Cents) <= receipt.Amount.Cents);
                if (!checkout.HasEnded || checkout.Status == CheckoutStatus.Expired)
                {
                    Assert.True(receipt.Applied <= receipt.Left, $"{receipt.Applied} count, {receipt.Left} are left");
                }
            }
        }
    }

    private static (Checkout Checkout, Receipt Receipt) PartlyPaid(int amount, int part)
    {
        var checkout = CheckoutBuilder.Checkout(amount);
        Hear(checkout, "UHB0000001", part);
        return (checkout, checkout.Receipts[0]);
    }

    private static void Hear(Checkout checkout, string number, int amount) =>
        checkout.Hear(ConfirmationBuilder.Confirmation(number, amount, payer: "254708374149"), CheckoutBuilder.Start + TimeSpan.FromSeconds(60));

    private static Refund Reserve(Checkout checkout, Receipt receipt, int? amount = null, bool ofSurplus = false) => Send(checkout, Refund.Queue(
        new(Guid.NewGuid()), "shop", new(receipt, amount is { } a ? Money.FromShillings(a) : receipt.Amount, RefundMethod.B2c, CheckoutBuilder.Phone), "ORDER-1", "because", ofSurplus,
        Now));

    private static Refund Send(Checkout checkout, Refund refund)
    {
        checkout.Reserve(refund, Now);
        refund.Send(Now, Now);
        return refund;
    }

    private static void Fail(Checkout checkout, Refund refund)
    {
        refund.ApplyResult(TransferBuilder.NotPaid(), true, [], Now);
        Assert.Equal(TransferStatus.Failed, refund.Status);
        checkout.ApplyReversal(refund.Id, Now);
    }
}
