using Payments.Domain.Common;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Daraja.Stk;
using Xunit;

namespace Payments.Tests.Unit;

public sealed class ResultCodesTests
{
    [Theory]
    [InlineData("1", FailureCode.InsufficientFunds, true)]
    [InlineData("2", FailureCode.LimitExceeded, false)]
    [InlineData("17", FailureCode.Busy, true)]
    [InlineData("26", FailureCode.Busy, true)]
    [InlineData("1001", FailureCode.Busy, true)]
    [InlineData("1019", FailureCode.Expired, true)]
    [InlineData("1032", FailureCode.Cancelled, true)]
    [InlineData("1037", FailureCode.Unreachable, true)]
    [InlineData("2001", FailureCode.WrongPin, true)]
    [InlineData("2028", FailureCode.Rejected, false)]
    [InlineData("8006", FailureCode.Rejected, false)]
    public void A_listed_code_of_a_prompt_is_certain(string code, FailureCode meaning, bool retryable)
    {
        var notPaid = Assert.IsType<PaymentResult.Failed>(StkCodes.Read(code, "words"));
        Assert.Equal(Certainty.Final, notPaid.Certainty);
        var failure = notPaid.Failure;
        Assert.Equal((meaning, code, retryable, "words"), (failure.Code, failure.ResultCode, failure.Retryable, failure.ProviderText));
    }

    [Theory]
    [InlineData("1036")]
    [InlineData("9999")]
    [InlineData("15")]
    [InlineData("11")]
    [InlineData("00")]
    [InlineData("-1")]
    [InlineData("sfc_ic0003")]
    public void A_code_of_a_prompt_that_is_not_listed_or_has_to_be_asked_about_settles_nothing(string code) =>
        Assert.NotEqual(Certainty.Final, Assert.IsType<PaymentResult.Failed>(StkCodes.Read(code, null)).Certainty);

    [Fact]
    public void The_code_4999_means_wait() => Assert.IsType<PaymentResult.Pending>(StkCodes.Read("4999", null));

    [Theory]
    [InlineData("15")]
    [InlineData("17")]
    [InlineData("1032")]
    [InlineData("4999")]
    [InlineData("99")]
    public void A_code_of_a_transfer_that_is_not_listed_or_has_to_be_asked_about_settles_nothing(string code) =>
        Assert.NotEqual(Certainty.Final, TransferCodes.Read(code, null).Certainty);

    [Fact]
    public void The_same_code_means_another_thing_to_those_who_send_money()
    {
        Assert.Equal(FailureCode.WrongPin, Assert.IsType<PaymentResult.Failed>(StkCodes.Read("2001", null)).Failure.Code);
        var transfer = TransferCodes.Read("2001", null);
        Assert.Equal((FailureCode.ProviderError, true), (transfer.Failure.Code, transfer.Certainty == Certainty.Final));
        Assert.Contains("Daraja__InitiatorPassword", transfer.Failure.Message);
    }

    [Fact]
    public void A_question_that_failed_for_an_unlisted_reason_may_be_asked_again() => Assert.True(TransferCodes.OfQuery("4711", null).Retryable);
}
