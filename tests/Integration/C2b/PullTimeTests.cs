using Payments.Application.C2b;
using Payments.Application.Reconciliation;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Whatever a row's time is written in, a pulled payment never becomes another one for being three hours off.</summary>
public sealed class PullTimeTests(TestDatabase databases)
{
    [Theory]
    [InlineData("utc", null)]
    [InlineData("eat-z", null)]
    [InlineData("eat", null)]
    [InlineData("offset", null)]
    [InlineData("offset-compact", null)]
    [InlineData("epoch", null)]
    [InlineData("epoch-ms", null)]
    [InlineData("digits", null)]
    [InlineData("eat-z", "600111")]
    public async Task A_payment_known_by_query_gets_its_number_from_pull_whatever_the_time_is_written_in(string time, string? till)
    {
        await using var host = await PaymentsHost.Start(
            databases, [PullHost.Granted, .. till is null ? Array.Empty<string>() : [$"Daraja:TillNumber={till}", $"Simulator:TillNumber={till}"]]);
        await host.PullAnswers(new { time });
        var checkout = await host.Checkout("254700000404");
        await PaymentsHost.Eventually(
            async () => (await host.Simulator.GetStringAsync("/simulator/ledger")).Contains("\"stk\"", StringComparison.OrdinalIgnoreCase), "the money moved");
        await host.Sql<int>("UPDATE attempts SET next_question_at = now(); SELECT 1");
        await host.Send(new QueryOverdueAttempts());
        Assert.Null((await host.Until(checkout, "paid"))["payment"]!["receipt"]);

        await host.Send(new PullConfirmations());

        Assert.Equal(1L, await host.Sql<long>("SELECT count(*) FROM receipts WHERE receipt IS NOT NULL"));
        Assert.Equal(1L, await host.Sql<long>("SELECT count(*) FROM receipts"));
        Assert.Equal(0L, await host.Sql<long>("SELECT coalesce(sum(surplus), 0)::bigint FROM receipts"));
        Assert.True(await host.Sql<bool>("SELECT bool_and(at BETWEEN now() - interval '2 minutes' AND now() + interval '1 minute') FROM receipts"));
        Assert.NotNull(await host.Mark());
    }

    [Fact]
    public async Task A_day_that_is_caught_up_with_reads_its_times_right_too()
    {
        await using var host = await PaymentsHost.Start(databases, PullHost.Granted);
        await host.PullAnswers(new { time = "eat-z" });
        await host.Age("24:00:00");
        await host.PayByHand(10, "NOBODY-1");

        Assert.Equal(1, await host.Send(new PullConfirmations()));

        Assert.True(await host.Sql<bool>("SELECT at BETWEEN now() - interval '2 minutes' AND now() + interval '1 minute' FROM receipts"));
    }
}
