using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Payments.Application.Reconciliation;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>All processes share one budget of questions and one pause for each of Safaricom's APIs; intake knows neither.</summary>
public sealed class BudgetTests(TestDatabase databases)
{
    private const string Patient = "Reconciliation:PendingSchedule=00:30 00:30 00:30";

    [Fact]
    public async Task Two_processes_together_ask_no_more_than_the_budget_holds()
    {
        string[] settings = [Patient, "Reconciliation:QuestionsPerSecond=0.001", "Reconciliation:QuestionBurst=5"];
        await using var first = await PaymentsHost.Start(databases, settings);
        await using var second = await PaymentsHost.StartOn(first.ConnectionString, settings);
        for (var i = 0; i < 9; i++)
        {
            await first.Ringing();
        }

        await Hold(first, 5);
        await Due(first);
        await Task.WhenAll(Enumerable.Range(0, 3).SelectMany(_ => new[] { first.Send(new QueryOverdueAttempts()), second.Send(new QueryOverdueAttempts()) }));

        // On record, and at the two processes' simulators: one that does not know the other's prompt is asked up to twice more for the same answer.
        Assert.Equal(5L, await first.Sql<long>("SELECT count(*) FROM questions"));
        var asked = (await first.Requests("stkpushquery")).Concat(await second.Requests("stkpushquery")).Select(r => (string?)r!["body"]!["CheckoutRequestID"]);
        Assert.Equal(5, asked.Distinct().Count());
        Assert.Equal(4, await first.Sql<long>("SELECT count(*) FROM attempts WHERE next_question_at <= now()"));
        var shown = await Daraja(second);
        Assert.Equal((4L, 0.001m), ((long)shown["questions"]!["overdue"]!, (decimal)shown["questions"]!["perSecond"]!));
        Assert.NotNull(shown["questions"]!["oldestDueAt"]);
    }

    [Fact]
    public async Task An_api_that_keeps_failing_pauses_every_processes_questions_and_is_shown_while_intake_goes_on()
    {
        string[] settings = [Patient, "Daraja:Breaker:LeastCalls=3", "Daraja:Breaker:Break=00:00:20"];
        await using var first = await PaymentsHost.Start(databases, settings);
        await using var second = await PaymentsHost.StartOn(first.ConnectionString, settings);
        var checkout = await first.Ringing();
        var other = await first.Ringing();
        await first.ScriptApi("stk-query", new { error = "html-503" });
        Assert.Empty((await Daraja(first))["apis"]!.AsArray());

        await Due(first);
        await Rounds(first);

        await PaymentsHost.Eventually(async () => await State(second, "prompt_query") == "open", "the other process sees it");
        var api = (await Daraja(second))["apis"]![0]!;
        Assert.Equal("HTTP 503 with HTML or XML", (string?)api["why"]);
        Assert.InRange((DateTimeOffset)api["pausedUntil"]!, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddSeconds(21));

        // Nobody asks, nothing counts as asked, and a callback pays as ever.
        await Due(first);
        await Rounds(first);
        await Rounds(second);
        Assert.Equal(0, await Asked(second));
        Assert.True(await first.Sql<int>($"SELECT max(questions) FROM attempts") <= 1, "A question that was not asked was counted.");
        var (path, body) = first.SuccessCallback(other, PaymentsHost.NewReceipt());
        Assert.Equal(HttpStatusCode.OK, (await first.Call(path, body)).StatusCode);
        await first.Until(other, "paid");

        // The pause is over: one question tries, and its answer closes the breaker for everybody.
        await first.Simulator.DeleteAsync("/simulator/apis/stk-query");
        await first.Sql<int>("UPDATE daraja_apis SET paused_until = now() RETURNING 1");
        Assert.Equal("half_open", await State(first, "prompt_query"));
        await Due(first);
        await second.Send(new QueryOverdueAttempts());
        await PaymentsHost.Eventually(async () => await State(first, "prompt_query") == "closed", "it is closed");
        Assert.Equal("pending", (string?)(await first.Get(checkout))["status"]);
    }

    [Fact]
    public async Task A_question_turned_away_unread_does_not_count_and_is_asked_again()
    {
        await using var host = await PaymentsHost.Start(databases, Patient, "Reconciliation:UnaskedRetry=00:10");
        var checkout = await host.Ringing();
        await host.ScriptApi("stk-query", new { error = "spike-arrest" });

        await Due(host);
        await host.Send(new QueryOverdueAttempts());

        Assert.Equal(0, await host.Sql<int>("SELECT questions FROM attempts"));
        Assert.True(await host.Sql<bool>("SELECT next_question_at BETWEEN now() + interval '9 minutes' AND now() + interval '11 minutes' FROM attempts"));
        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM questions"));

        // Longer than the whole schedule: it counts, or an outage that never ends would keep it from a person's desk.
        await host.Sql<int>("UPDATE attempts SET started_at = now() - interval '2 hours', questions = 5, next_question_at = now() RETURNING 1");
        await host.Send(new QueryOverdueAttempts());
        var open = Assert.Single(await host.Cases(checkout));
        Assert.Equal("outcome_unknown", (string?)open["kind"]);
    }

    private static Task<int> Hold(PaymentsHost host, int tokens) => host.Sql<int>($"UPDATE question_budget SET tokens = {tokens}, counted_at = now() RETURNING 1");

    private static Task<int> Due(PaymentsHost host) =>
        host.Sql<int>("WITH due AS (UPDATE attempts SET next_question_at = now() WHERE next_question_at IS NOT NULL RETURNING 1) SELECT count(*)::int FROM due");

    private static async Task Rounds(PaymentsHost host)
    {
        for (var i = 0; i < 3; i++)
        {
            await host.Send(new QueryOverdueAttempts());
        }
    }

    private static async Task<int> Asked(PaymentsHost host) => (await host.Requests("stkpushquery")).Count;

    private static async Task<JsonNode> Daraja(PaymentsHost host) => (await host.Ops.GetFromJsonAsync<JsonNode>("/api/ops/daraja"))!;

    private static async Task<string?> State(PaymentsHost host, string api) =>
        (string?)(await Daraja(host))["apis"]!.AsArray().SingleOrDefault(a => (string?)a!["api"] == api)?["state"];
}
