using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Whatever an operator does is written down in the deed's own commit: who, what, to what, before and after; never a customer's number.</summary>
public sealed class AuditTests(AuditTests.QuickPaybill running) : IClassFixture<AuditTests.QuickPaybill>
{
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task A_registration()
    {
        var line = await Line("paybill.register");
        Assert.Equal("registered", (string?)line.After!["state"]);
        Assert.DoesNotContain(running.Token, line.After.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_match()
    {
        var number = PaymentsHost.NewReceipt();
        Assert.Equal("unmatched", await host.Confirm(running.Token, PaybillHost.Body(number, "NOBODY-4", msisdn: PaymentsHost.Customer)));
        var checkout = await host.Checkout(phone: null);
        var receipt = (await host.Receipt(number))!;

        Assert.Equal(HttpStatusCode.OK, (await host.Match(receipt, checkout)).StatusCode);

        var line = await Line("receipt.match", (string)receipt["id"]!);
        Assert.Equal(((string?)null, 0m, "open"), ((string?)line.Before!["matchedTo"], (decimal)line.Before["applied"]!, (string?)line.Before["status"]));
        Assert.Equal(((string?)checkout["id"], 1500m, "paid"), ((string?)line.After!["matchedTo"], (decimal)line.After["applied"]!, (string?)line.After["status"]));

        // The same again changes nothing, and is no deed.
        Assert.Equal(HttpStatusCode.OK, (await host.Match(receipt, checkout)).StatusCode);
        Assert.Equal(1L, await host.Sql<long>($"SELECT count(*) FROM audit_log WHERE action = 'receipt.match' AND subject = '{receipt["id"]}'"));
    }

    [Fact]
    public async Task A_refund_of_money_without_an_order_and_one_of_a_shops_checkout()
    {
        var number = PaymentsHost.NewReceipt();
        Assert.Equal("unmatched", await host.Confirm(running.Token, PaybillHost.Body(number, "NOBODY-5", msisdn: PaymentsHost.Customer)));
        var receipt = (await host.Receipt(number))!;
        var paid = await host.Until(await host.Checkout("254700081001"), "paid");

        Assert.Equal(HttpStatusCode.Accepted, (await host.Ops.Keyed($"/api/ops/receipts/{receipt["id"]}/refund", new { amount = 500 })).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await host.Ops.Keyed($"/api/checkouts/{paid["id"]}/refunds", new { amount = 100, reason = "broken" })).Status);

        var line = await Line("receipt.refund", (string)receipt["id"]!);
        Assert.Equal((1500m, 1000m, 500m), ((decimal)line.Before!["left"]!, (decimal)line.After!["left"]!, (decimal)line.After["amount"]!));
        Assert.Equal(1400m, (decimal)(await Line("checkout.refund")).After!["left"]!);

        // A shop's own refund is no operator's deed.
        var before = await host.Sql<long>("SELECT count(*) FROM audit_log");
        Assert.Equal(HttpStatusCode.Accepted, (await host.Shop.Keyed($"/api/checkouts/{paid["id"]}/refunds", new { amount = 100, reason = "broken" })).Status);
        Assert.Equal(before, await host.Sql<long>("SELECT count(*) FROM audit_log"));
    }

    [Fact]
    public async Task A_question_and_a_settlement()
    {
        await host.Script("254700000081", new { outcome = "paid", callback = "never" });
        await host.ScriptApi("status", new { resultCode = "2033" });
        var payout = await host.Payout("254700000081");
        JsonNode? open = null;
        await PaymentsHost.Eventually(async () => (open = (await host.Cases(payout)) is [var first, ..] ? first : null) is not null, "there is a case", 30);

        Assert.Equal(HttpStatusCode.Accepted, (await host.Ops.Keyed($"/api/ops/cases/{open!["id"]}/ask", new { })).Status);
        await PaymentsHost.Eventually(
            async () => (await host.Ops.Keyed($"/api/ops/cases/{open["id"]}/settle", new { outcome = "not_paid", reason = "Jane Doe says so" })).Status == HttpStatusCode.OK, "it is settled", 30);

        var asked = await Line("case.ask", (string)open["id"]!);
        Assert.Equal(("open", (string?)payout["id"]), ((string?)asked.After!["status"], (string?)asked.After["subject"]));
        var settled = await Line("case.settle", (string)open["id"]!);
        Assert.Equal(("open", "in_doubt"), ((string?)settled.Before!["status"], (string?)settled.Before["subjectStatus"]));
        Assert.Equal(
            ("settled", "failed", "not_paid", "ops"),
            ((string?)settled.After!["status"], (string?)settled.After["subjectStatus"], (string?)settled.After["outcome"], (string?)settled.After["settledBy"]));
    }

    [Fact]
    public async Task A_replay_but_no_dry_run()
    {
        var ringing = await host.Ringing();
        var (path, body) = host.SuccessCallback(ringing, PaymentsHost.NewReceipt());
        await host.Call(path, body);
        await host.Until(ringing, "paid");
        var stored = (await host.Ops.GetFromJsonAsync<JsonNode>($"/api/ops/callbacks?q={ringing["attempts"]![0]!["checkoutRequestId"]}"))!["items"]![0]!;

        await host.Ops.PostAsync($"/api/ops/callbacks/{stored["id"]}/replay?dryRun=true", null);
        Assert.Equal(0L, await host.Sql<long>($"SELECT count(*) FROM audit_log WHERE subject = '{stored["id"]}'"));
        await host.Ops.PostAsync($"/api/ops/callbacks/{stored["id"]}/replay", null);

        Assert.Equal("duplicate", (string?)(await Line("callback.replay", (string)stored["id"]!)).After!["verdict"]);
    }

    [Fact]
    public async Task A_deed_that_is_refused_leaves_no_line_and_no_line_names_a_customer()
    {
        var checkout = await host.Checkout(phone: null);
        var before = await host.Sql<long>("SELECT count(*) FROM audit_log");
        Assert.Equal(HttpStatusCode.NotFound, (await host.Ops.PostAsJsonAsync($"/api/ops/receipts/rct_{Guid.NewGuid():N}/match", new { checkoutId = (string?)checkout["id"] })).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Ops.Keyed($"/api/ops/cases/case_{Guid.NewGuid():N}/settle", new { outcome = "noted", reason = "x" })).Status);
        Assert.Equal(before, await host.Sql<long>("SELECT count(*) FROM audit_log"));
        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM audit_log a WHERE a::text ~ '254[17][0-9]{8}|JOHN|Jane'"));
    }

    private async Task<(JsonNode? Before, JsonNode? After)> Line(string action, string? subject = null)
    {
        var about = subject is null ? "" : $"AND subject = '{subject}'";
        var text = await host.Sql<string>($"SELECT coalesce((SELECT to_jsonb(a)::text FROM audit_log a WHERE action = '{action}' {about} ORDER BY id DESC LIMIT 1), '')");
        Assert.True(text.Length > 0, $"Nobody wrote down: {action} {subject}");
        var line = JsonNode.Parse(text)!;
        Assert.Equal("client/ops", (string?)line["actor"]);
        return (Read(line["before"]), Read(line["after"]));

        static JsonNode? Read(JsonNode? column) => column is null ? null : JsonNode.Parse((string)column!);
    }

    public sealed class QuickPaybill(TestDatabase databases) : RegisteredPaybill(databases)
    {
        protected override string[] Settings => ["Reconciliation:TransferSchedule=00:00:01 00:00:01", "Reconciliation:LastAnswer=00:00:02"];
    }
}
