using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>"Reversed" as the answer to a status query: the money moved and came back.</summary>
public sealed class ReversedTests(QuickQuestions running) : IClassFixture<QuickQuestions>
{
    private readonly PaymentsHost host = running.Host;

    [Theory]
    [InlineData("254700004001", "mpesa", null)]
    [InlineData("604002", "paybill", "ACC-1")]
    public async Task A_payout_that_came_back_is_failed_and_its_case_says_so(string recipient, string method, string? account)
    {
        await host.Script(recipient, new { outcome = "paid", callback = "never", reversedAfterMs = 0 });

        var failed = await host.UntilTransfer(await host.Payout(recipient, method: method, account: account), "failed");

        Assert.Equal(("rejected", "Reversed", "status_query"), ((string?)failed["failure"]!["code"], (string?)failed["failure"]!["resultCode"], (string?)failed["settledBy"]));
        Assert.Contains("was paid with receipt " + failed["receipt"] + " and then reversed", (string?)failed["failure"]!["message"], StringComparison.Ordinal);
        Assert.Equal("reversed", (string?)Assert.Single(await host.Cases(failed))["kind"]);
        Assert.Equal(1, await host.SentTo(recipient));
    }

    [Fact]
    public async Task Its_own_success_that_comes_late_does_not_call_it_paid()
    {
        await host.Script("254700004003", new { outcome = "paid", callback = "late", callbackDelayMs = 15000, reversedAfterMs = 0, delayMs = 20 });

        var failed = await host.UntilTransfer(await host.Payout("254700004003"), "failed", 12);
        await PaymentsHost.Eventually(async () => (await host.Verdicts(failed)).Contains("duplicate", StringComparison.Ordinal), "the late success is understood");

        Assert.Equal("failed", (string?)(await host.GetTransfer(failed))["status"]);
        Assert.Equal(0L, await host.Sql<long>($"SELECT count(*) FROM events WHERE type = 'payout.completed' AND subject_id = '{PayoutCalls.IdOf(failed)}'"));
    }

    [Fact]
    public async Task A_payment_by_hand_that_was_taken_back_counts_as_nothing_and_its_case_says_why()
    {
        var checkout = await host.Checkout(phone: null);
        var number = (string)(await host.PayByHand(1500, (string)checkout["orderReference"]!))["receipt"]!;
        Assert.Equal("hint", await host.Confirm("", PaybillHost.Body(number, (string)checkout["orderReference"]!)));
        var found = (await host.Ops.GetFromJsonAsync<JsonNode>("/api/ops/cases?kind=untrusted_confirmation"))!["items"]!.AsArray().Single()!;
        await host.ScriptApi("status", new { parameters = new Dictionary<string, string> { ["TransactionStatus"] = "Reversed" }, times = 1 });

        Assert.Equal(HttpStatusCode.Accepted, (await host.Ops.PostAsync($"/api/ops/cases/{found["id"]}/ask", null)).StatusCode);

        JsonNode? now = null;
        await PaymentsHost.Eventually(
            async () => (string?)(now = await host.Ops.GetFromJsonAsync<JsonNode>($"/api/ops/cases/{found["id"]}"))!["status"] == "settled", "the case is settled");
        Assert.Equal(("not_paid", "M-PESA says that it was paid and then reversed."), ((string?)now!["outcome"], (string?)now["reason"]));
        Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);
        Assert.Equal(0L, await host.Sql<long>($"SELECT count(*) FROM receipts WHERE receipt = '{number}'"));
        Assert.Contains(now["history"]!.AsArray(), e => (string?)e!["what"] == "answered" && (string?)e["detail"] == "Reversed");
    }

    [Fact]
    public async Task A_reversal_that_is_called_reversed_is_a_persons_question()
    {
        await host.ScriptApi("reversal", new { outcome = "paid", callback = "never", times = 1 });
        await host.ScriptApi("status", new { parameters = new Dictionary<string, string> { ["TransactionStatus"] = "Reversed" }, times = 1 });
        var checkout = await host.Until(await host.Checkout("254700004004"), "paid");
        var (_, refund) = await host.Shop.Keyed($"/api/checkouts/{checkout["id"]}/refunds", new { reason = "Out of stock" });

        await PaymentsHost.Eventually(async () => (await host.Cases(refund)).Any(c => (string?)c["kind"] == "reversed"), "there is a case");

        Assert.Equal("in_doubt", (string?)(await host.GetTransfer(refund))["status"]);
        Assert.Equal("refund_exceeds_payment", (string?)(await host.Shop.Keyed($"/api/checkouts/{checkout["id"]}/refunds", new { reason = "Again" })).Body["code"]);
    }
}
