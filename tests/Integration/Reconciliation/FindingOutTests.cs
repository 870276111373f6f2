using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Payments.Application.Checkouts;
using Payments.Application.Reconciliation;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>When no callback comes, it goes and finds out; it never asks for money twice and never believes a failure too early.</summary>
public sealed class FindingOutTests(FindingOutTests.Patient running) : IClassFixture<FindingOutTests.Patient>
{
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task A_payment_whose_callback_never_comes_is_found_by_asking()
    {
        var checkout = await host.Checkout("254700000404");
        await MoneyMoved(checkout);

        await Ask(checkout, age: 50);

        var paid = await host.Until(checkout, "paid");
        Assert.Null(paid["payment"]!["receipt"]);
        Assert.Equal("stk_query", (string?)paid["payment"]!["settledBy"]);
        Assert.Null(paid["attempts"]![0]!["failure"]);
    }

    [Fact]
    public async Task A_number_that_turns_up_later_names_the_payment_and_pays_nothing_twice()
    {
        var checkout = await host.Checkout("254700010404");
        await MoneyMoved(checkout);
        await Ask(checkout, age: 50);
        await host.Until(checkout, "paid");

        var receipt = PaymentsHost.NewReceipt();
        var (path, body) = host.SuccessCallback(await host.Get(checkout), receipt);
        await host.Call(path, body);

        await PaymentsHost.Eventually(async () => (string?)(await host.Get(checkout))["payment"]!["receipt"] == receipt, "the receipt is known");
        Assert.Single((await host.Get(checkout))["payments"]!.AsArray());
    }

    [Theory]
    [InlineData("500")]
    [InlineData("4999")]
    public async Task Still_being_processed_is_no_failure_in_either_form(string form)
    {
        var checkout = await host.Ringing();
        await host.Script((string)checkout["phone"]!, new { outcome = "ringing", pendingForm = form });

        await Ask(checkout, age: 70);

        Assert.Equal(("pending", "still pending"), ((string?)(await host.Get(checkout))["status"], await LastAnswer(checkout)));
        Assert.True(await host.Sql<bool>($"SELECT next_question_at > now() FROM attempts WHERE id = '{PaymentsHost.AttemptId(checkout)}'"));
    }

    [Fact]
    public async Task A_failure_told_by_a_query_is_believed_only_after_a_minute()
    {
        var phone = "254700031032";
        await host.Script(phone, new { outcome = "cancelled", callback = "never" });
        var checkout = await host.Checkout(phone);
        await MoneyMoved(checkout, settled: true);

        await Ask(checkout, age: 30);
        Assert.Equal("pending", (string?)(await host.Get(checkout))["status"]);

        await Ask(checkout, age: 61);
        var failed = await host.Until(checkout, "failed");
        Assert.Equal("cancelled", (string?)failed["failure"]!["code"]);
    }

    [Fact]
    public async Task A_disputed_failure_is_asked_about_until_an_answer_can_be_believed()
    {
        // What cannot be read comes, then a failure; a query in the first minute repeats the failure, and it was paid all the same.
        await host.Script("254700041444", new { outcome = "ringing", query = "failed-first" });
        var checkout = await host.Checkout("254700041444");
        var attempt = PaymentsHost.AttemptId(checkout);
        var (path, failure) = host.FailureCallback(checkout);
        await host.Call(path, "{\"Body\":{\"stkCallback\"");
        await host.Call(path, failure);
        await host.Until(checkout, "failed");

        await host.Sql<object>($"UPDATE attempts SET started_at = now() - interval '40 seconds', next_question_at = now() WHERE id = '{attempt}'; SELECT 1::int");
        await host.Send(new QueryOverdueAttempts());

        // The service's own round may have been first with it.
        await PaymentsHost.Eventually(
            async () => await host.Sql<bool>($"SELECT next_question_at = started_at + interval '60 seconds' FROM attempts WHERE id = '{attempt}'"), "it is asked about after a minute");

        await Answer(checkout, """{"outcome":"paid","callback":"never"}""");
        await MoneyMoved(checkout);
        await Ask(checkout, age: 61);
        await host.Until(checkout, "paid");
    }

    [Fact]
    public async Task A_push_found_sending_is_in_doubt_and_never_sent_again()
    {
        var checkout = await host.Ringing();
        var attempt = PaymentsHost.AttemptId(checkout);
        await host.Sql<object>($"UPDATE attempts SET status = 'sending', request_id = NULL, other_id = NULL WHERE id = '{attempt}'; SELECT 1::int");
        var pushes = await Pushes();

        await Ask(checkout, age: 50);
        await Ask(checkout, age: 100);

        Assert.Equal(pushes, await Pushes());
        var now = await host.Get(checkout);
        Assert.Equal(("pending", "unknown"), ((string?)now["status"], (string?)now["attempts"]![0]!["status"]));

        // Its own callback still settles it, for the token was made before the push.
        var (path, body) = host.SuccessCallback(checkout, PaymentsHost.NewReceipt());
        await host.Call(path, body);
        await host.Until(checkout, "paid");
    }

    [Fact]
    public async Task A_lost_reply_and_a_lost_callback_end_on_an_operators_desk()
    {
        var checkout = await host.Checkout("254700000606");
        Assert.Equal("unknown", (string?)checkout["attempts"]![0]!["status"]);
        var attempt = PaymentsHost.AttemptId(checkout);

        await host.Sql<object>($"UPDATE attempts SET questions = 1000 WHERE id = '{attempt}'; SELECT 1::int");
        await Ask(checkout, age: 4000);

        Assert.Equal(1L, await host.Sql<long>($"SELECT count(*) FROM cases WHERE kind = 'outcome_unknown' AND subject_id = '{attempt}' AND status = 'open'"));
        Assert.Equal("unknown", (string?)(await host.Get(checkout))["attempts"]![0]!["status"]);
        var history = (await host.Cases(checkout))[0]["history"]!.AsArray();
        Assert.Equal(["prompted", "in_doubt", "case_opened"], history.Select(entry => (string?)entry!["what"]));
        Assert.Contains("connection", (string?)history[1]!["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_case_tells_every_question_and_answer_and_closes_by_itself_when_the_truth_comes()
    {
        var checkout = await host.Ringing();
        var attempt = PaymentsHost.AttemptId(checkout);
        await Ask(checkout, age: 50);
        await host.Script((string)checkout["phone"]!, new { api = "stk-query", error = "html-503" });
        await Ask(checkout, age: 100);
        var (path, _) = host.SuccessCallback(checkout, PaymentsHost.NewReceipt());
        await host.Call(path, "{\"Body\":{\"stkCallback\"");
        await PaymentsHost.Eventually(async () => await host.Sql<bool>($"SELECT next_question_at <= now() FROM attempts WHERE id = '{attempt}'"), "what cannot be read is asked about");
        await host.Sql<object>($"UPDATE attempts SET questions = 1000 WHERE id = '{attempt}'; SELECT 1::int");
        await Ask(checkout, age: 4000);

        var open = Assert.Single(await host.Cases(checkout));
        var history = open["history"]!.AsArray().Select(entry => ((string?)entry!["what"], (string?)entry["detail"])).ToList();
        Assert.Equal(["prompted", "asked", "answered", "asked", "answered", "callback", "asked", "answered", "case_opened"], history.Select(h => h.Item1));
        Assert.Equal(("answered", "still pending"), history[2]);
        Assert.Equal(("answered", "HTTP 503 with HTML or XML"), history[4]);
        Assert.StartsWith("stk, malformed", history[5].Item2, StringComparison.Ordinal);
        var one = await host.Ops.GetFromJsonAsync<JsonNode>($"/api/ops/cases/{open["id"]}");
        Assert.Equal(open.ToJsonString(), one!.ToJsonString());

        var (success, body) = host.SuccessCallback(checkout, PaymentsHost.NewReceipt());
        await host.Call(success, body);

        await host.Until(checkout, "paid");
        var closed = Assert.Single(await host.Cases(checkout));
        Assert.Equal(("settled", "paid", "service"), ((string?)closed["status"], (string?)closed["outcome"], (string?)closed["settledBy"]));
        Assert.Equal(["succeeded", "case_settled"], closed["history"]!.AsArray().Skip(history.Count).Select(entry => (string?)entry!["what"]));
    }

    [Fact]
    public async Task A_callback_that_cannot_be_read_has_a_failed_prompt_asked_about_again()
    {
        var phone = "254700039999";
        await host.Script(phone, new { outcome = "paid", firstSays = "unreachable", callback = "malformed", delayMs = 300 });
        var checkout = await host.Checkout(phone);
        await host.Until(checkout, "failed");
        await MoneyMoved(checkout);
        await PaymentsHost.Eventually(
            async () => await host.Sql<bool>($"SELECT next_question_at IS NOT NULL FROM attempts WHERE id = '{PaymentsHost.AttemptId(checkout)}'"), "it is to be asked about");

        await Ask(checkout, age: 70);

        var paid = await host.Until(checkout, "paid");
        Assert.Equal(("stk_query", true), ((string?)paid["payment"]!["settledBy"], (bool)paid["payment"]!["late"]!));
    }

    [Theory]
    [InlineData("callback", "paid")]
    [InlineData("query", "not_paid")]
    [InlineData("operator", "paid")]
    [InlineData("operator", "not_paid")]
    public async Task A_failure_that_may_be_a_success_is_a_case_until_somebody_tells(string who, string outcome)
    {
        var checkout = await host.Ringing();
        var attempt = PaymentsHost.AttemptId(checkout);
        var (path, failure) = host.FailureCallback(checkout);
        await host.Call(path, failure);
        await host.Until(checkout, "failed");
        await host.Call(path, "{\"Body\":{\"stkCallback\"");
        await PaymentsHost.Eventually(async () => await host.Sql<bool>($"SELECT next_question_at IS NOT NULL FROM attempts WHERE id = '{attempt}'"), "it is to be asked about");
        await host.Sql<object>($"UPDATE attempts SET questions = 1000 WHERE id = '{attempt}'; SELECT 1::int");
        await Ask(checkout, age: 4000);
        var open = Assert.Single(await host.Cases(checkout));
        Assert.Equal(("outcome_unknown", "open"), ((string?)open["kind"], (string?)open["status"]));

        switch (who)
        {
            case "callback":
                await host.Call(path, host.SuccessCallback(checkout, PaymentsHost.NewReceipt()).Body);
                break;

            case "query":
                await Answer(checkout, """{"outcome":"cancelled","callback":"never"}""");
                Assert.Equal(System.Net.HttpStatusCode.Accepted, (await host.Ops.Keyed($"/api/ops/cases/{open["id"]}/ask", new { })).Status);
                await host.Send(new QueryOverdueAttempts());
                break;

            default:
                Assert.Equal(System.Net.HttpStatusCode.OK, (await host.Ops.Keyed($"/api/ops/cases/{open["id"]}/settle", new { outcome, reason = "in the portal" })).Status);
                break;
        }

        await host.Until(checkout, outcome == "paid" ? "paid" : "failed");
        await PaymentsHost.Eventually(async () => (string?)Assert.Single(await host.Cases(checkout))["status"] == "settled", "the case is settled");
        Assert.Equal(outcome, (string?)(await host.Cases(checkout))[0]["outcome"]);
        Assert.Equal(outcome == "paid" ? 1 : 0, (await host.Get(checkout))["payments"]!.AsArray().Count);
    }

    [Fact]
    public async Task An_expired_checkout_whose_money_arrives_later_is_paid_and_says_so()
    {
        var checkout = await host.Ringing();
        await host.Sql<object>(
            $"""
            UPDATE attempts SET started_at = now() - interval '4 minutes' WHERE id = '{PaymentsHost.AttemptId(checkout)}';
            UPDATE checkouts SET created_at = now() - interval '2 days', expires_at = now() - interval '1 second' WHERE id = '{PayoutCalls.IdOf(checkout)}';
            SELECT 1::int
            """);
        await host.Send(new ExpireDueCheckouts());
        await host.Until(checkout, "expired");

        var (path, body) = host.SuccessCallback(checkout, PaymentsHost.NewReceipt());
        await host.Call(path, body);

        var paid = await host.Until(checkout, "paid");
        Assert.True((bool)paid["payment"]!["late"]!);
    }

    [Fact]
    public async Task Two_workers_ask_one_question()
    {
        var checkout = await host.Ringing();
        await Due(checkout, age: 70);
        var before = await Questions(checkout);

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => host.Send(new QueryOverdueAttempts())));

        Assert.Equal(before + 1, await Questions(checkout));
    }

    [Fact]
    public async Task Reading_a_checkout_asks_an_overdue_question_once()
    {
        var checkout = await host.Ringing();
        var before = await Questions(checkout);
        await Due(checkout, age: 70);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.Get(checkout)));

        await PaymentsHost.Eventually(async () => await Questions(checkout) == before + 1, "Safaricom was asked");
        await host.Get(checkout);
        Assert.Equal(before + 1, await Questions(checkout));
    }

    [Fact]
    public async Task A_hint_only_brings_our_own_question_forward()
    {
        var checkout = await host.Ringing();
        var attempt = PaymentsHost.AttemptId(checkout);
        await host.Sql<object>($"UPDATE attempts SET started_at = now() - interval '31 seconds', next_question_at = now() + interval '1 hour' WHERE id = '{attempt}'; SELECT 1::int");

        var body = PaymentsHost.SuccessBody((string?)checkout["attempts"]![0]!["checkoutRequestId"], PaymentsHost.NewReceipt(), 1500);
        await host.Call("/callbacks/stk/callback", body);

        await PaymentsHost.Eventually(
            async () => await host.Sql<bool>($"SELECT next_question_at < now() + interval '50 minutes' FROM attempts WHERE id = '{attempt}'"), "it is asked sooner");
        Assert.Equal("pending", (string?)(await host.Get(checkout))["status"]);
    }

    [Fact]
    public async Task Paid_while_a_second_prompt_rings_is_one_payment_and_a_second_success_is_surplus()
    {
        var checkout = await host.Ringing();
        var first = PaymentsHost.AttemptId(checkout);
        await host.Sql<object>($"UPDATE attempts SET started_at = now() - interval '4 minutes' WHERE id = '{first}'; SELECT 1::int");
        await host.Script("254700044444", new { outcome = "ringing" });
        Assert.Equal(System.Net.HttpStatusCode.Accepted, (await host.Shop.PostAsJsonAsync($"/api/checkouts/{checkout["id"]}/pay", new { phone = "254700044444" })).StatusCode);

        var (path, body) = host.SuccessCallback(checkout, PaymentsHost.NewReceipt());
        await host.Call(path, body);
        await host.Until(checkout, "paid");

        (await host.Simulator.PostAsJsonAsync("/simulator/phones/254700044444/answer", new { outcome = "paid" })).EnsureSuccessStatusCode();
        await PaymentsHost.Eventually(
            async () => await host.Sql<long>($"SELECT coalesce(sum(surplus), 0)::bigint FROM receipts r JOIN attempts a ON a.checkout_id = r.checkout_id WHERE a.id = '{first}'") == 150_000,
            "the second payment is surplus");
        var paid = await host.Get(checkout);
        Assert.Equal((1500m, "paid"), ((decimal)paid["amountPaid"]!, (string?)paid["status"]));
    }

    /// <summary>Makes an attempt <paramref name="age"/> seconds old and its question due, then runs one round.</summary>
    private async Task Ask(JsonNode checkout, int age)
    {
        await Due(checkout, age);
        await host.Send(new QueryOverdueAttempts());
    }

    private Task<object> Due(JsonNode checkout, int age) => host.Sql<object>(
        $"UPDATE attempts SET started_at = now() - interval '{age} seconds', next_question_at = now() WHERE id = '{PaymentsHost.AttemptId(checkout)}'; SELECT 1::int");

    private async Task Answer(JsonNode checkout, string answer) => (await host.Simulator.PostAsync(
        $"/simulator/phones/{checkout["phone"]}/answer", new StringContent(answer, System.Text.Encoding.UTF8, "application/json"))).EnsureSuccessStatusCode();

    private Task<string> LastAnswer(JsonNode checkout) =>
        host.Sql<string>($"SELECT last_answer FROM attempts WHERE id = '{PaymentsHost.AttemptId(checkout)}'");

    private async Task<int> Pushes() => (await Requests()).Count(r => ((string)r!["path"]!).Contains("processrequest", StringComparison.Ordinal));

    private async Task<int> Questions(JsonNode checkout)
    {
        var id = (string?)checkout["attempts"]![0]!["checkoutRequestId"];
        return (await Requests()).Count(r => ((string)r!["path"]!).Contains("stkpushquery", StringComparison.Ordinal) && (string?)r["body"]!["CheckoutRequestID"] == id);
    }

    private async Task<JsonArray> Requests() => (await host.Simulator.GetFromJsonAsync<JsonNode>("/simulator/requests"))!["items"]!.AsArray();

    /// <summary>Waits until the simulator's own books have the payment (or its end).</summary>
    private async Task MoneyMoved(JsonNode checkout, bool settled = false)
    {
        var id = (string?)checkout["attempts"]![0]!["checkoutRequestId"];
        if (settled)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(300));
            return;
        }

        await PaymentsHost.Eventually(
            async () => (await host.Simulator.GetFromJsonAsync<JsonNode>("/simulator/ledger"))!["items"]!.AsArray().Any(i => (string?)i!["checkoutRequestId"] == id),
            "the simulator has moved the money");
    }

    /// <summary>Asks only when a test makes a question due.</summary>
    public sealed class Patient(TestDatabase databases) : Running(databases)
    {
        protected override string[] Settings => ["Reconciliation:PendingSchedule=01:00 01:00 01:00", "Reconciliation:UnknownSchedule=01:00 01:00 01:00"];
    }
}
