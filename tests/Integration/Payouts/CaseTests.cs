using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>What a person decides: asked again, or settled once.</summary>
public sealed class CaseTests(QuickQuestions running) : IClassFixture<QuickQuestions>
{
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task A_lost_payout_to_a_business_ends_as_a_case_that_a_person_settles_once()
    {
        await host.Script("600401", new { outcome = "paid", reply = "lost", callback = "never" });
        var payout = await host.Payout("600401", method: "till");
        var open = await UntilCase(payout);
        Assert.Equal(("outcome_unknown", "open"), ((string?)open["kind"], (string?)open["status"]));
        Assert.Equal("in_doubt", (string?)(await host.GetTransfer(payout))["status"]);
        Assert.Equal((HttpStatusCode.Conflict, "nothing_to_ask"), Code(await host.Ops.Keyed($"/api/ops/cases/{open["id"]}/ask", new { })));
        Assert.Equal((HttpStatusCode.BadRequest, "validation_failed"), Code(await Settle(open, "paid", "")));
        Assert.Equal((HttpStatusCode.Conflict, "outcome_not_possible"), Code(await Settle(open, "noted", "forget it")));

        var answers = await Task.WhenAll(Settle(open, "paid", "in the statement"), Settle(open, "not_paid", "not in the statement"));

        Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        var settled = answers.Single(a => a.Status == HttpStatusCode.OK).Body;
        var now = await host.GetTransfer(payout);
        Assert.Equal((string?)settled["outcome"] == "paid" ? "completed" : "failed", (string?)now["status"]);
        Assert.Equal(("operator", "ops"), ((string?)now["settledBy"], (string?)settled["settledBy"]));
        Assert.Equal((HttpStatusCode.Conflict, "case_settled"), Code(await Settle(open, "paid", "again")));
        Assert.Equal(1, await host.SentTo("600401"));
    }

    [Fact]
    public async Task A_case_with_an_id_is_asked_again_and_closes_by_itself()
    {
        // Safaricom answers nothing until the questions have run out.
        await host.Script("254700000001", new { outcome = "paid", callback = "never" });
        await host.ScriptApi("status", new { resultCode = "2033" });
        var payout = await host.Payout("254700000001");
        var open = await UntilCase(payout);
        (await host.Simulator.DeleteAsync("/simulator/apis/status")).EnsureSuccessStatusCode();

        Assert.Equal(HttpStatusCode.Accepted, (await host.Ops.Keyed($"/api/ops/cases/{open["id"]}/ask", new { })).Status);

        var done = await host.UntilTransfer(payout, "completed");
        Assert.Equal("status_query", (string?)done["settledBy"]);
        var closed = Assert.Single(await host.Cases(payout));
        Assert.Equal(("settled", "paid", "service"), ((string?)closed["status"], (string?)closed["outcome"], (string?)closed["settledBy"]));
    }

    [Fact]
    public async Task An_untrusted_confirmation_becomes_money_only_when_an_operator_asks_and_Safaricom_agrees()
    {
        var made = await host.Simulator.PostAsJsonAsync("/simulator/c2b", new { amount = 1500, account = "ELSEWHERE", msisdn = "254708374149" });
        var real = (string)(await made.Content.ReadFromJsonAsync<JsonNode>())!["receipt"]!;
        var honest = await host.Checkout(phone: null);
        var faked = await host.Checkout(phone: null);
        await Confirm(honest, real, 1500);
        await Confirm(faked, "FAKED00001", 1500);
        var (asked, asking) = (await UntilCase(honest), await UntilCase(faked));
        Assert.Equal(("untrusted_confirmation", "callback"), ((string?)asked["kind"], (string?)asked["subject"]));
        Assert.Equal("open", (string?)(await host.Get(honest))["status"]);

        Assert.Equal(HttpStatusCode.Accepted, (await host.Ops.Keyed($"/api/ops/cases/{asking["id"]}/ask", new { })).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await host.Ops.Keyed($"/api/ops/cases/{asked["id"]}/ask", new { })).Status);

        var paid = await host.Until(honest, "paid");
        Assert.Equal((real, "status_query"), ((string?)paid["payment"]!["receipt"], (string?)paid["payment"]!["settledBy"]));
        await PaymentsHost.Eventually(async () => await host.Sql<long>("SELECT count(*) FROM questions WHERE answer LIKE '%(2033)%'") > 0, "the other is answered too");
        var closed = Assert.Single(await host.Cases(honest));
        Assert.Equal(("settled", "paid", "service"), ((string?)closed["status"], (string?)closed["outcome"], (string?)closed["settledBy"]));
        Assert.Equal("open", (string?)(await host.Get(faked))["status"]);
        Assert.Equal(HttpStatusCode.OK, (await Settle(asking, "noted", "no such receipt")).Status);
    }

    [Theory]
    [InlineData("paid", "paid", "succeeded")]
    [InlineData("not_paid", "failed", "failed")]
    public async Task A_prompt_nobody_can_tell_of_is_settled_by_a_person(string outcome, string status, string attempt)
    {
        var checkout = await host.Ringing();
        var subject = new JsonObject { ["id"] = (string?)checkout["attempts"]![0]!["id"] };
        await host.Sql<int>(
            $"""
            INSERT INTO cases (id, kind, subject_id, checkout_id, client, story)
            VALUES (gen_random_uuid(), 'outcome_unknown', '{PayoutCalls.IdOf(subject)}', '{PayoutCalls.IdOf(checkout)}', 'shop', 'Nobody could tell.') RETURNING 1
            """);

        Assert.Equal(HttpStatusCode.OK, (await Settle((await host.Cases(subject))[0], outcome, "the statement says so")).Status);

        var now = await host.Get(checkout);
        Assert.Equal((status, attempt), ((string?)now["status"], (string?)now["attempts"]![0]!["status"]));
        Assert.Equal(outcome == "paid" ? "operator" : null, (string?)now["payment"]?["settledBy"]);
    }

    [Fact]
    public async Task Only_operators_see_cases() =>
        Assert.Equal(HttpStatusCode.Forbidden, (await host.Shop.GetAsync("/api/ops/cases")).StatusCode);

    private Task<HttpResponseMessage> Confirm(JsonNode checkout, string receipt, int amount) => host.Call("/callbacks/c2b/confirm", new JsonObject
    {
        ["TransactionType"] = "Pay Bill",
        ["TransID"] = receipt,
        ["TransTime"] = "20261124080000",
        ["TransAmount"] = $"{amount}.00",
        ["BusinessShortCode"] = "174379",
        ["BillRefNumber"] = (string?)checkout["orderReference"],
        ["MSISDN"] = "2547 ***** 149",
    }.ToJsonString());

    private async Task<JsonNode> UntilCase(JsonNode subject)
    {
        IReadOnlyList<JsonNode> found = [];
        await PaymentsHost.Eventually(async () => (found = await host.Cases(subject)).Count > 0, "there is a case", 60);
        return found[0];
    }

    private Task<(HttpStatusCode Status, JsonNode Body)> Settle(JsonNode found, string outcome, string reason) =>
        host.Ops.Keyed($"/api/ops/cases/{found["id"]}/settle", new { outcome, reason });

    private static (HttpStatusCode, string?) Code((HttpStatusCode Status, JsonNode Body) answer) => (answer.Status, (string?)answer.Body["code"]);
}
