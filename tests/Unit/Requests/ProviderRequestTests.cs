using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Domain.Requests;
using Payments.Domain.Transfers;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>What a push, a payout and a refund share of their lives.</summary>
public sealed class ProviderRequestTests
{
    private static readonly DateTimeOffset Now = CheckoutBuilder.Start;

    [Theory]
    [InlineData("AG_1", "inv-8", false, true)]
    [InlineData("AG_1", null, false, true)]
    [InlineData(null, "inv-8", false, true)]
    [InlineData(null, null, false, false)]
    [InlineData(null, null, true, true)]
    [InlineData("AG_2", "inv-8", false, false)]
    [InlineData("AG_2", null, true, false)]
    public void A_message_names_one_id_we_know_and_none_that_differs(string? request, string? other, bool mayLack, bool matches)
    {
        Assert.Equal(matches, new ProviderIds("AG_1", "inv-8").Matches(new(request, other), mayLack));
        Assert.True(default(ProviderIds).Matches(new(request, other)));
    }

    [Fact]
    public void An_id_that_is_known_is_never_replaced() =>
        Assert.Equal(new ProviderIds("AG_1", "inv-8"), new ProviderIds("AG_1", null).Or(new("AG_2", "inv-8")));

    [Theory]
    [InlineData(RequestStatus.Queued, true, true, false)]
    [InlineData(RequestStatus.Sending, true, true, false)]
    [InlineData(RequestStatus.Sending, false, true, false)]
    [InlineData(RequestStatus.Sent, true, false, true)]
    [InlineData(RequestStatus.Sent, false, false, true)]
    [InlineData(RequestStatus.InDoubt, true, false, true)]
    [InlineData(RequestStatus.InDoubt, false, false, true)]
    [InlineData(RequestStatus.Succeeded, true, true, false)]
    [InlineData(RequestStatus.Succeeded, false, true, false)]
    [InlineData(RequestStatus.Failed, true, false, true)]
    [InlineData(RequestStatus.Failed, false, true, true)]
    [InlineData(RequestStatus.Failed, false, false, false)]
    public void A_person_settles_by_one_rule(RequestStatus status, bool paid, bool isDisputed, bool may) =>
        Assert.Equal(may, new ProviderRequest { Status = status }.MayBeSettledByOperator(paid, isDisputed));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_person_settles_neither_a_push_nor_a_payout_whose_reply_is_awaited(bool paid)
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        var payout = TransferBuilder.Payout();
        payout.Send(Now, Now);

        Assert.Equal(SettlementResult.Contradiction, checkout.Settle(attempt, new PaymentEvidence.Operator(paid, []), new(Guid.NewGuid()), Now));
        Assert.False(payout.SettleByOperator(paid, "in the statement", Now));
        Assert.Equal((AttemptStatus.Sending, TransferStatus.Sending), (attempt.Status, payout.Status));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void That_a_failure_stands_is_an_answer_only_where_it_is_disputed(bool isDisputed)
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        var payout = TransferBuilder.Payout();
        payout.Send(Now, Now);
        checkout.Hear(attempt, CheckoutBuilder.NotPaid(), Now);
        payout.Hear(CheckoutBuilder.NotPaid());
        if (isDisputed)
        {
            checkout.MarkUnreadableResult(attempt, Now);
            payout.MarkUnreadableResult(Now);
        }

        var result = checkout.Settle(attempt, new PaymentEvidence.Operator(false, []), new(Guid.NewGuid()), Now);

        Assert.Equal(isDisputed ? SettlementResult.Duplicate : SettlementResult.Contradiction, result);
        Assert.Equal(isDisputed, payout.SettleByOperator(false, "in the statement", Now));
        Assert.Equal((AttemptStatus.Failed, TransferStatus.Failed), (attempt.Status, payout.Status));
    }

    [Fact]
    public void A_query_that_was_not_asked_does_not_count()
    {
        var sent = new ProviderRequest().Send(Now.AddMinutes(1), Now);
        Assert.Equal((RequestStatus.Sending, Now, Now.AddMinutes(1)), (sent.Status, sent.SendingAt, sent.Queries.NextAt));

        var asked = sent.Queries with { Count = 1 };
        Assert.Equal((0, Now.AddMinutes(2)), (asked.NotCounted(Now.AddMinutes(2)).Count, asked.NotCounted(Now.AddMinutes(2)).NextAt));
        Assert.Equal(0, sent.Queries.NotCounted(Now).Count);
        Assert.Equal(Now, asked.NoLaterThan(Now).NextAt);
        Assert.Equal(Now.AddMinutes(1), asked.NoLaterThan(Now.AddHours(1)).NextAt);
    }

    [Fact]
    public void It_is_sent_once_and_what_ran_out_of_queries_is_in_doubt()
    {
        var sent = new ProviderRequest().Send(Now, Now).Accept(new("AG_1", null));
        Assert.Throws<InvalidOperationException>(() => sent.Send(Now, Now));

        var exhausted = sent.Exhaust();
        Assert.Equal((RequestStatus.InDoubt, null), (exhausted.Status, exhausted.Queries.NextAt));
    }
}
