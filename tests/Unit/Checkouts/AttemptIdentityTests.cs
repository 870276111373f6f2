using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Domain.Requests;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>What is told of a prompt is recognised, also once its phone was erased and PostgreSQL's clock was set back.</summary>
public sealed class AttemptIdentityTests
{
    private const string Id = "ws_CO_10072026091544123708374149";

    [Theory]
    [InlineData("ws_CO_10072026091544123708374149", true)]
    [InlineData("ws_CO_10072026091544123700000001", true)]
    [InlineData("ws_CO_10072026091544124708374149", false)]
    [InlineData("ws_CO_1007202609154412370837414", false)]
    [InlineData("ws_CO_100720260915441237083741499", false)]
    [InlineData("ws_CO_1007202609154412370837414x", false)]
    [InlineData("ws_CO_10072026091544123•••••••••", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void An_erased_prompt_is_named_by_the_rest_of_its_id(string? told, bool named)
    {
        var attempt = Erased();
        Assert.Equal(named, attempt.HasProviderIds(told));
    }

    [Fact]
    public void A_prompt_that_was_not_erased_is_named_by_its_whole_id_and_one_without_an_id_by_any()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        Assert.True(attempt.HasProviderIds(null) && attempt.HasProviderIds(Id));
        attempt.RecordProviderIds(Id);
        Assert.True(attempt.HasProviderIds(Id));
        Assert.False(attempt.HasProviderIds("ws_CO_10072026091544123700000001") || attempt.HasProviderIds(null));
    }

    [Fact]
    public void What_is_told_of_an_erased_prompt_is_kept_only_to_ask_by_it()
    {
        var attempt = Erased();
        attempt.RecordProviderIds(Id);
        Assert.True(attempt.HasErasedId);

        var checkout = CheckoutBuilder.Checkout();
        var failed = checkout.Prompted();
        checkout.Hear(failed, CheckoutBuilder.NotPaid(), CheckoutBuilder.Start);
        failed.Become(request => request with { Ids = request.Ids with { RequestId = Masked } });
        failed.RecordProviderIds(Id);
        Assert.Equal(SettlementResult.Unsettled, checkout.Hear(failed, new PaymentResult.Succeeded(null, null, null, null), CheckoutBuilder.Start + TimeSpan.FromMinutes(5)));
        Assert.Equal((Id, CheckoutBuilder.Start + TimeSpan.FromMinutes(5)), (failed.RequestId, failed.NextQueryAt));
        Assert.Empty(checkout.Cases);
    }

    [Fact]
    public void An_erased_phone_is_nobody_elses_and_at_a_till_nobodys()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = new Attempt
        {
            Id = new(Guid.NewGuid()),
            CheckoutId = checkout.Id,
            Phone = null,
            Amount = checkout.Amount,
            Request = new() { Status = RequestStatus.Failed, SendingAt = CheckoutBuilder.Start, Failure = CheckoutBuilder.Cancelled, EndedAt = CheckoutBuilder.Start },
        };
        checkout.Attempts.Add(attempt);
        checkout.AnswerPaid(attempt, CheckoutBuilder.Start + TimeSpan.FromMinutes(2));
        var atTill = ConfirmationBuilder.Confirmation("UGA7RT61SV", payer: "254708374149", method: PaymentMethod.Till).ToReceipt(new(Guid.NewGuid()), CheckoutBuilder.Start);
        Assert.NotEqual(TillClaim.None, checkout.TillClaimOf(atTill, attempt));
        Assert.False(checkout.IsShownToPay(atTill));

        checkout.Hear(ConfirmationBuilder.Confirmation("UGA7RT61SV", payer: "254708374149"), CheckoutBuilder.Start + TimeSpan.FromMinutes(3));

        var receipt = Assert.Single(checkout.Receipts);
        Assert.Equal(("UGA7RT61SV", Money.Zero, CheckoutStatus.Paid), (receipt.Number?.Value, receipt.Surplus, checkout.Status));
    }

    [Theory]
    [InlineData(-7200, false, false)]
    [InlineData(-200, false, false)]
    [InlineData(-100, true, false)]
    [InlineData(-30, true, true)]
    [InlineData(0, true, true)]
    [InlineData(59, true, true)]
    [InlineData(61, true, false)]
    [InlineData(179, true, false)]
    [InlineData(181, false, false)]
    public void A_prompt_is_under_way_and_early_for_as_long_as_the_clock_can_be_believed(int secondsLater, bool underWay, bool early)
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        var now = CheckoutBuilder.Start + TimeSpan.FromSeconds(secondsLater);

        Assert.Equal((underWay, early), (attempt.IsUnderWay(now), attempt.IsEarly(now)));
        Assert.Equal(underWay, checkout.RefusesPrompt(asShop: true, now) is not null);
        Assert.Equal(!early, checkout.ApplyQueryResult(attempt, CheckoutBuilder.NotPaid(), Guid.NewGuid(), now));
        Assert.Equal(early ? CheckoutBuilder.Start + Attempt.EarlyFailure : now, attempt.BelievedFrom(now));
    }

    private static readonly string Masked = Id[..^9] + Attempt.ErasedEnding;

    private static Attempt Erased()
    {
        var attempt = CheckoutBuilder.Checkout().Prompted();
        attempt.Become(request => request with { Ids = request.Ids with { RequestId = Masked } });
        return attempt;
    }
}
