using System.Security.Cryptography;
using System.Text;
using Payments.Application.C2b;
using Payments.Domain.C2b;
using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>A hash in place of a number is proof of somebody else only where the shortcode is known to use that hash (R16).</summary>
public sealed class PayerHashTests
{
    private static readonly DateTimeOffset Later = CheckoutBuilder.Start + TimeSpan.FromSeconds(70);

    [Theory]
    [InlineData("254708374149", PayerHash.Msisdn)]
    [InlineData("+254708374149", PayerHash.PlusMsisdn)]
    [InlineData("0708374149", PayerHash.Local)]
    [InlineData("708374149", PayerHash.National)]
    public void The_hash_of_any_writing_is_this_number(string writing, PayerHash form)
    {
        Assert.Equal(form, PayerHint.HashIn(Sha(writing), CheckoutBuilder.Phone));
        Assert.Equal((PayerMatch.Same, PayerMatch.Same), (PayerHint.Compare(Sha(writing), CheckoutBuilder.Phone), PayerHint.Compare(Sha(writing).ToUpperInvariant(), CheckoutBuilder.Phone, form)));
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData(PayerHash.Msisdn, 2)]
    public void Anothers_hash_is_another_payment_only_where_its_form_is_known(PayerHash? used, int receipts)
    {
        var checkout = CheckoutBuilder.Checkout();
        checkout.Set(nameof(Checkout.PayerHash), used);
        var attempt = checkout.Prompted();
        checkout.AnswerPaid(attempt, Later);

        checkout.Hear(ConfirmationBuilder.Confirmation("N1", payer: Sha("254700000001")), Later);

        Assert.Equal(receipts, checkout.Receipts.Count);
    }

    [Fact]
    public void What_is_shown_says_which_hash_is_used_and_what_is_known_is_no_news()
    {
        var shown = new PayerHashes();
        shown.Look(Sha("254708374149"), CheckoutBuilder.Phone, isCertain: false);
        shown.Look(Sha("254708374149"), CheckoutBuilder.Phone, isCertain: true);
        shown.Look("2547 ***** 149", CheckoutBuilder.Phone, isCertain: true);
        shown.Look(Sha("254700000001"), CheckoutBuilder.Phone, isCertain: false);
        shown.Look(Sha("254708374149"), null, isCertain: true);

        Assert.Equal((PayerHash.Msisdn, 2), shown.News(known: null));
        Assert.Equal((PayerHash.Msisdn, 2), shown.News(PayerHash.Local));
        Assert.Null(shown.News(PayerHash.Msisdn));
    }

    [Fact]
    public void A_certain_payer_shown_otherwise_or_two_forms_at_once_end_what_was_known()
    {
        var otherwise = new PayerHashes();
        otherwise.Look(Sha("254708374149"), CheckoutBuilder.Phone, isCertain: true);
        otherwise.Look(Sha("salt254708374149"), CheckoutBuilder.Phone, isCertain: true);
        var both = new PayerHashes();
        both.Look(Sha("254708374149"), CheckoutBuilder.Phone, isCertain: false);
        both.Look(Sha("0708374149"), CheckoutBuilder.Phone, isCertain: false);

        Assert.Equal((null, 0), otherwise.News(PayerHash.Msisdn));
        Assert.Equal((null, 0), both.News(PayerHash.Msisdn));
        Assert.Null(new PayerHashes().News(PayerHash.Msisdn));
    }

    [Fact]
    public void Nothing_is_sent_to_the_prompts_phone_for_money_that_shows_other_digits()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.AnswerPaid(attempt, Later);
        checkout.Hear(ConfirmationBuilder.Confirmation("N1", payer: "2547 ***** 150"), Later);
        var receipt = Assert.Single(checkout.Receipts);
        Assert.Null(checkout.PhoneOf(receipt));
        Assert.Equal(RefundRefusal.PayerUnknown, RefundPolicy.OfCheckout(checkout, new ReceiptNumber("N1"), Money.FromShillings(100)).Refusal);

        // Its own callback says that it was this prompt's.
        checkout.Hear(attempt, CheckoutBuilder.Paid("N1"), Later);
        Assert.Equal(CheckoutBuilder.Phone, checkout.PhoneOf(receipt));
    }

    [Theory]
    [InlineData("0708 374 149")]
    [InlineData("708374149")]
    [InlineData("00254708374149")]
    public void A_part_goes_back_to_a_whole_number_in_any_writing(string payer)
    {
        var checkout = CheckoutBuilder.Checkout();
        checkout.Hear(ConfirmationBuilder.Confirmation("N1", payer: payer), Later);

        var (plan, _) = RefundPolicy.OfCheckout(checkout, new ReceiptNumber("N1"), Money.FromShillings(100));

        Assert.Equal((RefundMethod.B2c, CheckoutBuilder.Phone), (plan!.Method, plan.Payer));
    }

    [Fact]
    public void A_till_payment_that_was_taken_for_a_prompts_and_was_not_is_a_persons_question()
    {
        var checkout = CheckoutBuilder.Checkout();
        checkout.Set(nameof(Checkout.Ours), new OurShortcodes("174379", "300584"));
        var attempt = checkout.Prompted();
        checkout.AnswerPaid(attempt, Later);
        checkout.ApplyConfirmation(ConfirmationBuilder.Confirmation("N1", payer: null, method: PaymentMethod.Till) with { Shortcode = "300584" }, new(Guid.NewGuid()), Later);
        Assert.Equal("N1", Assert.Single(checkout.Receipts).Number?.Value);

        checkout.Hear(attempt, CheckoutBuilder.Paid("N2"), Later);

        Assert.Equal((PaymentMethod.Till, CaseKind.AmbiguousMatch), (checkout.Receipts.Single(r => r.Number?.Value == "N1").Method, Assert.Single(checkout.Cases).Kind));
        ConfirmationBuilder.Check(checkout);
    }

    private static string Sha(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
}
