using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>One payment told by its callback, a query and a confirmation is one receipt in every order of arrival (R7).</summary>
public sealed class OnePaymentSeenThriceTests
{
    private static readonly Money Price = Money.FromShillings(1500);

    public enum Told
    {
        Callback,
        Query,
        Confirmation,
        OtherPayment,
    }

    public static TheoryData<string> Orders => [.. Every(Told.Callback, Told.Query, Told.Confirmation)];

    public static TheoryData<string> OrdersWithAnotherPayment => [.. Every(Told.Callback, Told.Query, Told.Confirmation, Told.OtherPayment)];

    public static TheoryData<string> OrdersWithoutTheCallback => [.. Every(Told.Query, Told.Confirmation, Told.OtherPayment)];

    [Theory]
    [MemberData(nameof(Orders))]
    public void It_is_one_receipt(string order)
    {
        var checkout = Play(order);

        var receipt = Assert.Single(checkout.Receipts);
        Assert.Equal(("N1", Price, Money.Zero), (receipt.Number?.Value, receipt.Applied, receipt.Surplus));
        Assert.Equal((checkout.Attempts[0].Id, false, PaymentMethod.Stk), (receipt.AttemptId, receipt.IsInferred, receipt.Method));
        Assert.Equal((CheckoutStatus.Paid, AttemptStatus.Succeeded), (checkout.Status, checkout.Attempts[0].Status));
        Assert.Empty(checkout.Cases);
        Assert.Equal("JOHN", receipt.PayerName);
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void With_every_message_twice_it_is_still_one(string order)
    {
        var checkout = Play(string.Join(' ', order.Split(' ').SelectMany(told => new[] { told, told })));

        Assert.Equal("N1", Assert.Single(checkout.Receipts).Number?.Value);
        Assert.Equal(Price, checkout.Paid);
        Assert.Empty(checkout.Cases);
    }

    [Theory]
    [MemberData(nameof(OrdersWithAnotherPayment))]
    public void A_second_real_payment_of_the_same_amount_is_a_second_receipt(string order)
    {
        var checkout = Play(order);

        Assert.Equal(["N1", "N2"], checkout.Receipts.Select(r => r.Number?.Value).Order());
        Assert.Equal((Price, Price), (checkout.Paid, Sum(checkout, r => r.Surplus)));

        // Whichever was joined meanwhile, the callback's word stands: the prompt was paid by N1, N2 came by hand.
        Assert.Equal((checkout.Attempts[0].Id, false), checkout.Receipts.Where(r => r.Number?.Value == "N1").Select(r => (r.AttemptId!.Value, r.IsInferred)).Single());
        var other = checkout.Receipts.Single(r => r.Number?.Value == "N2");
        Assert.Equal((null, PaymentMethod.Paybill, SettledBy.Confirmation), (other.AttemptId, other.Method, other.SettledBy));

        // Two confirmations before the query, and the callback after it: for a while nobody could tell, and a person may have been asked.
        var asked = order.EndsWith("Query Callback", StringComparison.Ordinal);
        Assert.Equal(asked ? [CaseKind.AmbiguousMatch] : [], checkout.Cases.Select(c => c.Kind));
    }

    [Theory]
    [MemberData(nameof(OrdersWithoutTheCallback))]
    public void Without_the_callback_nothing_is_counted_twice_either(string order)
    {
        var checkout = Play(order);

        Assert.Equal(["N1", "N2"], checkout.Receipts.Where(r => r.Number is not null).Select(r => r.Number?.Value).Order());
        Assert.Equal((Price, Price), (checkout.Paid, Sum(checkout, r => r.Surplus)));
        if (order.EndsWith("Query", StringComparison.Ordinal))
        {
            // Several candidates: the success is recorded, counts as nothing and waits for a person.
            Assert.True(checkout.Receipts.Single(r => r.Number is null).IsOnHold);
            Assert.Equal(CaseKind.AmbiguousMatch, Assert.Single(checkout.Cases).Kind);
        }
        else
        {
            Assert.Equal(2, checkout.Receipts.Count);
            Assert.Empty(checkout.Cases);
        }
    }

    private static Checkout Play(string order)
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.Accepted(attempt, "ws_CO_1", null, CheckoutBuilder.Start);
        var now = CheckoutBuilder.Start + TimeSpan.FromSeconds(70);
        foreach (var told in order.Split(' ').Select(Enum.Parse<Told>))
        {
            now += TimeSpan.FromSeconds(1);
            switch (told)
            {
                case Told.Callback:
                    checkout.Hear(attempt, CheckoutBuilder.Paid("N1"), now);
                    break;
                case Told.Query:
                    checkout.AnswerPaid(attempt, now);
                    break;
                case Told.Confirmation:
                    checkout.Hear(ConfirmationBuilder.Confirmation("N1"), now);
                    break;
                case Told.OtherPayment:
                    checkout.Hear(ConfirmationBuilder.Confirmation("N2"), now);
                    break;
            }

            ConfirmationBuilder.Check(checkout);
        }

        return checkout;
    }

    private static Money Sum(Checkout checkout, Func<Receipt, Money> of) => Money.FromCents(checkout.Receipts.Sum(r => of(r).Cents));

    private static IEnumerable<TheoryDataRow<string>> Every(params Told[] told) =>
        ConfirmationBuilder.Permutations(told).Select(order => new TheoryDataRow<string>(string.Join(' ', order)));
}
