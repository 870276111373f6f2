using System.Security.Cryptography;
using System.Text;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>
/// However M-PESA shows a payer, a form nobody foresaw is never "somebody else" (R16): one payment told by a query and by a confirmation
/// stays one receipt, and nothing of it becomes surplus that could be given back.
/// </summary>
public sealed class PayerFormTests
{
    private const string Number = "254700010404";

    private static readonly DateTimeOffset Later = CheckoutBuilder.Start + TimeSpan.FromSeconds(70);
    private static readonly Money Price = Money.FromShillings(1500);

    private static Msisdn Phone => Msisdn.TryParse(Number, out var phone) ? phone : throw new InvalidOperationException();

    /// <summary>Forms that are the same number, or cannot be read; <c>%…%</c> is made when the test runs.</summary>
    public static TheoryData<string> Unproven =>
    [
        Number, "+254700010404", "00254700010404", "0700010404", "700010404", "254 700 010 404", "254\u00A0700\u202F010\u2007404", "0700-010-404",
        "+254 (0)700 010\u2013404", "２５４７００010404", "254\u200B700010404",
        "2547 ***** 404", "25470****404", "0700****404", "07****404", "+2547*****404", "2547XXXXX404", "0722XXXXXX", "******404", "2547 ***** 40*", "****",
        "2547 ***** 405", "0711****404", "070001040*",
        "%sha256%", "%SHA256%", "%sha256 of +%", "%sha256 of 0%", "%sha256 of something else%", "%starred sha256%", "%sha1%", "%base64%",
        "112233", "254", "0", "N/A", "null", "tel:254700010404", "JANE DOE", "254700010404.0", "2547000104045", "25570001040", "254201234567", "", " ", "%nothing%",
    ];

    public static TheoryData<string> SomebodyElse => ["254700010405", "+254 700 010 405", "00254700010405", "0700010405", "700010405", "254\u00A0700\u00A0010\u00A0405"];

    [Theory]
    [MemberData(nameof(Unproven))]
    public void It_is_one_receipt_when_the_query_was_first(string form)
    {
        var (checkout, attempt) = Prompted();
        checkout.AnswerPaid(attempt, Later);

        checkout.Hear(ConfirmationBuilder.Confirmation("N1", payer: Make(form)), Later);

        IsOne(checkout);
        Assert.Equal(SettledBy.StkQuery, checkout.Receipts[0].SettledBy);
    }

    [Theory]
    [MemberData(nameof(Unproven))]
    public void It_is_one_receipt_when_the_confirmation_was_first_also_thirty_minutes_later(string form)
    {
        foreach (var asked in new[] { Later, CheckoutBuilder.Start + TimeSpan.FromMinutes(30) })
        {
            var (checkout, attempt) = Prompted();
            checkout.Hear(ConfirmationBuilder.Confirmation("N1", payer: Make(form)), CheckoutBuilder.Start + TimeSpan.FromSeconds(21));
            checkout.AnswerPaid(attempt, asked);

            IsOne(checkout);

            // Nothing waits to be declared surplus when the half hour for a number is over.
            Assert.All(checkout.Receipts, receipt => Assert.Null(receipt.SurplusDueAt));
        }
    }

    [Theory]
    [MemberData(nameof(Unproven))]
    public void The_prompts_own_callback_afterwards_changes_nothing(string form)
    {
        var (checkout, attempt) = Prompted();
        checkout.AnswerPaid(attempt, Later);
        checkout.Hear(ConfirmationBuilder.Confirmation("N1", payer: Make(form)), Later);

        Assert.Equal(SettlementResult.Duplicate, checkout.Hear(attempt, CheckoutBuilder.Paid("N1"), Later));

        IsOne(checkout);
        Assert.False(checkout.Receipts[0].IsInferred);
    }

    [Theory]
    [MemberData(nameof(SomebodyElse))]
    public void A_full_number_that_differs_is_another_payment_in_any_writing(string form)
    {
        var (checkout, attempt) = Prompted();
        checkout.AnswerPaid(attempt, Later);

        checkout.Hear(ConfirmationBuilder.Confirmation("N1", payer: form), Later);

        Assert.Equal(2, checkout.Receipts.Count);
        Assert.Equal((Price, Price), (checkout.Paid, checkout.Receipts[1].Surplus));
    }

    private static (Checkout Checkout, Attempt Attempt) Prompted()
    {
        var checkout = CheckoutBuilder.Checkout();
        return (checkout, checkout.Prompt(new(Guid.NewGuid()), Phone, CheckoutBuilder.Start + TimeSpan.FromSeconds(45), CheckoutBuilder.Start));
    }

    private static void IsOne(Checkout checkout)
    {
        var receipt = Assert.Single(checkout.Receipts);
        Assert.Equal(("N1", Price, Money.Zero), (receipt.Number?.Value, receipt.Applied, receipt.Surplus));
        Assert.Equal((CheckoutStatus.Paid, Price), (checkout.Status, checkout.Paid));
        Assert.Empty(checkout.Cases);
        Assert.DoesNotContain(CheckoutEvents.Surplus, checkout.Events);
        ConfirmationBuilder.Check(checkout);
    }

    private static string? Make(string form)
    {
        static string Sha(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
        return form switch
        {
            "%sha256%" => Sha(Number),
            "%SHA256%" => Sha(Number).ToUpperInvariant(),
            "%sha256 of +%" => Sha("+" + Number),
            "%sha256 of 0%" => Sha("0" + Number[3..]),
            "%sha256 of something else%" => Sha("salt" + Number),
            "%starred sha256%" => $"{Sha(Number)[..34]} ***** {Sha(Number)[^25..]}",
            "%sha1%" => Sha(Number)[..40],
            "%base64%" => Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(Number))),
            "%nothing%" => null,
            _ => form,
        };
    }
}
