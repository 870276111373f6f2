using System.Security.Cryptography;
using System.Text;
using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>A code that a customer gives moves money only where everything agrees (R21).</summary>
public sealed class ClaimedPaymentTests
{
    private static readonly DateTimeOffset Now = CheckoutBuilder.Start + TimeSpan.FromMinutes(10);

    private static readonly Msisdn Other = Msisdn.TryParse("254700000999", out var phone) ? phone : default;

    [Fact]
    public void Where_all_agrees_it_is_his()
    {
        var checkout = CheckoutBuilder.Checkout();
        var receipt = Unmatched();

        Assert.Equal(ClaimAnswer.Yours, checkout.Claim(receipt, mayOpenCase: true, Now));

        Assert.Equal((CheckoutStatus.Paid, checkout.Amount, Money.Zero), (checkout.Status, receipt.Applied, receipt.Surplus));
        Assert.Empty(checkout.Cases);
        ConfirmationBuilder.Check(checkout);

        // Told again it is the same.
        Assert.Equal(ClaimAnswer.Yours, checkout.Claim(receipt, mayOpenCase: true, Now));
        Assert.Single(checkout.Receipts);
    }

    [Theory]
    [InlineData(1499)]
    [InlineData(1501)]
    [InlineData(3000)]
    public void Another_amount_moves_nothing(int amount) => Disagrees(CheckoutBuilder.Checkout(), Unmatched(amount: amount), ClaimDoubt.Amount);

    [Fact]
    public void What_is_due_after_a_part_is_what_counts()
    {
        var checkout = CheckoutBuilder.Checkout();
        checkout.Hear(ConfirmationBuilder.Confirmation("N1", 1000), Now);

        Disagrees(checkout, Unmatched(amount: 1500), ClaimDoubt.Amount);
        Assert.Equal(ClaimAnswer.Yours, checkout.Claim(Unmatched(amount: 500), mayOpenCase: true, Now));
        Assert.Equal(CheckoutStatus.Paid, checkout.Status);
    }

    [Theory]
    [InlineData(-301, false)]
    [InlineData(-300, true)]
    [InlineData(0, true)]
    [InlineData(900, true)]
    [InlineData(901, false)]
    public void Its_time_is_between_the_orders_beginning_and_now(int seconds, bool agrees)
    {
        var (checkout, receipt) = (CheckoutBuilder.Checkout(), Unmatched(at: CheckoutBuilder.Start + TimeSpan.FromSeconds(seconds)));
        if (agrees)
        {
            Assert.Equal(ClaimAnswer.Yours, checkout.Claim(receipt, mayOpenCase: true, Now));
        }
        else
        {
            Disagrees(checkout, receipt, ClaimDoubt.Time);
        }
    }

    [Theory]
    [InlineData("254708374149", true)]
    [InlineData("2547 ***** 149", true)]
    [InlineData(null, true)]
    [InlineData("something", true)]
    [InlineData("254700000999", false)]
    [InlineData("2547 ***** 999", false)]
    public void The_payer_agrees_as_far_as_he_is_shown(string? payer, bool agrees)
    {
        var checkout = CheckoutBuilder.Checkout();
        checkout.Prompted();
        var receipt = Unmatched(payer: payer);
        if (agrees)
        {
            Assert.Equal(ClaimAnswer.Yours, checkout.Claim(receipt, mayOpenCase: true, Now));
        }
        else
        {
            Disagrees(checkout, receipt, ClaimDoubt.Payer);
        }
    }

    [Fact]
    public void A_hash_of_a_form_that_is_known_to_be_used_tells_payers_apart_and_another_does_not()
    {
        var somebody = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(Other.Value)));
        var known = Hashing(PayerHash.Msisdn);
        known.Prompted();
        Disagrees(known, Unmatched(payer: somebody), ClaimDoubt.Payer);

        var unknown = Hashing(null);
        unknown.Prompted();
        Assert.Equal(ClaimAnswer.Yours, unknown.Claim(Unmatched(payer: somebody), mayOpenCase: true, Now));
    }

    [Fact]
    public void Without_a_phone_there_is_nothing_to_compare_unless_it_is_shown_to_be_anothers()
    {
        Assert.Equal(ClaimAnswer.Yours, CheckoutBuilder.Checkout().Claim(Unmatched(payer: Other.Value), mayOpenCase: true, Now));

        Disagrees(CheckoutBuilder.Checkout(), Unmatched(payer: Other.Value, rivals: [Other]), ClaimDoubt.Payer);
        Assert.Equal(ClaimAnswer.Yours, CheckoutBuilder.Checkout().Claim(Unmatched(payer: null, rivals: [Other, null]), mayOpenCase: true, Now));
    }

    [Fact]
    public void Of_a_paid_or_cancelled_order_nothing_is_due()
    {
        var paid = CheckoutBuilder.Checkout();
        paid.Hear(ConfirmationBuilder.Confirmation("N1"), Now);
        Disagrees(paid, Unmatched(), ClaimDoubt.NothingDue);

        var cancelled = CheckoutBuilder.Checkout();
        Assert.Null(cancelled.Cancel(Now));
        Disagrees(cancelled, Unmatched(), ClaimDoubt.NothingDue);
    }

    [Fact]
    public void An_expired_or_failed_order_is_paid_late()
    {
        var checkout = CheckoutBuilder.Checkout();
        var later = CheckoutBuilder.Start + TimeSpan.FromHours(25);
        Assert.True(checkout.Expire(later));

        Assert.Equal(ClaimAnswer.Yours, checkout.Claim(Unmatched(at: later), mayOpenCase: true, later));

        Assert.Equal((CheckoutStatus.Paid, true), (checkout.Status, checkout.IsLate));
    }

    [Fact]
    public void What_a_query_called_paid_only_gets_its_number()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.AnswerPaid(attempt, CheckoutBuilder.Start + TimeSpan.FromMinutes(2));
        Assert.Equal(CheckoutStatus.Paid, checkout.Status);
        var receipt = Unmatched();

        Assert.Equal(ClaimAnswer.Yours, checkout.Claim(receipt, mayOpenCase: true, Now));

        Assert.Equal((checkout.Amount, Money.Zero), (receipt.Applied, receipt.Surplus));
        Assert.Same(receipt, Assert.Single(checkout.Receipts));
        ConfirmationBuilder.Check(checkout);
    }

    [Fact]
    public void A_prompts_callback_that_names_the_number_later_counts_nothing_again()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        Assert.Equal(ClaimAnswer.Yours, checkout.Claim(Unmatched("UGA7RT61SV"), mayOpenCase: true, Now));

        checkout.Hear(attempt, CheckoutBuilder.Paid("UGA7RT61SV"), Now);

        Assert.Equal((checkout.Amount, 1), (checkout.Paid, checkout.Receipts.Count));
        Assert.Equal((AttemptStatus.Succeeded, Money.Zero), (attempt.Status, checkout.Surplus));
    }

    [Fact]
    public void Anothers_money_given_back_or_written_off_is_used()
    {
        var first = CheckoutBuilder.Checkout();
        var taken = Unmatched();
        first.Claim(taken, mayOpenCase: true, Now);
        var refunded = Unmatched();
        refunded.Reserve(Refund.Queue(
            new(Guid.NewGuid()), "shop", new(refunded, refunded.Amount, RefundMethod.Reversal, CheckoutBuilder.Phone), null, "Back", ofSurplus: true, Now));
        var written = Unmatched();
        Assert.True(written.WriteOff());

        Assert.All(new[] { taken, refunded, written }, receipt =>
        {
            var checkout = CheckoutBuilder.Checkout();
            Assert.Equal(ClaimAnswer.AlreadyUsed, checkout.Claim(receipt, mayOpenCase: true, Now));
            Assert.Empty(checkout.Receipts);
            Assert.Empty(checkout.Cases);
        });
        Assert.Equal(first.Id, taken.CheckoutId);
    }

    [Fact]
    public void To_a_number_that_is_not_ours_it_pays_nothing() =>
        Disagrees(CheckoutBuilder.Checkout(), Unmatched(shortcode: "600999"), ClaimDoubt.OtherShortcode);

    [Fact]
    public void A_second_claim_makes_no_second_case()
    {
        var checkout = CheckoutBuilder.Checkout();

        Assert.Equal(ClaimAnswer.DoesNotAgree, checkout.Claim(Unmatched(amount: 1), mayOpenCase: false, Now));

        Assert.Empty(checkout.Cases);
    }

    private static void Disagrees(Checkout checkout, Receipt receipt, ClaimDoubt doubt)
    {
        var before = (checkout.Status, checkout.Paid, checkout.Receipts.Count);

        Assert.Equal(ClaimAnswer.DoesNotAgree, checkout.Claim(receipt, mayOpenCase: true, Now));

        Assert.Equal(before, (checkout.Status, checkout.Paid, checkout.Receipts.Count));
        Assert.Equal((null, Money.Zero), (receipt.CheckoutId, receipt.Applied));
        Assert.Equal(doubt, Assert.IsType<ClaimDisagrees>(checkout.Cases[^1]).Doubt);
    }

    private static Checkout Hashing(PayerHash? hash)
    {
        var made = CheckoutBuilder.Checkout();
        return new Checkout
        {
            Id = made.Id,
            Client = made.Client,
            Account = made.Account,
            Amount = made.Amount,
            CreatedAt = made.CreatedAt,
            ExpiresAt = made.ExpiresAt,
            UpdatedAt = made.UpdatedAt,
            Status = made.Status,
            PayerHash = hash,
        };
    }

    private static Receipt Unmatched(
        string? number = null, int amount = 1500, DateTimeOffset? at = null, string? payer = "2547 ***** 149", string? shortcode = null, IReadOnlyList<Msisdn?>? rivals = null) => new()
        {
            Id = new(Guid.NewGuid()),
            Number = new(number ?? "UGA" + Guid.NewGuid().ToString("N")[..7].ToUpperInvariant()),
            Amount = Money.FromShillings(amount),
            Account = "NOBODY-1",
            Payer = payer,
            Shortcode = shortcode,
            At = at ?? CheckoutBuilder.Start + TimeSpan.FromMinutes(1),
            RecordedAt = CheckoutBuilder.Start + TimeSpan.FromMinutes(1),
            Method = PaymentMethod.Paybill,
            SettledBy = SettledBy.Confirmation,
            Rivals = rivals ?? [],
        };
}
