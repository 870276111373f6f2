using Payments.Domain.C2b;
using Payments.Domain.Checkouts;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>Which of our numbers was paid is decided by the number, in one place (R16).</summary>
public sealed class OurShortcodesTests
{
    private static readonly OurShortcodes Paybill = new("174379", null);
    private static readonly OurShortcodes Till = new("174379", "300584");

    [Theory]
    [InlineData("174379", "ORDER-1", PaymentMethod.Paybill)]
    [InlineData("174379", "", PaymentMethod.Paybill)]
    [InlineData(null, "", PaymentMethod.Paybill)]
    [InlineData("0174379", "", PaymentMethod.Paybill)]
    [InlineData("300584", "", null)]
    [InlineData("", "", null)]
    [InlineData("1743790", "ORDER-1", null)]
    public void A_pay_bill_has_one_number(string? shortcode, string account, PaymentMethod? method) => Assert.Equal(method, Paybill.MethodOf(shortcode, account));

    [Theory]
    [InlineData("300584", "", PaymentMethod.Till)]
    [InlineData("300584", "ORDER-1", PaymentMethod.Till)]
    [InlineData(null, "", PaymentMethod.Till)]
    [InlineData("174379", " ", PaymentMethod.Till)]
    [InlineData("174379", "ORDER-1", PaymentMethod.Paybill)]
    [InlineData("600777", "ORDER-1", null)]
    public void A_till_stands_beside_its_store_number(string? shortcode, string account, PaymentMethod? method) => Assert.Equal(method, Till.MethodOf(shortcode, account));
}
