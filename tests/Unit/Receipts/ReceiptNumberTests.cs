using Payments.Domain.Common;
using Xunit;

namespace Payments.Tests.Unit;

public sealed class ReceiptNumberTests
{
    [Fact]
    public void Two_are_the_same_where_every_character_is()
    {
        Assert.Equal(new ReceiptNumber("UGA7RT61SV"), new ReceiptNumber("UGA7RT61SV"));
        Assert.NotEqual(new ReceiptNumber("UGA7RT61SV"), new ReceiptNumber("uga7rt61sv"));
        Assert.NotEqual(new ReceiptNumber("UGA7RT61SV"), new ReceiptNumber("UGA7RT61SV "));
    }

    [Fact]
    public void What_a_person_types_is_taken_without_spaces_around_it_and_in_capitals() =>
        Assert.Equal(new ReceiptNumber("UGA7RT61SV"), ReceiptNumber.Typed(" uga7rt61sv\n"));

    [Fact]
    public void They_sort_character_by_character()
    {
        ReceiptNumber[] numbers = [new("b"), new("a1"), new("A2"), new("B"), new("a")];

        Assert.Equal(["A2", "B", "a", "a1", "b"], numbers.Order().Select(number => number.ToString()));
    }
}
