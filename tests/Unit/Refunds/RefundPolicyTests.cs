using CsCheck;
using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>R12: what may go back and which way.</summary>
public sealed class RefundPolicyTests
{
    private static readonly DateTimeOffset Now = CheckoutBuilder.Start;

    [Fact]
    public void A_whole_receipt_is_reversed_and_a_part_goes_to_the_payer()
    {
        var checkout = Paid();
        Assert.Equal(RefundMethod.Reversal, Plan(checkout).Method);
        Assert.Equal((RefundMethod.B2c, CheckoutBuilder.Phone), (Plan(checkout, 500).Method, Plan(checkout, 500).Payer));
    }

    [Fact]
    public void What_is_reserved_is_not_given_back_twice()
    {
        var checkout = Paid();
        Add(checkout, Plan(checkout));
        Assert.Equal(RefundRefusal.ExceedsPayment, Refusal(checkout));
        Assert.Equal(RefundRefusal.ExceedsPayment, Refusal(checkout, 10));
    }

    [Fact]
    public void After_a_part_the_rest_goes_by_b2c()
    {
        var checkout = Paid();
        Add(checkout, Plan(checkout, 500));
        Assert.Equal((RefundMethod.B2c, 1000m), (Plan(checkout).Method, Plan(checkout).Amount.Shillings));
        Assert.Equal(RefundRefusal.ExceedsPayment, Refusal(checkout, 1001));
    }

    [Theory]
    [InlineData("21", false, RefundMethod.B2c)]
    [InlineData("26", true, RefundMethod.Reversal)]
    public void Only_a_definitive_refusal_of_the_reversal_sends_the_whole_by_b2c(string code, bool retryable, RefundMethod then)
    {
        var checkout = Paid();
        var reversal = Add(checkout, Plan(checkout));
        reversal.Send(Now, Now);
        reversal.Accepted("AG_1", "their-1", Now);
        reversal.ApplyResult(new PaymentResult.Failed(new(FailureCode.Rejected, code, "No.", retryable), Certainty.Final), true, [], Now);

        Assert.Equal(then, Plan(checkout).Method);
    }

    [Theory]
    [InlineData("R000001")]
    [InlineData("R000002")]
    public void A_reversal_that_may_have_happened_is_a_case_and_stays_reserved(string code)
    {
        var checkout = Paid();
        var reversal = Add(checkout, Plan(checkout));
        reversal.Send(Now, Now);
        reversal.ApplyResult(new PaymentResult.Failed(new(FailureCode.Rejected, code, "No.", false), Certainty.Final), true, [], Now);

        Assert.Equal((TransferStatus.InDoubt, CaseKind.ReversalRefused), (reversal.Status, Assert.Single(reversal.Cases).Kind));
        Assert.Equal(RefundRefusal.ExceedsPayment, Refusal(checkout));

        reversal.SettleByOperator(false, "the statement shows no reversal", Now);
        Assert.Equal(RefundMethod.B2c, Plan(checkout).Method);
    }

    [Fact]
    public void What_a_status_query_says_of_a_refused_reversal_says_nothing_of_an_earlier_one()
    {
        var checkout = Paid();
        var reversal = Add(checkout, Plan(checkout));
        reversal.Send(Now, Now);
        reversal.Accepted("AG_1", "their-1", Now);
        reversal.ApplyResult(new PaymentResult.Failed(new(FailureCode.Rejected, "R000001", "Already reversed.", false), Certainty.Final), true, [], Now);
        reversal.ApplyQueueTimeout(Now);
        Assert.True(reversal.ScheduleManualQuery(1, Now));

        Assert.Equal(SettlementResult.Unsettled, reversal.ApplyStatusResult(Found(TransactionState.NotCompleted, "Declined"), Now));
        Assert.Equal(
            SettlementResult.Contradiction,
            reversal.ApplyResult(new PaymentResult.Failed(new(FailureCode.Rejected, "21", "Not allowed.", false), Certainty.Final), true, [], Now));

        Assert.Equal(TransferStatus.InDoubt, reversal.Status);
        Assert.Equal(RefundRefusal.ExceedsPayment, Refusal(checkout));

        Assert.Equal(SettlementResult.Applied, reversal.ApplyStatusResult(Found(TransactionState.Completed, "Completed"), Now));
        Assert.Equal(TransferStatus.Completed, reversal.Status);

        static TransactionFound Found(TransactionState state, string text) => new(state, text, new ReceiptNumber("UGA0000001"), "their-1", "AG_1", Money.FromShillings(1500), [], Now);
    }

    [Fact]
    public void A_shop_gives_back_a_whole_receipt_or_of_what_was_applied()
    {
        var checkout = Paid();
        var receipt = checkout.Receipts[0];
        receipt.Set(nameof(Receipt.Applied), Money.FromShillings(1000));
        receipt.Set(nameof(Receipt.Surplus), Money.FromShillings(500));

        Assert.Equal((RefundMethod.Reversal, 1500m), (Plan(checkout).Method, Plan(checkout).Amount.Shillings));
        Assert.Equal((RefundMethod.Reversal, 1500m), (Plan(checkout, 1500).Method, Plan(checkout, 1500).Amount.Shillings));
        Assert.Equal(RefundRefusal.ExceedsPayment, Refusal(checkout, 1001));
        Add(checkout, Plan(checkout, 400));
        Assert.Equal(600m, Plan(checkout).Amount.Shillings);
        Assert.Equal(RefundRefusal.ExceedsPayment, Refusal(checkout, 601));
    }

    [Fact]
    public void Nothing_below_ten_shillings_and_no_cents_go_by_b2c()
    {
        var checkout = Paid();
        Assert.Equal(RefundRefusal.NotByB2c, Refusal(checkout, 9));
        Assert.Equal(RefundRefusal.NotByB2c, Refusing(checkout, null, Money.FromCents(10050)));
    }

    [Fact]
    public void An_unknown_payer_gets_reversals_only()
    {
        var receipt = new Receipt
        {
            Id = new(Guid.NewGuid()),
            Number = new ReceiptNumber("R1"),
            Amount = Money.FromShillings(100),
            Method = PaymentMethod.Paybill,
            SettledBy = SettledBy.Confirmation,
            Payer = "2547 ***** 149",
            At = Now,
        };
        Assert.Equal(RefundMethod.Reversal, RefundPolicy.OfSurplus(receipt, [], null, null).Plan!.Method);
        Assert.Equal(RefundRefusal.PayerUnknown, RefundPolicy.OfSurplus(receipt, [], null, Money.FromShillings(50)).Refusal);
        receipt.Set(nameof(Receipt.Payer), "254708374149");
        Assert.Equal(RefundMethod.B2c, RefundPolicy.OfSurplus(receipt, [], null, Money.FromShillings(50)).Plan!.Method);
    }

    [Fact]
    public void An_operator_gives_surplus_back_once_and_no_more_than_it()
    {
        var checkout = Paid();
        var receipt = checkout.Receipts[0];
        receipt.Set(nameof(Receipt.Applied), Money.FromShillings(1000));
        receipt.Set(nameof(Receipt.Surplus), Money.FromShillings(500));
        var (plan, _) = RefundPolicy.OfSurplus(receipt, checkout.Refunds, CheckoutBuilder.Phone, null);
        Assert.Equal((RefundMethod.B2c, 500m), (plan!.Method, plan.Amount.Shillings));
        Add(checkout, plan, ofSurplus: true);
        Assert.Equal(RefundRefusal.ExceedsPayment, RefundPolicy.OfSurplus(receipt, checkout.Refunds, CheckoutBuilder.Phone, null).Refusal);
        Assert.Equal(1000m, Plan(checkout).Amount.Shillings);
    }

    [Fact]
    public void A_receipt_without_a_number_waits_and_nothing_received_is_said_so()
    {
        var checkout = CheckoutBuilder.Checkout();
        Assert.Equal(RefundRefusal.NotPaid, Refusal(checkout));
        var attempt = checkout.Prompted();
        checkout.ApplyQueryResult(attempt, new PaymentResult.Succeeded(null, null, null, null), Guid.NewGuid(), Now);
        Assert.Equal(RefundRefusal.ReceiptUnknown, Refusal(checkout));
        Assert.Equal(RefundRefusal.ReceiptUnknown, Refusing(Paid(), "NOTMINE", null));
    }

    [Fact]
    public void However_refunds_are_ordered_and_end_what_is_reserved_never_exceeds_the_receipt() =>
        Gen.Select(Gen.Int[1, 1600], Gen.Int[0, 3], Gen.Bool).Array[1, 15].Sample(orders =>
        {
            var checkout = Paid();
            foreach (var (amount, end, whole) in orders)
            {
                var (plan, _) = RefundPolicy.OfCheckout(checkout, null, whole ? null : Money.FromShillings(amount));
                if (plan is null)
                {
                    continue;
                }

                var reversing = checkout.Refunds.Any(r => r.Method == RefundMethod.Reversal && r.IsReserved);
                Assert.False(plan.Method == RefundMethod.B2c && reversing);
                var refund = Add(checkout, plan);
                refund.Send(Now, Now);
                if (end == 1)
                {
                    refund.Refused(TransferBuilder.NoFloat, Now);
                }
                else if (end == 2)
                {
                    refund.ApplyResult(new PaymentResult.Succeeded(new ReceiptNumber("X1"), refund.Amount, null, Now), true, [], Now);
                }

                Assert.True(checkout.Refunds.Where(r => r.IsReserved).Sum(r => r.Amount.Cents) <= checkout.Receipts[0].Amount.Cents);
                Assert.Equal(CheckoutStatus.Paid, checkout.Status);
            }
        });

    private static Checkout Paid()
    {
        var checkout = CheckoutBuilder.Checkout();
        checkout.Hear(checkout.Prompted(), CheckoutBuilder.Paid("UGA7RT61SV"), Now);
        return checkout;
    }

    private static RefundPlan Plan(Checkout checkout, int? amount = null) =>
        RefundPolicy.OfCheckout(checkout, null, amount is { } a ? Money.FromShillings(a) : null).Plan!;

    private static RefundRefusal? Refusal(Checkout checkout, int? amount = null) =>
        Refusing(checkout, null, amount is { } a ? Money.FromShillings(a) : null);

    private static RefundRefusal? Refusing(Checkout checkout, string? number, Money? amount) => RefundPolicy.OfCheckout(checkout, Numbers.Of(number), amount).Refusal;

    private static Refund Add(Checkout checkout, RefundPlan plan, bool ofSurplus = false)
    {
        var refund = Refund.Queue(new(Guid.NewGuid()), "shop", plan, "ORDER-1", "because", ofSurplus, Now);
        checkout.Reserve(refund, Now);
        return refund;
    }
}
