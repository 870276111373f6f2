using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Domain.Refunds;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>What is left to settle, what was written off, and what is told later of money that belongs to no order.</summary>
public sealed class WriteOffRuleTests
{
    private static readonly DateTimeOffset Now = CheckoutBuilder.Start + TimeSpan.FromMinutes(10);

    [Fact]
    public void Only_what_is_left_to_settle_is_written_off_and_only_once()
    {
        var receipt = Loose(305);
        receipt.Reserve(TransferBuilder.Refund(receipt, 300));
        Assert.Equal(5m, receipt.Unsettled.Shillings);

        Assert.True(receipt.WriteOff());
        Assert.Equal((5m, 0m, EntityState.Added), (receipt.WrittenOff.Shillings, receipt.Unsettled.Shillings, receipt.State));
        Assert.False(receipt.WriteOff());

        var (_, applied) = Paid(100, 100);
        Assert.False(applied.WriteOff());
    }

    [Fact]
    public void A_refund_takes_back_what_was_written_off_and_leaves_it_to_settle_when_it_fails()
    {
        var (checkout, receipt) = Paid(100, 150);
        Assert.True(receipt.WriteOff());
        var refund = Refund.Queue(
            new(Guid.NewGuid()), "shop", RefundPolicy.OfSurplus(receipt, checkout.Refunds, CheckoutBuilder.Phone, Money.FromShillings(20)).Plan!, "ORDER-1", "because", true, Now);

        checkout.Reserve(refund, Now);
        Assert.Equal((30m, 0m), (receipt.WrittenOff.Shillings, receipt.Unsettled.Shillings));

        refund.Send(Now, Now);
        refund.ApplyResult(TransferBuilder.NotPaid(), true, [], Now);
        checkout.ApplyReversal(refund.Id, Now);
        Assert.Equal((30m, 20m), (receipt.WrittenOff.Shillings, receipt.Unsettled.Shillings));
    }

    [Fact]
    public void Money_that_counts_is_no_longer_written_off()
    {
        var checkout = CheckoutBuilder.Checkout(100);
        var receipt = Loose(150);
        Assert.True(receipt.WriteOff());

        Assert.Null(checkout.Match(receipt, Now));

        Assert.Equal((100m, 50m, 50m, 0m), (
            receipt.Applied.Shillings, receipt.Surplus.Shillings, receipt.WrittenOff.Shillings, receipt.Unsettled.Shillings));
    }

    [Fact]
    public void Surplus_that_was_written_off_is_still_there_for_what_a_query_had_called_paid()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.AnswerPaid(attempt, CheckoutBuilder.Start + TimeSpan.FromSeconds(50));
        checkout.Hear(ConfirmationBuilder.Confirmation("UGA7RT61SV", payer: "254700099999"), Now);
        var surplus = checkout.Receipts.Single(r => r.Number is not null);
        Assert.True(surplus.WriteOff());

        Assert.Equal(SettlementResult.Applied, checkout.Hear(attempt, CheckoutBuilder.Paid("UGA7RT61SV"), Now));

        Assert.Equal((1500m, 0m, 0m), (surplus.Applied.Shillings, surplus.Surplus.Shillings, surplus.WrittenOff.Shillings));
        Assert.Equal(CheckoutStatus.Paid, checkout.Status);
        ConfirmationBuilder.Check(checkout);
    }

    [Fact]
    public void The_same_number_with_another_amount_is_a_case_and_changes_nothing()
    {
        var receipt = Loose(250);

        Assert.Equal(SettlementResult.Contradiction, receipt.ApplyRepeatedConfirmation(ConfirmationBuilder.Confirmation("UGA7RT61SV", 2500)));

        Assert.Equal((CaseKind.AmountDiffers, receipt.Id.Value, (CheckoutId?)null), (receipt.Cases.Single().Kind, receipt.Cases.Single().SubjectId, receipt.Cases.Single().CheckoutId));
        Assert.Equal((250m, ""), (receipt.Amount.Shillings, receipt.Account));
    }

    [Fact]
    public void Told_with_and_without_what_it_needs_in_one_batch_it_is_one_receipt()
    {
        // A query knows the payment without its number; the first confirmation names no account, the second does, and neither is written yet.
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.AnswerPaid(attempt, CheckoutBuilder.Start + TimeSpan.FromSeconds(50));
        var told = Loose(1500);

        Assert.Equal(SettlementResult.Applied, checkout.ApplyConfirmedAccount(told, Now));

        var only = Assert.Single(checkout.Receipts);
        Assert.Same(told, only);
        Assert.Equal((attempt.Id, 1500m, EntityState.Added), (only.AttemptId!.Value, only.Applied.Shillings, only.State));
        ConfirmationBuilder.Check(checkout);
    }

    private static Receipt Loose(int amount) =>
        (ConfirmationBuilder.Confirmation("UGA7RT61SV", amount) with { Account = "" }).ToReceipt(new(Guid.NewGuid()), CheckoutBuilder.Start + TimeSpan.FromSeconds(30));

    private static (Checkout Checkout, Receipt Receipt) Paid(int amount, int came)
    {
        var checkout = CheckoutBuilder.Checkout(amount);
        checkout.Hear(ConfirmationBuilder.Confirmation("UHB0000001", came, payer: "254708374149"), Now);
        return (checkout, checkout.Receipts[0]);
    }
}
