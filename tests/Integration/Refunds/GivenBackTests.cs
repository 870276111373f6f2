using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Payments.Application.Checkouts;
using Payments.Application.Reconciliation;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Money given back pays for nothing (R15): what a refund that is reserved, fails or succeeds does to what an order has.</summary>
public sealed class GivenBackTests(QuickQuestions running) : IClassFixture<QuickQuestions>
{
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task A_part_given_back_before_the_order_is_paid_is_asked_for_again()
    {
        var checkout = await PartlyPaid(1000, 400);
        await host.ScriptApi("reversal", new { outcome = "paid", delayMs = 1000, times = 1 });
        var (status, refund) = await Refund(checkout, new { reason = "Wrong order" });
        Assert.Equal(HttpStatusCode.Accepted, status);

        // From the moment it is reserved, not when it has gone.
        var reserved = await host.Get(checkout);
        Assert.Equal((0m, 1000m, "open"), Standing(reserved));
        Assert.Empty(reserved["payments"]!.AsArray());
        Assert.True((int)reserved["version"]! > (int)checkout["version"]!);
        await host.UntilTransfer(refund, "completed");
        Assert.Equal((0m, 1000m, "open"), Standing(await host.Get(checkout)));

        var asked = await Pay(checkout);
        Assert.Equal(1000m, (decimal)asked["attempts"]![0]!["amount"]!);
        var paid = await host.Until(checkout, "paid");
        Assert.Equal((1000m, 0m, "paid"), Standing(paid));
        Assert.Equal(1000m, (decimal)Assert.Single(paid["payments"]!.AsArray())!["amount"]!);
    }

    [Fact]
    public async Task Of_a_receipt_given_back_in_part_the_rest_still_counts()
    {
        var checkout = await PartlyPaid(1000, 400);

        var (_, refund) = await Refund(checkout, new { amount = 150, reason = "Too much" });

        Assert.Equal("b2c", (string?)refund["method"]);
        Assert.Equal((250m, 750m, "open"), Standing(await host.Get(checkout)));
        Assert.Equal("refund_exceeds_payment", (string?)(await Refund(checkout, new { amount = 251, reason = "More" })).Body["code"]);
        await host.UntilTransfer(refund, "completed");
        Assert.Equal(750m, (decimal)(await Pay(checkout))["attempts"]![0]!["amount"]!);

        // Paid, it stays so: what is given back now is taken from what pays.
        var paid = await host.Until(checkout, "paid");
        Assert.Equal(2, paid["payments"]!.AsArray().Count);
        var first = (string)paid["payments"]![0]!["receipt"]!;
        Assert.Equal("refund_exceeds_payment", (string?)(await Refund(checkout, new { amount = 251, receipt = first, reason = "More" })).Body["code"]);
        var (_, more) = await Refund(checkout, new { amount = 250, receipt = first, reason = "All of it" });
        await host.UntilTransfer(more, "completed");
        Assert.Equal((1000m, 0m, "paid"), Standing(await host.Get(checkout)));
        Assert.Equal(400m, (decimal)(await host.Get(checkout))["amountRefunded"]!);
    }

    [Fact]
    public async Task What_could_not_be_given_back_counts_again()
    {
        var checkout = await PartlyPaid(1000, 400);
        await host.ScriptApi("reversal", new { resultCode = "21", delayMs = 500, times = 1 });
        var (_, refund) = await Refund(checkout, new { reason = "Wrong order" });
        Assert.Equal((0m, 1000m, "open"), Standing(await host.Get(checkout)));

        await host.UntilTransfer(refund, "failed");

        Assert.Equal((400m, 600m, "open"), Standing(await host.Get(checkout)));
        Assert.Equal(2, (await Events(checkout)).Count(type => type == "checkout.partially_paid"));
        Assert.Equal(600m, (decimal)(await Pay(checkout))["attempts"]![0]!["amount"]!);
        await host.Until(checkout, "paid");
    }

    [Fact]
    public async Task What_counts_again_on_an_order_paid_meanwhile_is_surplus()
    {
        var checkout = await PartlyPaid(1000, 400);
        await host.ScriptApi("reversal", new { resultCode = "21", delayMs = 2500, times = 1 });
        var (_, refund) = await Refund(checkout, new { reason = "Wrong order" });
        await Pay(checkout);
        Assert.Equal((1000m, 0m, "paid"), Standing(await host.Until(checkout, "paid")));
        Assert.DoesNotContain("checkout.surplus", await Events(checkout));

        await host.UntilTransfer(refund, "failed");

        Assert.Equal((1000m, 0m, "paid"), Standing(await host.Get(checkout)));
        Assert.Equal((0m, 400m), await Shares((string)refund["originalReceipt"]!));
        Assert.Single(await Events(checkout), type => type == "checkout.surplus");

        // An operator gives it back after all: by B2C, for the reversal was refused.
        var (_, again) = await host.Ops.Keyed($"/api/ops/receipts/{(await host.Receipt((string)refund["originalReceipt"]!, matched: true))!["id"]}/refund", new { });
        Assert.Equal(("b2c", 400m), ((string?)again["method"], (decimal)again["amount"]!));
        await host.UntilTransfer(again, "completed");
        Assert.Equal("paid", (string?)(await host.Get(checkout))["status"]);
    }

    [Fact]
    public async Task What_counts_again_completes_an_order_that_wants_just_that()
    {
        var checkout = await PartlyPaid(1000, 400);
        await host.ScriptApi("reversal", new { resultCode = "21", delayMs = 2000, times = 1 });
        var (_, refund) = await Refund(checkout, new { reason = "Wrong order" });
        await Confirmed(checkout, 600);
        Assert.Equal((600m, 400m, "open"), Standing(await host.Get(checkout)));

        await host.UntilTransfer(refund, "failed");

        Assert.Equal((1000m, 0m, "paid"), Standing(await host.Get(checkout)));
        Assert.Single(await Events(checkout), type => type == "checkout.paid");
    }

    [Theory]
    [InlineData("cancelled", 0, 400)]
    [InlineData("expired", 400, 0)]
    public async Task What_counts_again_on_an_order_that_ended_meanwhile(string ended, decimal applied, decimal surplus)
    {
        var checkout = await PartlyPaid(1000, 400);
        await host.ScriptApi("reversal", new { resultCode = "21", delayMs = 1500, times = 1 });
        var (_, refund) = await Refund(checkout, new { reason = "Wrong order" });
        if (ended == "cancelled")
        {
            Assert.Equal(HttpStatusCode.OK, (await host.Shop.PostAsync($"/api/checkouts/{checkout["id"]}/cancel", null)).StatusCode);
        }
        else
        {
            await host.Sql<int>($"UPDATE checkouts SET expires_at = now(), created_at = now() - interval '1 day' WHERE id = '{PayoutCalls.IdOf(checkout)}' RETURNING 1");
            await host.Send(new ExpireDueCheckouts());
        }

        Assert.Equal((0m, 1000m, ended), Standing(await host.Get(checkout)));
        await host.UntilTransfer(refund, "failed");

        Assert.Equal((applied, 1000m - applied, ended), Standing(await host.Get(checkout)));
        Assert.Equal((applied, surplus), await Shares((string)refund["originalReceipt"]!));
        Assert.Equal(surplus > 0 ? 1 : 0, (await Events(checkout)).Count(type => type == "checkout.surplus"));
    }

    [Fact]
    public async Task A_refund_that_succeeds_after_it_had_failed_is_given_back_again()
    {
        var checkout = await PartlyPaid(1000, 400);
        await host.ScriptApi("reversal", new { resultCode = "21", times = 1 });
        var (_, refund) = await Refund(checkout, new { reason = "Wrong order" });
        await host.UntilTransfer(refund, "failed");
        Assert.Equal((400m, 600m, "open"), Standing(await host.Get(checkout)));

        // Success outranks failure (R4): the same reversal's result comes again, and it is a success.
        var (path, body) = (await host.Deliveries()).Last(d => d.Path.Contains("reversal/result", StringComparison.Ordinal));
        var success = body.Replace("\"ResultCode\":21", "\"ResultCode\":0", StringComparison.Ordinal).Replace("\"ResultCode\":\"21\"", "\"ResultCode\":\"0\"", StringComparison.Ordinal);
        var node = JsonNode.Parse(success)!;
        node["Result"]!["TransactionID"] = PaymentsHost.NewReceipt();
        node["Result"]!["ResultParameters"] = JsonNode.Parse(
            $$$"""{"ResultParameter":[{"Key":"Amount","Value":400},{"Key":"OriginalTransactionID","Value":"{{{refund["originalReceipt"]}}}"}]}""");
        await host.Call(path, node.ToJsonString());
        await host.UntilTransfer(refund, "completed");

        Assert.Equal((0m, 1000m, "open"), Standing(await host.Get(checkout)));
        Assert.Equal("succeeded_after_failure", (string?)Assert.Single(await host.Cases(refund))["kind"]);
    }

    [Fact]
    public async Task A_receipt_given_back_that_joins_an_order_is_no_surplus_again()
    {
        await Registered();
        var number = (string)(await host.PayByHand(70, "NOBODY"))["receipt"]!;
        JsonNode? receipt = null;
        await PaymentsHost.Eventually(async () => (receipt = await host.Receipt(number)) is not null, "it is here");
        var (_, refund) = await host.Ops.Keyed($"/api/ops/receipts/{receipt!["id"]}/refund", new { });
        await host.UntilTransfer(refund, "completed");

        var prompted = await host.Ringing(70);
        var (path, body) = host.SuccessCallback(prompted, number);
        await host.Call(path, body);
        Assert.Equal("applied", await host.Verdict(body));

        Assert.Equal((0m, 70m, "pending"), Standing(await host.Get(prompted)));
        Assert.Equal((0m, 0m), await Shares(number));
        Assert.DoesNotContain("checkout.surplus", await Events(prompted));
        Assert.Equal("receipt_conflict", (string?)Assert.Single(await host.Cases(prompted))["kind"]);
    }

    [Theory]
    [InlineData(1500)]
    [InlineData(600)]
    public async Task Surplus_given_back_is_not_spent_again_by_a_late_callback(int refunded)
    {
        // A query calls the prompt paid; its own confirmation, hours off, is taken for another payment.
        var (token, checkout) = (await Registered(), await host.Ringing());
        await host.Sql<int>($"UPDATE attempts SET next_question_at = now() WHERE id = '{PaymentsHost.AttemptId(checkout)}' RETURNING 1");
        await host.Simulator.PostAsJsonAsync($"/simulator/phones/{checkout["phone"]}/answer", new { outcome = "paid", callback = "never" });
        await host.Send(new QueryOverdueAttempts());
        await host.Until(checkout, "paid");
        var number = PaymentsHost.NewReceipt();
        await host.Confirm(token, PaybillHost.Body(number, (string)checkout["orderReference"]!, msisdn: "254700099999"));
        Assert.Equal((0m, 1500m), await Shares(number));
        await host.ScriptApi("reversal", new { outcome = "paid", times = 1 });
        var id = (await host.Receipt(number, matched: true))!["id"];
        await host.Sql<int>($"UPDATE receipts SET payer = '{PaymentsHost.Customer}' WHERE receipt = '{number}' RETURNING 1");
        var (_, refund) = await host.Ops.Keyed($"/api/ops/receipts/{id}/refund", new { amount = refunded });
        Assert.Equal(refunded == 1500 ? "reversal" : "b2c", (string?)refund["method"]);

        var (path, body) = host.SuccessCallback(checkout, number);
        await host.Call(path, body);

        Assert.Equal("contradiction", await host.Verdict(body));
        Assert.Equal("paid", (string?)(await host.Get(checkout))["status"]);
        Assert.Equal((0m, 1500m), await Shares(number));
        var open = Assert.Single(await host.Cases(checkout), c => (string?)c["kind"] == "receipt_conflict");
        Assert.Contains("refunded", (string)open["story"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_refunds_and_prompts_at_once_what_is_asked_for_is_what_is_due()
    {
        for (var round = 0; round < 5; round++)
        {
            var checkout = await PartlyPaid(1000, 400);
            await host.ScriptApi("reversal", new { outcome = "paid", delayMs = 100, times = 1 });

            var refunding = Refund(checkout, new { reason = "Wrong order" });
            var paying = host.Shop.PostAsJsonAsync($"/api/checkouts/{checkout["id"]}/pay", new { phone = PaymentsHost.Customer });
            await Task.WhenAll(refunding, paying);

            // Whoever came first, nothing of the 400 pays for the order: it is asked for, or still due.
            await host.UntilTransfer((await refunding).Body, "completed");
            var asked = (decimal)(await host.Get(checkout))["attempts"]![0]!["amount"]!;
            Assert.Contains(asked, new[] { 600m, 1000m });
            await PaymentsHost.Eventually(async () => (decimal)(await host.Get(checkout))["amountPaid"]! == asked, "the prompt is paid");
            Assert.Equal((asked, 1000m - asked, asked == 1000 ? "paid" : "pending"), Standing(await host.Get(checkout)));
        }
    }

    [Fact]
    public async Task What_was_given_back_before_this_version_no_longer_pays()
    {
        // As a version before it left them: an unpaid order, a paid one, and money without an order, each given back.
        var (unpaid, paid) = (await PartlyPaid(1000, 400), await PartlyPaid(400, 400));
        var (_, first) = await Refund(unpaid, new { amount = 100, reason = "Wrong order" });
        var (_, second) = await Refund(paid, new { amount = 100, reason = "Wrong order" });
        await host.UntilTransfer(first, "completed");
        await host.UntilTransfer(second, "completed");
        var id = PayoutCalls.IdOf(unpaid);
        await host.Sql<int>($"UPDATE receipts SET applied = 40000 WHERE checkout_id = '{id}'; UPDATE checkouts SET paid = 40000 WHERE id = '{id}' RETURNING 1");
        await host.Sql<int>("ALTER TABLE refunds DROP COLUMN taken_from; DELETE FROM migrations WHERE scriptname LIKE '%0028%' RETURNING 1");

        await using (var source = Npgsql.NpgsqlDataSource.Create(host.ConnectionString))
        {
            await Infrastructure.Database.Migrator.Migrate(source, CancellationToken.None);
        }

        Assert.Equal((300m, 700m, "open"), Standing(await host.Get(unpaid)));
        Assert.Equal((400m, 0m, "paid"), Standing(await host.Get(paid)));
        Assert.Equal("counted unpaid", await host.Sql<string>(
            $"SELECT string_agg(taken_from, ' ' ORDER BY taken_from) FROM refunds WHERE id IN ('{PayoutCalls.IdOf(first)}', '{PayoutCalls.IdOf(second)}')"));
    }

    /// <summary>An order of which a part was paid by hand, at a Pay Bill the simulator knows.</summary>
    private async Task<JsonNode> PartlyPaid(int amount, int part)
    {
        var token = await Registered();
        var checkout = await host.Checkout(phone: null, amount: amount);
        var number = (string)(await host.PayByHand(part, (string)checkout["orderReference"]!))["receipt"]!;
        await PaymentsHost.Eventually(async () => (decimal)(await host.Get(checkout))["amountPaid"]! == part, "the part is here");

        // A part of it goes to the payer's phone, and the simulator's confirmations mask it.
        await host.Sql<int>($"UPDATE receipts SET payer = '{PaymentsHost.Customer}' WHERE receipt = '{number}' RETURNING 1");
        _ = token;
        return await host.Get(checkout);
    }

    private async Task Confirmed(JsonNode checkout, int amount) => Assert.Equal(
        "applied", await host.Confirm(await Registered(), PaybillHost.Body(PaymentsHost.NewReceipt(), (string)checkout["orderReference"]!, amount)));

    private async Task<JsonNode> Pay(JsonNode checkout)
    {
        var answer = await host.Shop.PostAsJsonAsync($"/api/checkouts/{checkout["id"]}/pay", new { phone = PaymentsHost.Customer });
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private async Task<string> Registered() => await host.Sql<long>("SELECT count(*) FROM c2b_registrations") == 0
        ? await host.RegisterC2b()
        : await host.Sql<string>("SELECT token FROM c2b_registrations");

    private Task<(HttpStatusCode Status, JsonNode Body)> Refund(JsonNode checkout, object body) =>
        host.Shop.Keyed($"/api/checkouts/{checkout["id"]}/refunds", body);

    private async Task<IReadOnlyList<string>> Events(JsonNode checkout)
    {
        var told = await host.Sql<string>(
            $"SELECT coalesce(string_agg(type, ' ' ORDER BY id), '') FROM events WHERE subject_id = '{PayoutCalls.IdOf(checkout)}'");
        return told.Split(' ');
    }

    private async Task<(decimal Applied, decimal Surplus)> Shares(string number) => (
        await host.Sql<long>($"SELECT applied FROM receipts WHERE receipt = '{number}'") / 100m,
        await host.Sql<long>($"SELECT surplus FROM receipts WHERE receipt = '{number}'") / 100m);

    private static (decimal Paid, decimal Due, string? Status) Standing(JsonNode checkout) =>
        ((decimal)checkout["amountPaid"]!, (decimal)checkout["amountDue"]!, (string?)checkout["status"]);
}
