using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>What becomes of a payout for everything Safaricom can say, and not say.</summary>
public sealed class PayoutOutcomeTests(QuickQuestions running) : IClassFixture<QuickQuestions>
{
    private readonly PaymentsHost host = running.Host;

    [Theory]
    [InlineData("mpesa", "254700000000", null)]
    [InlineData("paybill", "600100", "ACC-1")]
    [InlineData("till", "600200", null)]
    public async Task A_payout_arrives_is_sent_once_and_is_told(string method, string recipient, string? account)
    {
        var payout = await host.Payout(recipient, method: method, account: account);
        Assert.Equal(("queued", method, recipient), ((string?)payout["status"], (string?)payout["method"], (string?)payout["recipient"]));

        var done = await host.UntilTransfer(payout, "completed");

        Assert.Matches("^[A-Z0-9]{10}$", (string?)done["receipt"]);
        Assert.Equal("callback", (string?)done["settledBy"]);
        Assert.Equal(1, await host.SentTo(recipient));
        var events = await host.Shop.GetFromJsonAsync<JsonNode>("/api/events?limit=100");
        Assert.Contains(events!["items"]!.AsArray(), e => (string?)e!["type"] == "payout.completed" && (string?)e["data"]!["id"] == (string?)payout["id"]);
    }

    [Theory]
    [InlineData("254700000001", "mpesa", "1", "insufficient_funds", "Utility")]
    [InlineData("254700002001", "mpesa", "2001", "provider_error", "credentials")]
    [InlineData("600301", "paybill", "1", "insufficient_funds", "Working")]
    [InlineData("600302", "till", "SFC_IC0003", "rejected", "Pay Bill or a till")]
    [InlineData("600303", "paybill", "21", "rejected", "role")]
    public async Task A_payout_that_fails_says_why(string recipient, string method, string resultCode, string code, string words)
    {
        await host.Script(recipient, new { resultCode, delayMs = 20 });
        var failed = await host.UntilTransfer(await host.Payout(recipient, method: method, account: method == "paybill" ? "A" : null), "failed");

        Assert.Equal((resultCode, code), ((string?)failed["failure"]!["resultCode"], (string?)failed["failure"]!["code"]));
        Assert.Contains(words, (string?)failed["failure"]!["message"], StringComparison.Ordinal);
        Assert.Null((string?)failed["receipt"]);
    }

    [Fact]
    public async Task One_result_three_times_at_once_counts_once()
    {
        var done = await host.UntilTransfer(await host.Payout("254700000202"), "completed");

        await PaymentsHost.Eventually(async () => await host.Verdicts(done) == "applied duplicate duplicate", "all three are understood", last: () => "");
        Assert.Equal(1L, await host.Sql<long>($"SELECT count(*) FROM events WHERE type = 'payout.completed' AND subject_id = '{PayoutCalls.IdOf(done)}'"));
    }

    [Theory]
    [InlineData("254700000303")]
    [InlineData("254700000505")]
    [InlineData("254700000909")]
    public async Task A_result_before_the_reply_a_lost_reply_and_a_doubtful_code_first_all_end_completed(string recipient)
    {
        var done = await host.UntilTransfer(await host.Payout(recipient), "completed");

        Assert.NotNull((string?)done["receipt"]);
        Assert.Equal(1, await host.SentTo(recipient));
        Assert.Empty(await host.Cases(done));
    }

    [Theory]
    [InlineData("254700000404")]
    [InlineData("254700000606")]
    public async Task What_no_callback_told_a_status_query_settles_and_nothing_is_sent_again(string recipient)
    {
        var done = await host.UntilTransfer(await host.Payout(recipient), "completed");

        Assert.Equal("status_query", (string?)done["settledBy"]);
        Assert.NotNull((string?)done["receipt"]);
        Assert.Equal(1, await host.SentTo(recipient));
    }

    [Fact]
    public async Task A_status_that_is_declined_fails_the_payout()
    {
        await host.Script("254700001234", new { outcome = "insufficient_funds", callback = "never", delayMs = 10 });

        var failed = await host.UntilTransfer(await host.Payout("254700001234"), "failed");

        Assert.Equal(("status_query", "Declined"), ((string?)failed["settledBy"], (string?)failed["failure"]!["resultCode"]));
    }

    [Fact]
    public async Task A_queue_timeout_then_a_success_completes()
    {
        await host.Script("254700001235", new { outcome = "paid", queueTimeout = "flat", delayMs = 300 });
        var payout = await host.Payout("254700001235");

        var done = await host.UntilTransfer(payout, "completed");

        await PaymentsHost.Eventually(async () => (await host.Verdicts(done)).StartsWith("applied", StringComparison.Ordinal), "both are understood");
        Assert.Equal(1L, await host.Sql<long>($"SELECT count(*) FROM events WHERE type = 'payout.in_doubt' AND subject_id = '{PayoutCalls.IdOf(done)}'"));
        Assert.Equal(1, await host.SentTo("254700001235"));
    }

    [Fact]
    public async Task A_success_then_a_queue_timeout_stays_completed()
    {
        var done = await host.UntilTransfer(await host.Payout("254700001236"), "completed");
        var (path, _) = (await host.Deliveries()).Last(d => d.Path.Contains(PayoutCalls.IdOf(done).ToString("N"), StringComparison.Ordinal));

        await host.Call(path.Replace("b2c/result", "b2c/timeout", StringComparison.Ordinal), "{}");

        await PaymentsHost.Eventually(async () => await host.Verdicts(done) == "applied contradiction", "both are understood");
        Assert.Equal("completed", (string?)(await host.GetTransfer(done))["status"]);
    }

    [Fact]
    public async Task A_failure_then_a_success_completes_and_opens_a_case()
    {
        await host.Script("254700001237", new { outcome = "paid", callback = "contradicting-first", delayMs = 200 });

        var done = await host.UntilTransfer(await host.Payout("254700001237"), "completed");

        Assert.Equal("succeeded_after_failure", (string?)Assert.Single(await host.Cases(done))["kind"]);
        Assert.Null(done["failure"]);
    }

    [Fact]
    public async Task A_success_then_a_failure_is_a_contradiction_and_changes_nothing()
    {
        await host.Script("254700001238", new { outcome = "paid", callback = "contradicted", delayMs = 50 });

        var done = await host.UntilTransfer(await host.Payout("254700001238"), "completed");

        await PaymentsHost.Eventually(async () => await host.Verdicts(done) == "applied contradiction", "both are understood");
        Assert.Equal("completed", (string?)(await host.GetTransfer(done))["status"]);
    }

    [Fact]
    public async Task A_result_that_names_another_amount_is_a_case_until_the_status_query_agrees()
    {
        await host.Script("254700001239", new { outcome = "paid", callbackAmount = 999, delayMs = 20 });

        var done = await host.UntilTransfer(await host.Payout("254700001239"), "completed");

        Assert.Equal("status_query", (string?)done["settledBy"]);
        Assert.Equal("amount_differs", (string?)Assert.Single(await host.Cases(done))["kind"]);
    }

    [Theory]
    [InlineData("254700001250", "local-masked")]
    [InlineData("254700001251", "prefix")]
    [InlineData("254700001252", "national")]
    [InlineData("254700001253", "starred-hash")]
    [InlineData("254700001254", "other-hash")]
    [InlineData("254700001255", "business")]
    [InlineData("254700001256", "empty")]
    public async Task A_receiver_in_a_form_nobody_foresaw_is_the_receiver(string phone, string form)
    {
        await host.Script(phone, new { outcome = "paid", payer = form, delayMs = 20 });

        var done = await host.UntilTransfer(await host.Payout(phone), "completed");

        Assert.Equal("callback", (string?)done["settledBy"]);
        Assert.Empty(await host.Cases(done));
    }

    [Fact]
    public async Task A_result_that_names_another_receiver_is_in_doubt_and_a_case()
    {
        await host.Script("254700001240", new { outcome = "paid", callbackParty = "254700099999", delayMs = 20 });

        var payout = await host.Payout("254700001240");

        await PaymentsHost.Eventually(async () => (await host.Cases(payout)).Count == 1, "there is a case");
        Assert.Equal("party_differs", (string?)(await host.Cases(payout))[0]["kind"]);
    }

    [Theory]
    [InlineData("interim-first", "")]
    [InlineData("bare", "")]
    [InlineData("once", "strings,object")]
    [InlineData("once", "missing-value,duplicate-key")]
    [InlineData("once", "no-parameters")]
    public async Task Irregular_results_end_completed_all_the_same(string callback, string variant)
    {
        var recipient = PaymentsHost.NewPhone();
        await host.Script(recipient, new { outcome = "paid", callback, variant, delayMs = 20 });

        var done = await host.UntilTransfer(await host.Payout(recipient), "completed");

        Assert.NotNull((string?)done["receipt"]);
        Assert.Empty(await host.Cases(done));
    }

    [Theory]
    [InlineData("spike-arrest", "failed")]
    [InlineData("400.002.02", "failed")]
    [InlineData("response-code", "failed")]
    [InlineData("html-503", "in_doubt")]
    [InlineData("empty", "in_doubt")]
    [InlineData("duplicate", "in_doubt")]
    public async Task A_reply_means_what_the_table_says(string error, string status)
    {
        var recipient = PaymentsHost.NewPhone();
        await host.Script(recipient, new { error });

        var payout = await host.UntilTransfer(await host.Payout(recipient), status);

        Assert.Equal(1, await host.SentTo(recipient));
        Assert.Equal(status == "in_doubt", payout["doubt"] is not null);
    }
}
