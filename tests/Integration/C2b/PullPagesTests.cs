using System.Text.Json.Nodes;
using Payments.Application.C2b;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>What OffSetValue counts is found out from what comes back: no row is lost, no question is asked without end, and orders' own go before.</summary>
public sealed class PullPagesTests(TestDatabase databases)
{
    [Theory]
    [InlineData("""{"offset":"rows"}""", 3)]
    [InlineData("""{"offset":"rows","first":1}""", 3)]
    [InlineData("""{"offset":"rows","first":1,"zero":"empty"}""", 2)]
    [InlineData("""{"offset":"rows"}""", 1)]
    [InlineData("""{"offset":"pages","pageInfo":true}""", 2)]
    [InlineData("""{"offset":"pages"}""", 7)]
    [InlineData("""{"offset":"pages"}""", 100)]
    [InlineData("""{"offset":"pages","first":1}""", 3)]
    [InlineData("""{"offset":"pages","first":1,"zero":"empty"}""", 3)]
    [InlineData("""{"offset":"pages","first":1,"zero":"refused","empty":"organization"}""", 4)]
    public async Task Every_row_is_read_whatever_OffSetValue_counts(string manners, int pageSize)
    {
        await using var host = await PaymentsHost.Start(databases, PullHost.Granted);
        await host.PullAnswers(JsonNode.Parse(manners), pageSize);
        for (var i = 0; i < 7; i++)
        {
            await host.PayByHand(10 + i, $"NOBODY-{i}");
        }

        Assert.Equal(7, await host.Send(new PullConfirmations()));

        Assert.NotNull(await host.Mark());
        Assert.InRange(await host.Pulls(), 2, 20);
        Assert.Equal(0, await host.Send(new PullConfirmations()));
    }

    [Fact]
    public async Task Where_OffSetValue_means_nothing_the_time_is_read_in_pieces_and_the_mark_stays()
    {
        await using var host = await PaymentsHost.Start(databases, PullHost.Granted);
        await host.PullAnswers(new { offset = "ignored" }, pageSize: 2);
        for (var i = 0; i < 4; i++)
        {
            await host.PayByHand(10 + i, $"NOBODY-{i}");
            await Task.Delay(TimeSpan.FromSeconds(1.1));
        }

        Assert.Equal(4, await host.Send(new PullConfirmations()));

        Assert.Null(await host.Mark());
        Assert.InRange(await host.Pulls(), 3, 15);
        (await DoctorRun.To(host, "--no-initiator")).Says("c2b.pull", "warning", "OffSetValue", "the same rows");
    }

    [Fact]
    public async Task Rows_that_leave_the_front_while_pages_are_read_take_no_other_with_them()
    {
        await using var host = await PaymentsHost.Start(databases, PullHost.Granted);
        await host.PullAnswers(new { drop = 1 }, pageSize: 4);
        for (var i = 0; i < 8; i++)
        {
            await host.PayByHand(10 + i, $"NOBODY-{i}");
        }

        Assert.Equal(8, await host.Send(new PullConfirmations()));
    }

    [Fact]
    public async Task A_list_that_never_ends_delays_no_orders_own_question()
    {
        // Two questions a second, and a Pull that would take them all.
        await using var host = await PaymentsHost.Start(
            databases, PullHost.Granted, "C2B:PullEvery=00:00:05", "Reconciliation:QuestionsPerSecond=2", "Reconciliation:QuestionBurst=4",
            "Reconciliation:PendingSchedule=00:00:01 00:00:05 00:00:05 00:00:05 00:00:05");
        await host.PullAnswers(new { offset = "ignored" }, pageSize: 1);
        for (var i = 0; i < 12; i++)
        {
            await host.PayByHand(10 + i, $"NOBODY-{i}");
        }

        await PaymentsHost.Eventually(async () => await host.Pulls() >= 5, "Pull is under way", seconds: 60);
        var asked = DateTime.UtcNow;
        await host.Until(await host.Checkout("254700000404"), "paid", seconds: 60);

        Assert.True(DateTime.UtcNow - asked < TimeSpan.FromSeconds(14), $"The order's own question came after {DateTime.UtcNow - asked}.");

        // Of the two a second it leaves some to others, however long a busy machine makes of these seconds.
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var before = await host.Pulls();
        await Task.Delay(TimeSpan.FromSeconds(10));
        var pulls = await host.Pulls() - before;
        Assert.InRange(pulls, 0, (int)(1.5 * clock.Elapsed.TotalSeconds));
    }

    [Fact]
    public async Task Days_are_caught_up_with_in_pieces_and_what_was_read_stays_read()
    {
        await using var host = await PaymentsHost.Start(databases, PullHost.Granted);
        await host.PayByHand(10, "NOBODY-1");
        await host.Age("47:30:00");
        await using var front = await PullFront.Start(host, (asked, told) =>
            string.CompareOrdinal((string?)asked["EndDate"], Nairobi(TimeSpan.FromHours(-20))) > 0 && told.Contains("[[]]", StringComparison.Ordinal)
                ? """{"ResponseCode":"1000","ResponseMessage":"Success"}""" : told);

        Assert.Equal(1, await front.Host.Send(new PullConfirmations()));

        // The pieces before the first that was not understood are done with; each asks for less than the three hours a time may be off.
        var mark = await host.Mark();
        Assert.InRange(mark!.Value, DateTimeOffset.UtcNow.AddHours(-24), DateTimeOffset.UtcNow.AddHours(-19));
        Assert.Equal(0, await host.Send(new PullConfirmations()));
        Assert.True(await host.Mark() > DateTimeOffset.UtcNow.AddMinutes(-1));
    }

    [Fact]
    public async Task What_is_older_than_safaricom_keeps_is_told_to_be_beyond_pulls_reach()
    {
        await using var host = await PaymentsHost.Start(databases, PullHost.Granted);
        await host.PayByHand(10, "NOBODY-1");
        Assert.Equal(1, await host.Send(new PullConfirmations()));
        await host.Age("72:00:00");

        await host.Send(new PullConfirmations());

        Assert.True(await host.Mark() > DateTimeOffset.UtcNow.AddMinutes(-1));
        (await DoctorRun.To(host, "--no-initiator")).Says("c2b.pull.gap", "warning", "48 hours", "statement");
    }

    [Fact]
    public async Task A_mark_that_a_wrong_clock_put_into_the_future_holds_nothing_up()
    {
        await using var host = await PaymentsHost.Start(databases, PullHost.Granted);
        await host.Send(new PullConfirmations());
        await host.Sql<int>("UPDATE pull_progress SET read_until = now() + interval '500 days' RETURNING 1");
        await host.PayByHand(10, "NOBODY-1");

        Assert.Equal(1, await host.Send(new PullConfirmations()));

        Assert.True(await host.Mark() < DateTimeOffset.UtcNow.AddMinutes(1));
    }

    private static string Nairobi(TimeSpan fromNow) =>
        DateTimeOffset.UtcNow.Add(fromNow).ToOffset(TimeSpan.FromHours(3)).ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
}
