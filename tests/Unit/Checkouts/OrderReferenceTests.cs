using Payments.Domain.Checkouts;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>An account pays the order whose reference was typed, and no order whose reference only looks like what was typed (R8).</summary>
public sealed class OrderReferenceTests
{
    [Theory]
    [InlineData("ZQ271-7")]
    [InlineData("zq271 7")]
    [InlineData(" ZQ-271/7. ")]
    [InlineData("ZQ271\u00A07")]
    [InlineData("ZQ271\u20137")]
    [InlineData("ZQ271\t7")]
    [InlineData("'ZQ271-7'")]
    [InlineData("\u201CZQ271-7\u201D")]
    [InlineData("ＺＱ２７１－７")]
    [InlineData("ＺＱ２７１\u30007")]
    [InlineData("𝗭𝗤𝟮𝟳𝟭-𝟳")]
    [InlineData("ZQ²71-⑦")]
    public void Spaces_punctuation_and_other_forms_of_the_same_letters_make_no_difference(string typed) => Assert.Equal("ZQ2717", OrderReference.KeyOf(typed));

    [Theory]
    [InlineData("ZQ2\u200B71-7")]
    [InlineData("ZQ271-7\u200D")]
    [InlineData("\uFEFFZQ271-7")]
    [InlineData("\u202EZQ271-7")]
    [InlineData("ZQ271\u00AD7")]
    [InlineData("ZQ271-7\uFE0F")]
    [InlineData("ZQ2\u000071-7")]
    [InlineData("ZQ271-7\u0007")]
    [InlineData("ZQ271-7\uFFFD")]
    [InlineData("ZQ271-7\u0663")]
    [InlineData("ZQ271\u0967-7")]
    [InlineData("ZQ271-7é")]
    [InlineData("ZQ271-7e\u0301")]
    [InlineData("\u0417Q271-7")]
    [InlineData("ZQ271-7订单")]
    [InlineData("ZQ271-7½")]
    [InlineData("ZQ271-7🙂")]
    [InlineData("ZQ271-7\u2122")]
    public void A_character_nobody_can_have_read_on_the_order_makes_it_match_nothing(string typed) => Assert.Equal("", OrderReference.KeyOf(typed));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" -./_ ")]
    [InlineData("١٢٣")]
    public void What_has_no_letter_or_digit_matches_nothing(string? typed) => Assert.Equal("", OrderReference.KeyOf(typed));

    [Fact]
    public void Half_of_a_surrogate_pair_matches_nothing_and_throws_nothing() => Assert.Equal("", OrderReference.KeyOf("ZQ271-7\uD83D"));
}
