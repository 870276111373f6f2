using Payments.Domain.Cases;
using Payments.Domain.Common;
using Payments.Domain.Transfers;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>A receiver shown in a form nobody foresaw is not another receiver (R16): the payout is completed, and nobody is asked.</summary>
public sealed class PartyFormTests
{
    [Theory]
    [InlineData("07****000 - JANE DOE")]
    [InlineData("0708****149 - JANE DOE")]
    [InlineData("708374149 - JANE DOE")]
    [InlineData("00254708374149 - JANE DOE")]
    [InlineData("+254 708-374-149 - JANE DOE")]
    [InlineData("254\u00A0708\u00A0374\u00A0149 \u2013 JANE DOE")]
    [InlineData("254708374149 JANE DOE")]
    [InlineData("254708374149-JANE DOE")]
    [InlineData("2547XXXXX149 - JANE DOE")]
    [InlineData("0722XXXXXX - JANE DOE")]
    [InlineData("2547 ***** 150 - JANE DOE")]
    [InlineData("7d65e18d4e1b3c1a5a5f6c9f5a1d1f3b7d65e18d4e1b3c1a5a5f6c9f5a1d1f3b - JANE DOE")]
    [InlineData("JANE DOE - 254708374149")]
    [InlineData("112233 - JANE DOE")]
    [InlineData("")]
    public void A_phone_that_may_be_the_right_one_completes_the_payout(string party)
    {
        var payout = TransferBuilder.Payout().Sent();

        Assert.Equal(SettlementResult.Applied, payout.Hear(TransferBuilder.Paid(), party));

        Assert.Equal(TransferStatus.Completed, payout.Status);
        Assert.Empty(payout.Cases);
    }

    [Theory]
    [InlineData("254700000000 - ELSE")]
    [InlineData("0700000000 - ELSE")]
    [InlineData("700 000 000 - ELSE")]
    [InlineData("+254700000000-ELSE")]
    public void A_full_number_that_differs_is_in_doubt_in_any_writing(string party)
    {
        var payout = TransferBuilder.Payout().Sent();

        Assert.Equal(SettlementResult.Contradiction, payout.Hear(TransferBuilder.Paid(), party));

        Assert.Equal((TransferStatus.InDoubt, CaseKind.PartyDiffers), (payout.Status, Assert.Single(payout.Cases).Kind));
    }

    [Theory]
    [InlineData("600000 - Biller Company", true)]
    [InlineData("0600000 - Biller Company", true)]
    [InlineData("000000 - Biller Company", true)]
    [InlineData("6000** - Biller Company", true)]
    [InlineData("Biller Company", true)]
    [InlineData("600001 - Biller Company", false)]
    public void A_business_is_compared_by_its_number_as_far_as_it_is_shown(string party, bool completes)
    {
        var payout = TransferBuilder.Payout(PayoutMethod.Paybill).Sent();

        payout.Hear(TransferBuilder.Paid(), party);

        Assert.Equal(completes ? TransferStatus.Completed : TransferStatus.InDoubt, payout.Status);
    }
}
