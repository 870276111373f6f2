using Payments.Domain.Receipts;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>What customers type and paste, and what of it is a code.</summary>
public sealed class ReceiptCodeTests
{
    [Theory]
    [InlineData("UGA7RT61SV")]
    [InlineData("uga7rt61sv")]
    [InlineData("  UGA7RT61SV\n")]
    [InlineData("UGA7 RT61 SV")]
    [InlineData("U G A 7 R T 6 1 S V")]
    [InlineData("UGA7RT61SV.")]
    [InlineData("\"UGA7RT61SV\"")]
    [InlineData("\u200eUGA7RT61SV\u200b")]
    [InlineData("ＵＧＡ７ＲＴ６１ＳＶ")]
    [InlineData("UGA7RT61SV Confirmed. Ksh1,500.00 paid to SAMPLE SHOP. on 10/7/26 at 9:15 AM. New M-PESA balance is Ksh100.00. Transaction cost, Ksh0.00.")]
    [InlineData("UGA7RT61SV Imethibitishwa. Ksh1,500.00 imelipwa kwa SAMPLE SHOP mnamo 10/7/26 saa 9:15 AM.")]
    [InlineData("UGA7RT61SV\u00a0Confirmed.\nKsh1,500.00 sent")]
    public void Is_read(string text) => Assert.Equal("UGA7RT61SV", ReceiptCode.Read(text)?.Value);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("UGA7RT61S")]
    [InlineData("UGA7RT61SVX")]
    [InlineData("0708374149")]
    [InlineData("254708374149")]
    [InlineData("0708 374 149")]
    [InlineData("I have paid")]
    [InlineData("please help")]
    [InlineData("UGA7-RT61_")]
    [InlineData("UGA7RT61SÜ")]
    [InlineData("ÜGA7RT61SV")]
    [InlineData("'; DROP--1")]
    [InlineData("Confirmed. Ksh1,500.00 paid to SAMPLE SHOP")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0")]
    public void Is_no_code(string? text) => Assert.Null(ReceiptCode.Read(text));

    [Fact]
    public void A_book_is_no_code() => Assert.Null(ReceiptCode.Read("UGA7RT61SV " + new string('x', ReceiptCode.MaxText)));
}
