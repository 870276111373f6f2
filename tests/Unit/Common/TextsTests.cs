using Payments.Application.Common;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>What came from outside is cut so that it can be stored.</summary>
public sealed class TextsTests
{
    [Theory]
    [InlineData("plain", 10, "plain")]
    [InlineData("plain", 3, "pla")]
    [InlineData("ab\U0001F600", 3, "ab")]
    [InlineData("ab\U0001F600", 4, "ab\U0001F600")]
    [InlineData("a\0b", 10, "ab")]
    [InlineData("a\0b", 2, "ab")]
    [InlineData("", 3, "")]
    [InlineData(null, 3, null)]
    public void It_is_cut_between_characters_and_without_NUL(string? text, int most, string? kept) => Assert.Equal(kept, DbText.Clip(text, most));

    [Fact]
    public void Half_a_pair_becomes_a_mark() =>
        Assert.Equal("a\ufffdb", DbText.Clip(new string(['a', '\ud83d', 'b']), 10));
}
