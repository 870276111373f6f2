using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Payments.Application.C2b;
using Payments.Application.Common;
using Payments.Application.Reconciliation;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>What no confirmation told is found by pulling, once, through the same rules.</summary>
public sealed class PullTests(TestDatabase databases)
{
    private static readonly string[] Granted = ["Daraja:NominatedNumber=254708374149"];

    [Fact]
    public async Task Payments_that_were_never_confirmed_are_taken_by_pages_and_only_once()
    {
        // Nothing is registered: Safaricom completes in silence.
        await using var host = await PaymentsHost.Start(databases, Granted);
        await host.Simulator.PutAsJsonAsync("/simulator/settings", new { pullPageSize = 2 });
        var checkouts = new List<JsonNode>();
        for (var i = 0; i < 5; i++)
        {
            checkouts.Add(await host.Checkout(phone: null));
            await host.PayByHand(1500, (string)checkouts[i]["orderReference"]!);
        }

        var number = (string)(await host.PayByHand(20.5m, "NOBODY-1"))["receipt"]!;

        Assert.Equal(6, await host.Send(new PullConfirmations()));

        foreach (var checkout in checkouts)
        {
            var paid = await host.Get(checkout);
            Assert.Equal(("paid", "pull", "paybill"), ((string?)paid["status"], (string?)paid["payment"]!["settledBy"], (string?)paid["payment"]!["method"]));
        }

        Assert.Equal(20.5m, (decimal)(await host.Receipt(number))!["amount"]!);
        Assert.Equal(0, await host.Send(new PullConfirmations()));
        Assert.Equal(6L, await host.Sql<long>("SELECT count(*) FROM receipts"));
        Assert.True(await host.Sql<bool>("SELECT read_until > now() - interval '1 minute' FROM pull_progress"));
    }

    [Theory]
    [InlineData(10, 1)]
    [InlineData(20, 0)]
    public async Task A_payment_of_the_first_minutes_is_pulled_although_mpesas_clock_is_behind_ours(int minutesBehind, int pulled)
    {
        const string Nothing = """{"ResponseRefID":"1","ResponseCode":"1001","ResponseMessage":"No transactions available for the selected time period","Response":[[]]}""";
        await using var host = await PaymentsHost.Start(databases, Granted);
        await host.PayByHand(700, "FIRST-DAY");

        // Asked for a time that begins after the one M-PESA's clock showed, it is not in the list.
        var at = DateTimeOffset.UtcNow.AddMinutes(-minutesBehind);
        await using var front = await PullFront.Start(host, (asked, told) => StartOf(asked) <= at ? told : Nothing);

        Assert.Equal(pulled, await front.Host.Send(new PullConfirmations()));
    }

    [Fact]
    public async Task A_payment_whose_confirmation_had_no_readable_account_finds_its_order_by_the_list()
    {
        await using var host = await PaymentsHost.Start(databases, Granted);
        var checkout = await host.Checkout(phone: null);
        var number = (string)(await host.PayByHand(1500, (string)checkout["orderReference"]!))["receipt"]!;

        // As a trusted confirmation leaves it from which everything but BillRefNumber could be read (R17).
        await host.Sql<int>($"""
            INSERT INTO receipts (id, receipt, amount, method, settled_by, account, shortcode, at)
            SELECT gen_random_uuid(), '{number}', 150000, 'paybill', 'confirmation', '', shortcode, now() FROM deployment RETURNING 1
            """);

        await host.Send(new PullConfirmations());

        var paid = await host.Get(checkout);
        Assert.Equal(("paid", number), ((string?)paid["status"], (string?)paid["payment"]?["receipt"]));
        Assert.Equal(1L, await host.Sql<long>("SELECT count(*) FROM receipts"));
    }

    [Fact]
    public async Task A_first_start_that_seems_to_be_of_the_future_holds_nothing_up()
    {
        await using var host = await PaymentsHost.Start(databases, Granted);
        await host.PayByHand(700, "FIRST-DAY");
        await host.Sql<int>("UPDATE deployment SET stamped_at = now() + interval '1 day'; SELECT 1");

        Assert.Equal(1, await host.Send(new PullConfirmations()));
    }

    private static DateTimeOffset StartOf(JsonNode asked) => DateTimeOffset.ParseExact(
        (string)asked["StartDate"]! + " +03:00", "yyyy-MM-dd HH:mm:ss zzz", System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task What_was_paid_before_a_restore_finds_its_order_when_that_is_made_again_and_the_rest_is_its_surplus()
    {
        await using var host = await PaymentsHost.Start(databases, Granted);
        var reference = PaymentsHost.NewReference();
        await host.PayByHand(1000, reference);
        await host.PayByHand(700, reference);
        await host.Sql<int>("INSERT INTO restores (prepared_at, feed_place) VALUES (now(), 1) RETURNING 1");
        Assert.Equal(2, await host.Send(new PullConfirmations()));
        await host.Sql<int>("UPDATE receipts SET at = at - interval '1 minute' WHERE amount = 100000 RETURNING 1");

        var checkout = await host.Checkout(phone: null, amount: 1000, reference: reference);

        Assert.Equal("paid", (string?)(await host.Get(checkout))["status"]);
        Assert.Equal("2 of 100000 and 70000", await host.Sql<string>("SELECT count(*) || ' of ' || sum(applied) || ' and ' || sum(surplus) FROM receipts WHERE checkout_id IS NOT NULL"));
    }

    [Fact]
    public async Task What_was_confirmed_already_or_paid_by_a_prompt_is_nothing_new()
    {
        await using var host = await PaymentsHost.Start(databases, Granted);
        var token = await host.RegisterC2b();
        var byHand = await host.Checkout(phone: null);
        await host.PayByHand(1500, (string)byHand["orderReference"]!);
        await host.Until(byHand, "paid");
        var prompted = await host.Until(await host.Checkout(), "paid");

        Assert.Equal(0, await host.Send(new PullConfirmations()));

        Assert.Equal(2L, await host.Sql<long>("SELECT count(*) FROM receipts"));
        Assert.Equal("stk", (string?)(await host.Get(prompted))["payment"]!["method"]);
        Assert.NotEmpty(token);
    }

    [Fact]
    public async Task A_success_only_a_query_knew_gets_its_number_by_pulling()
    {
        await using var host = await PaymentsHost.Start(databases, Granted);
        var checkout = await host.Checkout("254700000404");
        await PaymentsHost.Eventually(
            async () => (await host.Simulator.GetStringAsync("/simulator/ledger")).Contains("\"stk\"", StringComparison.OrdinalIgnoreCase), "the money moved");
        await host.Sql<int>("UPDATE attempts SET next_question_at = now(); SELECT 1");
        await host.Send(new QueryOverdueAttempts());
        Assert.Null((await host.Until(checkout, "paid"))["payment"]!["receipt"]);

        await host.Send(new PullConfirmations());

        var paid = await host.Get(checkout);
        Assert.Matches("^[A-Z0-9]{10}$", (string?)Assert.Single(paid["payments"]!.AsArray())!["receipt"]);
        Assert.Equal("stk_query", (string?)paid["payment"]!["settledBy"]);
        Assert.Equal(1L, await host.Sql<long>("SELECT count(*) FROM receipts"));
    }

    [Fact]
    public async Task An_untrusted_confirmation_waits_until_pull_lists_its_receipt()
    {
        await using var host = await PaymentsHost.Start(databases, Granted);
        var checkout = await host.Checkout(phone: null);
        var number = (string)(await host.PayByHand(1500, (string)checkout["orderReference"]!))["receipt"]!;
        Assert.Equal("hint", await host.Confirm("", PaybillHost.Body(number, (string)checkout["orderReference"]!)));
        Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);

        await host.Send(new PullConfirmations());

        var paid = await host.Get(checkout);
        Assert.Equal((number, "pull"), ((string?)paid["payment"]!["receipt"], (string?)paid["payment"]!["settledBy"]));
    }

    [Fact]
    public async Task A_round_that_broke_off_is_begun_again()
    {
        await using var host = await PaymentsHost.Start(databases, Granted);
        await host.Simulator.PutAsJsonAsync("/simulator/settings", new { pullPageSize = 1 });
        var (first, second) = (await host.Checkout(phone: null), await host.Checkout(phone: null));
        await host.PayByHand(1500, (string)first["orderReference"]!);
        await host.PayByHand(1500, (string)second["orderReference"]!);
        await host.Simulator.PutAsJsonAsync("/simulator/apis/pull-query", new object[] { new { times = 1 }, new { error = "html-503" } });

        Assert.Equal(1, await host.Send(new PullConfirmations()));
        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM pull_progress"));
        await host.Simulator.DeleteAsync("/simulator/apis/pull-query");

        Assert.Equal(1, await host.Send(new PullConfirmations()));
        Assert.Equal(("paid", "paid"), ((string?)(await host.Get(first))["status"], (string?)(await host.Get(second))["status"]));
    }

    [Fact]
    public async Task Two_rounds_at_once_take_each_payment_once()
    {
        await using var host = await PaymentsHost.Start(databases, Granted);
        var checkout = await host.Checkout(phone: null, amount: 100);
        for (var i = 0; i < 10; i++)
        {
            await host.PayByHand(10, (string)checkout["orderReference"]!);
        }

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => host.Send(new PullConfirmations())));

        Assert.Equal((10L, "paid"), (await host.Sql<long>("SELECT count(*) FROM receipts"), (string?)(await host.Get(checkout))["status"]));
    }

    [Fact]
    public async Task A_round_whose_process_died_keeps_others_away_no_longer_than_its_lease()
    {
        await using var host = await PaymentsHost.Start(databases, Granted);
        await host.PayByHand(10, "NOBODY-1");
        await host.Sql<int>("INSERT INTO pull_rounds (shortcode, round, running_until) VALUES ('174379', gen_random_uuid(), now() + interval '1 minute') RETURNING 1");

        Assert.Equal(0, await host.Send(new PullConfirmations()));
        Assert.Equal(0, await host.Pulls());

        // Its lease is over; or it was written by a clock that was an hour ahead.
        foreach (var until in new[] { "now() - interval '1 second'", "now() + interval '1 hour'" })
        {
            await host.Sql<int>($"UPDATE pull_rounds SET round = gen_random_uuid(), running_until = {until} RETURNING 1");
            var before = await host.Pulls();
            await host.Send(new PullConfirmations());
            Assert.True(await host.Pulls() > before, until);
        }

        Assert.Equal(1L, await host.Sql<long>("SELECT count(*) FROM receipts"));
    }

    [Fact]
    public async Task A_round_that_another_one_took_over_asks_and_moves_nothing_any_more()
    {
        await using var host = await PaymentsHost.Start(databases, Granted);
        await host.PullAnswers(pageSize: 1);
        await host.PayByHand(10, "NOBODY-1");
        await host.PayByHand(11, "NOBODY-2");
        await host.ScriptApi("pull-query", new { replyDelayMs = 1500, times = 1 });

        var frozen = host.Send(new PullConfirmations());
        await PaymentsHost.Eventually(async () => await host.Pulls() > 0 || await host.Registrations() > 0, "it has begun");
        await host.Sql<int>("UPDATE pull_rounds SET running_until = now() - interval '1 second' RETURNING 1");
        var other = await host.Send(new PullConfirmations());

        Assert.Equal(2, await frozen + other);
        Assert.Equal("complete", await host.Sql<string>("SELECT state FROM pull_rounds"));
        Assert.Equal(2L, await host.Sql<long>("SELECT count(*) FROM receipts"));
    }

    [Fact]
    public async Task Pull_leaves_half_of_the_questions_to_orders_and_takes_them_when_they_are_not_needed()
    {
        await using var host = await PaymentsHost.Start(databases, [.. Granted, "Reconciliation:QuestionsPerSecond=0.001", "Reconciliation:QuestionBurst=10"]);
        async Task<(int Pull, int Prompt)> May(int tokens)
        {
            await host.Sql<int>($"UPDATE question_budget SET tokens = {tokens}, counted_at = now() RETURNING 1");
            await using var scope = host.Services.CreateAsyncScope();
            var (budget, transactions) = (scope.ServiceProvider.GetRequiredService<IQueryRateLimiter>(), scope.ServiceProvider.GetRequiredService<ITransactions>());
            return await transactions.Run(
                async _ => (await budget.Available(DarajaQuery.Pull, 1), await budget.Available(DarajaQuery.Stk, 40)), CancellationToken.None);
        }

        Assert.Equal((0, 5), await May(5));
        Assert.Equal((1, 6), await May(6));
        Assert.Equal((1, 10), await May(10));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_recurring_job_is_there_only_where_pull_was_granted(bool granted)
    {
        await using var host = await PaymentsHost.Start(databases, granted ? Granted : []);

        await PaymentsHost.Eventually(
            async () => await host.Sql<long>("SELECT count(*) FROM payments_hangfire.set WHERE key = 'recurring-jobs' AND value = 'clean-idempotency-keys'") == 1, "the jobs are scheduled");
        Assert.Equal(granted ? 1L : 0L, await host.Sql<long>("SELECT count(*) FROM payments_hangfire.set WHERE key = 'recurring-jobs' AND value = 'pull-confirmations'"));
    }
}
