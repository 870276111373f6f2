using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Not sent is not failed (R19): what was held back here before a byte left waits, says so, and goes out when it can.</summary>
public sealed class WaitingTests(TestDatabase databases)
{
    private static readonly string[] Quick =
    [
        "Daraja:Breaker:Break=00:00:01", "Reconciliation:UnsentRetry=00:00:01", "Reconciliation:DoubtSchedule=00:00:01 00:00:01 00:00:01",
        "Reconciliation:LastAnswer=00:00:02",
    ];

    [Fact]
    public async Task Of_sixty_payouts_while_b2c_answers_rubbish_twelve_times_none_fails_and_the_rest_is_paid()
    {
        await using var host = await PaymentsHost.Start(databases, Quick);
        await host.ScriptApi("b2c", new { error = "html-503", times = 12 });

        var payouts = new List<JsonNode>();
        for (var i = 0; i < 60; i++)
        {
            payouts.Add(await host.Payout($"2547000{63_100 + i}"));
        }

        await PaymentsHost.Eventually(
            async () => await host.Sql<long>("SELECT count(*) FROM payouts WHERE status IN ('completed', 'in_doubt', 'failed')") == 60, "all are decided or in doubt", 90);

        // What drew the rubbish may have been accepted; everything else went out, once.
        Assert.Equal(12L, await host.Sql<long>("SELECT count(*) FROM payouts WHERE status = 'in_doubt'"));
        Assert.Equal(48L, await host.Sql<long>("SELECT count(*) FROM payouts WHERE status = 'completed'"));
        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM events WHERE type = 'payout.failed'"));
        Assert.Equal(60, (await host.Requests("/b2c/v3/paymentrequest")).Select(r => (string?)r["body"]!["OriginatorConversationID"]).Distinct().Count());
        Assert.Equal(60, (await host.Requests("/b2c/v3/paymentrequest")).Count);
    }

    [Theory]
    [InlineData("mpesa", "254700061201")]
    [InlineData("paybill", "600100")]
    public async Task Without_a_certificate_a_payout_waits_and_goes_out_when_it_is_there(string method, string recipient)
    {
        using var certificate = new Certificate();
        await using var host = await PaymentsHost.Start(databases, [.. Quick, .. certificate.Settings]);
        certificate.Remove();

        var waiting = await Waits(host, await host.Payout(recipient, method: method, account: method == "paybill" ? "ACC-1" : null), "certificate");

        Assert.InRange((DateTimeOffset)waiting["waitingFor"]!["retryAt"]!, DateTimeOffset.UtcNow.AddSeconds(-5), DateTimeOffset.UtcNow.AddMinutes(5));
        certificate.Restore();
        var done = await host.UntilTransfer(waiting, "completed");
        Assert.Null(done["waitingFor"]);
        Assert.Equal(1, await host.SentTo(recipient));
    }

    [Fact]
    public async Task A_reversal_that_could_not_be_sent_was_not_refused_and_nothing_goes_another_way()
    {
        using var certificate = new Certificate();
        await using var host = await PaymentsHost.Start(databases, [.. Quick, .. certificate.Settings]);
        var checkout = await host.Until(await host.Checkout("254700061202"), "paid");
        certificate.Remove();

        var (_, refund) = await host.Shop.Keyed($"/api/checkouts/{checkout["id"]}/refunds", new { reason = "Out of stock" });
        await Waits(host, refund, "certificate");
        var again = await host.Shop.Keyed($"/api/checkouts/{checkout["id"]}/refunds", new { reason = "Out of stock" });
        Assert.Equal("refund_exceeds_payment", (string?)again.Body["code"]);

        certificate.Restore();
        Assert.Equal("reversal", (string?)(await host.UntilTransfer(refund, "completed"))["method"]);
        Assert.Empty(await host.Requests("/b2c/"));
    }

    [Fact]
    public async Task Without_an_access_token_payouts_wait_one_asks_for_all_and_then_all_go_out()
    {
        await using var host = await PaymentsHost.Start(databases, Quick);
        await host.ScriptApi("oauth", new { error = "400.002.02" });

        var payouts = new List<JsonNode>();
        for (var i = 0; i < 20; i++)
        {
            payouts.Add(await host.Payout($"2547000{64_000 + i}"));
        }

        foreach (var payout in payouts)
        {
            await Waits(host, payout, "access_token");
        }

        // Not each of them asks, each time.
        var before = (await host.Requests("/oauth/")).Count;
        await Task.Delay(TimeSpan.FromSeconds(12));
        Assert.InRange((await host.Requests("/oauth/")).Count - before, 0, 8);

        (await host.Simulator.DeleteAsync("/simulator/apis/oauth")).EnsureSuccessStatusCode();
        foreach (var payout in payouts)
        {
            await host.UntilTransfer(payout, "completed");
        }

        Assert.Equal(20, (await host.Requests("/b2c/v3/paymentrequest")).Count);
    }

    [Fact]
    public async Task Where_nobody_listens_a_payout_waits_and_goes_out_when_somebody_does()
    {
        var port = ChildProcess.FreePort();
        await using var host = await PaymentsHost.Start(databases, [.. Quick, $"Daraja:BaseUrl=http://127.0.0.1:{port}"]);

        // Before there is an access token that is what is lacking, afterwards the way to use it.
        var first = await Waits(host, await host.Payout("254700061400"), "access_token");
        var simulator = host.Simulator.BaseAddress!.Port;
        await using (var line = new TcpProxy(simulator, port))
        {
            await host.UntilTransfer(first, "completed", 60);
        }

        var second = await Waits(host, await host.Payout("254700061401"), "connection");
        await using (var line = new TcpProxy(simulator, port))
        {
            await host.UntilTransfer(second, "completed", 60);
        }

        Assert.Equal((1, 1), (await host.SentTo("254700061400"), await host.SentTo("254700061401")));
    }

    [Fact]
    public async Task What_waits_can_be_cancelled_and_what_was_sent_cannot()
    {
        using var certificate = new Certificate();
        await using var host = await PaymentsHost.Start(databases, [.. Quick, .. certificate.Settings]);
        var checkout = await host.Until(await host.Checkout("254700061500"), "paid");
        var sent = await host.UntilTransfer(await host.Payout("254700061501"), "completed");
        certificate.Remove();
        var payout = await Waits(host, await host.Payout("254700061502"), "certificate");
        var (_, refund) = await host.Shop.Keyed($"/api/checkouts/{checkout["id"]}/refunds", new { amount = 500, reason = "One item" });
        await Waits(host, refund, "certificate");

        Assert.Equal(HttpStatusCode.NotFound, (await Cancel(host.OtherShop, payout)).Status);
        foreach (var answer in await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Cancel(host.Shop, payout))))
        {
            Assert.Equal((HttpStatusCode.OK, "cancelled"), (answer.Status, (string?)answer.Body["status"]));
            Assert.Null(answer.Body["failure"]);
            Assert.Null(answer.Body["waitingFor"]);
        }

        Assert.Equal((HttpStatusCode.OK, "cancelled"), ((await Cancel(host.Ops, refund)).Status, (string?)(await host.GetTransfer(refund))["status"]));
        Assert.Equal((HttpStatusCode.Conflict, "already_sent"), ((await Cancel(host.Shop, sent)).Status, (string?)(await Cancel(host.Shop, sent)).Body["code"]));
        certificate.Restore();

        // What a cancelled refund had reserved is free again; the payout's reference stays used.
        Assert.Equal("reversal", (string?)(await host.Shop.Keyed($"/api/checkouts/{checkout["id"]}/refunds", new { reason = "All of it" })).Body["method"]);
        var reused = await host.Shop.Keyed("/api/payouts", new { method = "mpesa", recipient = "254700061502", amount = 100, reference = (string?)payout["reference"] });
        Assert.Equal("reference_in_use", (string?)reused.Body["code"]);
        await Task.Delay(TimeSpan.FromSeconds(8));
        Assert.Equal(0, await host.SentTo("254700061502"));
        Assert.Equal(1L, await host.Sql<long>($"SELECT count(*) FROM events WHERE subject_id = '{PayoutCalls.IdOf(payout)}'"));
        Assert.Equal("payout.cancelled", await host.Sql<string>($"SELECT type FROM events WHERE subject_id = '{PayoutCalls.IdOf(payout)}'"));
        Assert.Equal(1L, await host.Sql<long>("SELECT count(*) FROM audit_log WHERE action = 'refund.cancel'"));
        var listed = await host.Shop.GetFromJsonAsync<JsonNode>("/api/payouts?status=cancelled");
        Assert.Equal((string?)payout["id"], (string?)Assert.Single(listed!["items"]!.AsArray())!["id"]);
        Assert.Empty((await host.Shop.GetFromJsonAsync<JsonNode>("/api/payouts?status=failed"))!["items"]!.AsArray());
    }

    [Fact]
    public async Task What_waits_too_long_is_a_case_that_closes_when_it_goes_out()
    {
        using var certificate = new Certificate();
        await using var host = await PaymentsHost.Start(databases, [.. Quick, .. certificate.Settings, "Reconciliation:UnsentCaseAfter=00:00:02"]);
        certificate.Remove();
        var (goes, stays, paid) = (await host.Payout("254700061601"), await host.Payout("254700061602"), await host.Payout("254700061603"));
        foreach (var payout in new[] { goes, stays, paid })
        {
            await PaymentsHost.Eventually(async () => (await host.Cases(payout)).Count == 1, "there is a case");
            var told = (await host.Cases(payout))[0];
            Assert.Equal(("not_sent", "open"), ((string?)told["kind"], (string?)told["status"]));
            Assert.Contains("Daraja__CertificatePath", (string?)told["story"], StringComparison.Ordinal);
        }

        // A person pays one another way, and calls another off.
        await host.Ops.Keyed($"/api/ops/cases/{(await host.Cases(paid))[0]["id"]}/settle", new { outcome = "paid", reason = "Sent by hand in the portal" });
        await host.Ops.Keyed($"/api/ops/cases/{(await host.Cases(stays))[0]["id"]}/settle", new { outcome = "not_paid", reason = "Not needed any more" });
        Assert.Equal(("completed", "operator"), ((string?)(await host.GetTransfer(paid))["status"], (string?)(await host.GetTransfer(paid))["settledBy"]));
        Assert.Equal("cancelled", (string?)(await host.GetTransfer(stays))["status"]);
        certificate.Restore();

        await host.UntilTransfer(goes, "completed");
        var closed = Assert.Single(await host.Cases(goes));
        Assert.Equal(("settled", "noted", "service"), ((string?)closed["status"], (string?)closed["outcome"], (string?)closed["settledBy"]));
        Assert.Equal((1, 0, 0), (await host.SentTo("254700061601"), await host.SentTo("254700061602"), await host.SentTo("254700061603")));
    }

    [Fact]
    public async Task A_question_that_cannot_be_sent_was_not_asked()
    {
        using var certificate = new Certificate();
        await using var host = await PaymentsHost.Start(
            databases,
            [
                .. certificate.Settings, "Reconciliation:TransferSchedule=00:00:01 00:00:30", "Reconciliation:DoubtSchedule=00:00:01 00:00:30 00:00:30",
                "Reconciliation:UnaskedRetry=00:00:01",
            ]);
        await host.Script("254700061700", new { outcome = "paid", reply = "lost", callback = "never" });
        var payout = await host.UntilTransfer(await host.Payout("254700061700"), "in_doubt");
        certificate.Remove();
        await PaymentsHost.Eventually(
            async () => ((string?)(await host.GetTransfer(payout))["doubt"])?.Contains("not taken", StringComparison.Ordinal) == true, "it was tried");

        certificate.Restore();

        // Counted, the next question would come half a minute later.
        await host.UntilTransfer(payout, "completed", 15);
    }

    private static async Task<JsonNode> Waits(PaymentsHost host, JsonNode transfer, string code)
    {
        var now = transfer;
        await PaymentsHost.Eventually(
            async () => (string?)(now = await host.GetTransfer(transfer))["waitingFor"]?["code"] == code, $"{transfer["id"]} waits for {code}", last: () => now.ToJsonString());
        Assert.Equal("queued", (string?)now["status"]);
        Assert.Null(now["failure"]);
        return now;
    }

    private static Task<(HttpStatusCode Status, JsonNode Body)> Cancel(HttpClient client, JsonNode transfer) => client.Keyed(
        $"/api/{(((string)transfer["id"]!).StartsWith("pay_", StringComparison.Ordinal) ? "payouts" : "refunds")}/{transfer["id"]}/cancel", new { });

    /// <summary>Safaricom's certificate as a file of this deployment's own.</summary>
    private sealed class Certificate : IDisposable
    {
        private readonly string path = Path.Combine(Path.GetTempPath(), $"payments-{Guid.NewGuid():N}.pem");

        public string[] Settings => [$"Simulator:CertificatePath={path}", $"Daraja:CertificatePath={path}"];

        public void Remove() => File.Move(path, path + ".away");

        public void Restore() => File.Move(path + ".away", path);

        public void Dispose()
        {
            File.Delete(path);
            File.Delete(path + ".away");
        }
    }
}
