using System.Net.Http.Json;
using Payments.Api.Hosting;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>An app with B2C v1 only: it takes no name of ours, so what is known of a payout is what Safaricom tells of it.</summary>
public sealed class B2cVersionTests(B2cVersionTests.FirstVersion running, TestDatabase databases) : IClassFixture<B2cVersionTests.FirstVersion>
{
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task A_payout_and_a_part_refund_go_out_without_a_name_and_arrive()
    {
        var done = await host.UntilTransfer(await host.Payout("254700005001"), "completed");
        var checkout = await host.Until(await host.Checkout("254700005002"), "paid");
        var (_, refund) = await host.Shop.Keyed($"/api/checkouts/{checkout["id"]}/refunds", new { amount = 100, reason = "One item" });
        await host.UntilTransfer(refund, "completed");

        Assert.Equal(["callback", "callback"], [(string?)done["settledBy"], (string?)(await host.GetTransfer(refund))["settledBy"]]);
        var sent = await host.Requests("/mpesa/b2c/");
        Assert.All(sent, request => Assert.Equal("/mpesa/b2c/v1/paymentrequest", (string?)request["path"]));
        Assert.All(sent, request => Assert.Null(request["body"]!["OriginatorConversationID"]));

        // What it is asked by, should it be, is Safaricom's own.
        Assert.NotEqual(PayoutCalls.IdOf(done).ToString(), await host.Sql<string>($"SELECT originator_id FROM payouts WHERE id = '{PayoutCalls.IdOf(done)}'"));
    }

    [Fact]
    public async Task One_whose_reply_is_lost_is_settled_by_the_callback_of_its_token()
    {
        var done = await host.UntilTransfer(await host.Payout("254700000505"), "completed");

        Assert.Equal(1, await host.SentTo("254700000505"));
        Assert.Empty(await host.Cases(done));
    }

    [Fact]
    public async Task One_whose_result_is_lost_is_asked_about_by_safaricoms_own_id()
    {
        var done = await host.UntilTransfer(await host.Payout("254700000404"), "completed");

        Assert.Equal("status_query", (string?)done["settledBy"]);
    }

    [Fact]
    public async Task One_of_which_nothing_is_heard_is_asked_about_by_nobody_sent_by_nobody_and_a_case()
    {
        var payout = await host.Payout("254700000606");

        await PaymentsHost.Eventually(async () => (await host.Cases(payout)).Count == 1, "there is a case", 40);

        Assert.Equal("outcome_unknown", (string?)(await host.Cases(payout))[0]["kind"]);
        Assert.Contains("no id to ask by", (string?)(await host.Cases(payout))[0]["story"], StringComparison.Ordinal);
        Assert.Equal("in_doubt", (string?)(await host.GetTransfer(payout))["status"]);
        Assert.Equal(1, await host.SentTo("254700000606"));
        Assert.Equal(0L, await host.Sql<long>($"SELECT count(*) FROM questions WHERE subject_id = '{PayoutCalls.IdOf(payout)}'"));
    }

    [Fact]
    public async Task After_a_restore_nothing_goes_to_a_phone_by_it_until_that_is_over()
    {
        await using var restored = await PaymentsHost.Start(databases, "Daraja:B2cVersion=v1", "Reconciliation:ForgottenAfter=00:00:02");
        await restored.Simulator.PutAsJsonAsync("/simulator/settings", new { b2cVersion = "v1" });
        await restored.Sql<object>(
            """
            INSERT INTO payouts (id, client, reference, method, recipient, amount, reason, remarks, status, originator_id, created_at, updated_at, enqueued_at, retry_at)
            VALUES ('00000000-0000-7000-8000-000000000001', 'shop', 'R-1', 'mpesa', '254700005006', 10000, 'business', 'Payment', 'queued', 'never-sent', now(), now(), now(), now() + interval '1 h');
            SELECT 1
            """);

        var told = await Restore(restored, "prepare");

        Assert.Contains("1 queued payouts or refunds may have been sent", told, StringComparison.Ordinal);
        Assert.Contains("Payouts to phones wait as well", told, StringComparison.Ordinal);
        var ordered = await restored.Payout("254700005007");
        await PaymentsHost.Eventually(async () => (string?)(await restored.GetTransfer(ordered))["waitingFor"]?["code"] == "restored", "it waits");
        Assert.Equal("not_sent", (string?)Assert.Single(await restored.Cases(ordered))["kind"]);
        Assert.Empty(await restored.Requests("/mpesa/b2c/"));

        // What was queued at the backup may have gone out, and has no name to ask by.
        Assert.Equal("", await restored.Sql<string>("SELECT coalesce(originator_id, '') FROM payouts WHERE reference = 'R-1' AND status IN ('sending', 'in_doubt')"));
        Assert.Contains("1 payouts or refunds go out", await Restore(restored, "release"), StringComparison.Ordinal);
        await restored.UntilTransfer(ordered, "completed", 60);
        Assert.Equal((0, 1), (await restored.SentTo("254700005006"), await restored.SentTo("254700005007")));
    }

    private static async Task<string> Restore(PaymentsHost host, string verb)
    {
        await using var output = new StringWriter();
        Assert.Equal(0, await CommandLine.Run(["restore", verb, .. host.Configuration], output, output));
        return output.ToString();
    }

    [Fact]
    public async Task The_wrong_version_is_named_in_the_payouts_failure_and_by_the_doctor_with_the_setting_that_helps()
    {
        await using var wrong = await PaymentsHost.Start(databases);
        await wrong.Simulator.PutAsJsonAsync("/simulator/settings", new { b2cVersion = "v1" });

        var failed = await wrong.UntilTransfer(await wrong.Payout("254700005003"), "failed");

        Assert.Equal("401.003.01", (string?)failed["failure"]!["resultCode"]);
        Assert.Contains("The app has no B2C v3", (string?)failed["failure"]!["message"], StringComparison.Ordinal);
        Assert.Contains("Daraja__B2cVersion=v1", (string?)failed["failure"]!["message"], StringComparison.Ordinal);
        var visit = await DoctorRun.To(wrong, "--no-initiator");
        visit.Says("daraja.products", "warning", "B2C is not on the app (401.003.01", "asked for B2C v3", "The app has B2C v1: set Daraja__B2cVersion=v1.");

        // A product that is there in no version is told as before; any other refused token names what it was refused for.
        await wrong.ScriptApi("b2b", new { error = "401.003.01", times = 2 });
        var business = await wrong.UntilTransfer(await wrong.Payout("605004", method: "till"), "failed");
        Assert.Contains("refused a fresh access token for B2B v1", (string?)business["failure"]!["message"], StringComparison.Ordinal);
    }

    public sealed class FirstVersion(TestDatabase databases) : IAsyncLifetime
    {
        public PaymentsHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Host = await PaymentsHost.Start(
                databases, "Daraja:B2cVersion=v1", "Reconciliation:TransferSchedule=00:00:01 00:00:01 00:00:01",
                "Reconciliation:DoubtSchedule=00:00:01 00:00:01 00:00:01", "Reconciliation:LastAnswer=00:00:02");
            (await Host.Simulator.PutAsJsonAsync("/simulator/settings", new { b2cVersion = "v1" })).EnsureSuccessStatusCode();
        }

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
