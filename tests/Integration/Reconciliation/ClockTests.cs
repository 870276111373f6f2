using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Access;
using Payments.Application.C2b;
using Payments.Application.Common;
using Payments.Application.Reconciliation;
using Payments.Infrastructure.Reconciliation;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>
/// PostgreSQL's clock steps back an hour. A server's clock cannot be turned here, so every mark it has left is moved an hour ahead instead,
/// which is the same to whoever compares it with now: nothing may stand still for that hour.
/// </summary>
public sealed class ClockTests(TestDatabase databases)
{
    private const string Hour = "interval '1 hour'";

    [Fact]
    public async Task The_budget_of_questions_fills_again_at_once()
    {
        await using var host = await PaymentsHost.Start(databases, "Roles=api", "Reconciliation:QuestionsPerSecond=50");
        await host.Sql<int>($"UPDATE question_budget SET tokens = -10, counted_at = now() + {Hour} RETURNING 1");

        await PaymentsHost.Eventually(async () => await MayAsk(host) > 0, "questions may be asked", seconds: 20);

        Assert.True(await host.Sql<bool>("SELECT counted_at <= clock_timestamp() FROM question_budget"));
    }

    [Fact]
    public async Task The_budget_of_a_clock_that_jumped_ahead_and_back_is_the_budget_and_no_more()
    {
        await using var host = await PaymentsHost.Start(databases, "Roles=api", "Reconciliation:QuestionsPerSecond=0.001", "Reconciliation:QuestionBurst=5");
        foreach (var counted in new[] { "- interval '500 days'", "+ interval '500 days'", "- interval '1 day'" })
        {
            await host.Sql<int>($"UPDATE question_budget SET tokens = least(tokens, 0), counted_at = now() {counted} RETURNING 1");
            Assert.InRange(await MayAsk(host), 0, 5);
        }

        Assert.Equal(5, await MayAsk(host));
        await host.Sql<int>("UPDATE question_budget SET tokens = tokens - 5 RETURNING 1");
        Assert.Equal(0, await MayAsk(host));
    }

    [Fact]
    public async Task An_overdue_prompt_is_asked_about_on_time()
    {
        await using var host = await PaymentsHost.Start(databases, "Reconciliation:PendingSchedule=00:00:02 00:00:02 00:00:02");
        var checkout = await host.Ringing();
        await host.Simulator.PostAsJsonAsync($"/simulator/phones/{checkout["phone"]}/answer", new { outcome = "paid", callback = "never" });

        await StepBack(host, "attempts", "started_at", "asked_at", "next_question_at");

        var paid = await host.Until(checkout, "paid", seconds: 30);
        Assert.Equal("stk_query", (string?)paid["payment"]!["settledBy"]);
    }

    [Fact]
    public async Task What_waits_because_of_a_clock_that_was_ahead_for_a_moment_is_found_too()
    {
        // No round of questions was there to notice; a question that was asked before that moment keeps its wait.
        await using var host = await PaymentsHost.Start(databases, "Roles=api", "Reconciliation:PendingSchedule=00:30 00:30");
        var (moved, kept) = (await host.Ringing(), await host.Ringing());
        await host.Sql<int>($"UPDATE attempts SET started_at = now() + {Hour}, next_question_at = now() + {Hour} + interval '30 minutes' WHERE id = '{PaymentsHost.AttemptId(moved)}' RETURNING 1");
        await host.Sql<int>($"UPDATE attempts SET started_at = now() - {Hour}, asked_at = now() - interval '10 minutes', next_question_at = now() + interval '4 hours' WHERE id = '{PaymentsHost.AttemptId(kept)}' RETURNING 1");
        var healing = host.Services.GetRequiredService<ClockStep>();

        Assert.Equal((1, 0), (await healing.Heal(CancellationToken.None), await healing.Heal(CancellationToken.None)));

        Assert.True(await host.Sql<bool>($"SELECT next_question_at BETWEEN now() + interval '29 minutes' AND now() + interval '30 minutes' FROM attempts WHERE id = '{PaymentsHost.AttemptId(moved)}'"));
        Assert.True(await host.Sql<bool>($"SELECT next_question_at > now() + interval '3 hours' FROM attempts WHERE id = '{PaymentsHost.AttemptId(kept)}'"));
    }

    [Fact]
    public async Task A_failed_prompt_of_the_hour_that_comes_again_is_believed_and_may_be_followed_by_another()
    {
        await using var host = await PaymentsHost.Start(databases, "Reconciliation:PendingSchedule=00:00:02 00:00:02 00:00:02");
        var checkout = await host.Ringing();
        await host.Simulator.PostAsJsonAsync($"/simulator/phones/{checkout["phone"]}/answer", new { outcome = "cancelled", callback = "never" });
        await StepBack(host, "attempts", "started_at", "asked_at", "next_question_at");
        await host.Until(checkout, "failed", seconds: 30);

        // One that still rings keeps nobody from a new prompt for an hour either.
        var ringing = await host.Ringing();
        await StepBack(host, "attempts", "started_at", "asked_at", "next_question_at");
        var answer = await host.Shop.PostAsJsonAsync($"/api/checkouts/{ringing["id"]}/pay", new { phone = PaymentsHost.Customer });
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await host.Until(ringing, "paid");
    }

    [Fact]
    public async Task Prompts_of_the_hour_that_comes_again_do_not_use_a_number_up()
    {
        await using var host = await PaymentsHost.Start(databases, "Limits:PromptsPerPhone=1");
        await host.Until(await host.Checkout(), "paid");
        await StepBack(host, "attempts", "started_at");
        var checkout = await host.Checkout(phone: null);

        Assert.Equal(HttpStatusCode.Accepted, (await host.Shop.PostAsJsonAsync($"/api/checkouts/{checkout["id"]}/pay", new { phone = PaymentsHost.Customer })).StatusCode);
    }

    [Fact]
    public async Task A_payout_whose_result_or_whose_job_was_lost_is_followed_on_time()
    {
        await using var host = await PaymentsHost.Start(
            databases, "Reconciliation:TransferSchedule=00:00:02 00:00:02 00:00:02", "Reconciliation:ForgottenAfter=00:00:02");
        await host.ScriptApi("b2c", new { outcome = "paid", callback = "never", times = 1 });
        var payout = await host.UntilTransfer(await host.Payout("254700082001"), "sent");
        var queued = Guid.CreateVersion7();
        await host.Sql<int>(
            $"INSERT INTO payouts (id, client, reference, method, recipient, amount, reason, remarks, status, originator_id, created_at, updated_at, enqueued_at) VALUES ('{queued}', 'shop', 'CLOCK-1', 'mpesa', '254700082002', 10000, 'business', 'Payment', 'queued', '{queued}', now(), now(), now()) RETURNING 1");

        await StepBack(host, "payouts", "sending_at", "asked_at", "next_question_at", "enqueued_at");

        Assert.Equal("status_query", (string?)(await host.UntilTransfer(payout, "completed", seconds: 30))["settledBy"]);
        await PaymentsHost.Eventually(async () => await host.Sql<string>($"SELECT status FROM payouts WHERE id = '{queued}'") == "completed", "the lost one is sent");
    }

    [Fact]
    public async Task A_pause_of_an_api_ends()
    {
        await using var host = await PaymentsHost.Start(databases, "Roles=api");
        await host.Sql<int>($"UPDATE question_budget SET tokens = 5, counted_at = now() + {Hour} RETURNING 1");
        await host.Sql<int>($"INSERT INTO daraja_apis (api, state, paused_until, why, found_by, changed_at) VALUES ('prompt_query', 'open', now() + {Hour} + interval '1 second', 'x', 'y', now() + {Hour}) RETURNING 1");

        await PaymentsHost.Eventually(async () => await MayAsk(host) > 0, "one may try", seconds: 10);
    }

    [Fact]
    public async Task An_access_token_is_fetched_although_the_dead_hold_its_lease_and_an_old_one_seems_young()
    {
        await using var host = await PaymentsHost.Start(databases);
        await host.Until(await host.Checkout(), "paid");
        await host.Sql<int>($"UPDATE access_tokens SET token = 'of-another-time', expires_at = expires_at + {Hour}, fetched_at = fetched_at + {Hour}, lease = gen_random_uuid(), leased_until = now() + {Hour} RETURNING 1");

        await host.Until(await host.Checkout(), "paid", seconds: 15);

        Assert.NotEqual("of-another-time", await host.Sql<string>("SELECT token FROM access_tokens"));
    }

    [Fact]
    public async Task A_repeated_request_is_answered()
    {
        await using var host = await PaymentsHost.Start(databases);
        var (key, body) = (Guid.NewGuid().ToString(), new { orderReference = PaymentsHost.NewReference(), amount = 100 });
        var (status, first) = await host.Shop.Keyed("/api/checkouts", body, key);
        Assert.Equal(HttpStatusCode.Created, status);

        // Its process died before it could keep the answer.
        await host.Sql<int>($"UPDATE idempotency_keys SET status = NULL, answer = NULL, running_until = now() + {Hour}, created_at = created_at + {Hour} RETURNING 1");

        Assert.Equal((HttpStatusCode.Created, (string?)first["id"]), Id(await host.Shop.Keyed("/api/checkouts", body, key)));
        static (HttpStatusCode, string?) Id((HttpStatusCode Status, System.Text.Json.Nodes.JsonNode Body) answer) => (answer.Status, (string?)answer.Body["id"]);
    }

    [Fact]
    public async Task A_registration_that_died_calling_is_asked_for_again()
    {
        await using var host = await PaymentsHost.Start(databases);
        await host.RegisterC2b();
        await host.Sql<int>($"UPDATE c2b_registrations SET state = 'calling', registered_at = NULL, asked_at = now() + {Hour} RETURNING 1");

        Assert.Equal(HttpStatusCode.OK, (await host.Ops.PostAsync("/api/ops/c2b/register", null)).StatusCode);
    }

    [Fact]
    public async Task Pulling_goes_on_from_where_it_may_have_missed_something()
    {
        await using var host = await PaymentsHost.Start(databases, "Roles=api", "Daraja:NominatedNumber=254700000000");
        await host.RegisterC2b();
        await host.Simulator.PutAsJsonAsync("/simulator/settings", new { rates = new { loseCallback = 1 } });
        var number = (string)(await host.PayByHand(300, "NOBODY-9"))["receipt"]!;
        await host.Sql<int>(
            "INSERT INTO pull_progress (shortcode, read_until, read_at) VALUES ('174379', now() + interval '1 day', now() + interval '1 day') RETURNING 1");
        await host.Sql<int>("UPDATE deployment SET stamped_at = now() - interval '3 days' RETURNING 1");

        Assert.Equal(1, await host.Send(new PullConfirmations()));

        Assert.NotNull(await host.Receipt(number));
        Assert.True(await host.Sql<bool>("SELECT read_until < now() + interval '1 minute' AND read_at < now() + interval '1 minute' FROM pull_progress"));
    }

    [Theory]
    [InlineData("received_at")]
    [InlineData("retry_at")]
    public async Task A_callback_that_lost_its_job_or_was_set_aside_is_drained(string column)
    {
        await using var host = await PaymentsHost.Start(databases);
        var checkout = await host.Ringing();
        var (_, body) = host.SuccessCallback(checkout, PaymentsHost.NewReceipt());
        await host.Sql<int>(
            $"INSERT INTO callbacks (id, kind, subject_id, body, {column}) VALUES ('{Guid.CreateVersion7()}', 'stk', '{PaymentsHost.AttemptId(checkout)}', convert_to($body${body}$body$, 'UTF8'), now() + {Hour}) RETURNING 1");

        await host.Until(checkout, "paid", seconds: 25);
    }

    [Fact]
    public async Task An_operator_is_not_locked_out_for_longer_and_a_balance_is_asked_for()
    {
        await using var host = await PaymentsHost.Start(databases);
        var tries = host.Services.GetRequiredService<ISignInTries>();
        for (var i = 0; i < 5; i++)
        {
            Assert.Null(await tries.Take("otto", "192.0.2.1", null));
        }

        Assert.NotNull(await tries.Take("otto", "192.0.2.1", null));
        await StepBack(host, "sign_in_failures", "last_at", "locked_until");
        Assert.Null(await tries.Take("otto", "192.0.2.1", null));
        Assert.Null(await tries.Take("otto", "192.0.2.1", null));

        await PaymentsHost.Eventually(async () => await Balances(host) == 1, "a balance is asked for", seconds: 20);
        await StepBack(host, "questions", "asked_at");
        await PaymentsHost.Eventually(async () => await Balances(host) == 2, "and again", seconds: 20);

        static async Task<long> Balances(PaymentsHost host)
        {
            await host.Ops.GetAsync("/api/ops/balance");
            return await host.Sql<long>("SELECT count(*) FROM questions WHERE kind = 'balance'");
        }
    }

    [Fact]
    public async Task Rounds_that_hangfire_starts_no_more_are_made_up_for()
    {
        await using var host = await PaymentsHost.Start(databases, "Roles=api");
        await host.Sql<int>($"UPDATE question_budget SET counted_at = now() + {Hour} RETURNING 1");
        await host.Sql<int>($"INSERT INTO pull_rounds (shortcode, started_at) VALUES ('174379', now() + {Hour}) RETURNING 1");

        await using var scope = host.Services.CreateAsyncScope();
        var missing = await scope.ServiceProvider.GetRequiredService<IQueryRateLimiter>().FindForgotten(TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(30), CancellationToken.None);

        Assert.Equal((true, true), (missing.Questions, missing.Pull));
    }

    /// <summary>Every mark as it would look after the step: an hour ahead.</summary>
    private static Task<int> StepBack(PaymentsHost host, string table, params string[] marks) => host.Sql<int>(
        $"UPDATE question_budget SET counted_at = now() + {Hour}; UPDATE {table} SET {string.Join(", ", marks.Select(mark => $"{mark} = {mark} + {Hour}"))}; SELECT 1");

    private static async Task<int> MayAsk(PaymentsHost host)
    {
        await using var scope = host.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<ITransactions>().Run(
            _ => scope.ServiceProvider.GetRequiredService<IQueryRateLimiter>().Available(DarajaQuery.Stk, 100), CancellationToken.None);
    }
}
