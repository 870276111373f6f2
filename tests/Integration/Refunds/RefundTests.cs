using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Money that goes back: which way, how much, and never twice (R12).</summary>
public sealed class RefundTests(QuickQuestions running) : IClassFixture<QuickQuestions>
{
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task A_whole_receipt_is_reversed_and_the_checkout_stays_paid()
    {
        var checkout = await Paid();

        var (status, refund) = await Refund(checkout, new { reason = "Out of stock" });
        Assert.Equal((HttpStatusCode.Accepted, "reversal", 1500m), (status, (string?)refund["method"], (decimal)refund["amount"]!));
        Assert.Equal((string?)checkout["payment"]!["receipt"], (string?)refund["originalReceipt"]);
        var done = await host.UntilTransfer(refund, "completed");

        Assert.Matches("^[A-Z0-9]{10}$", (string?)done["receipt"]);
        var after = await host.Get(checkout);
        Assert.Equal(("paid", 1500m, 1500m), ((string?)after["status"], (decimal)after["amountRefunded"]!, (decimal)after["amountPaid"]!));
        Assert.Equal((string?)refund["id"], (string?)Assert.Single(after["refunds"]!.AsArray())!["id"]);
        Assert.True((int)after["version"]! > (int)checkout["version"]!);
        var events = await host.Shop.GetFromJsonAsync<JsonNode>("/api/events?limit=100");
        Assert.Contains(events!["items"]!.AsArray(), e => (string?)e!["type"] == "refund.completed" && (string?)e["data"]!["id"] == (string?)refund["id"]);
    }

    [Fact]
    public async Task A_part_goes_to_the_payer_and_the_rest_after_it()
    {
        var checkout = await Paid();

        var (_, part) = await Refund(checkout, new { amount = 500, reason = "One item" });
        var (_, rest) = await Refund(checkout, new { reason = "The other item" });

        Assert.Equal(("b2c", "254708374149"), ((string?)part["method"], (string?)part["recipient"]));
        Assert.Equal(("b2c", 1000m), ((string?)rest["method"], (decimal)rest["amount"]!));
        await host.UntilTransfer(part, "completed");
        await host.UntilTransfer(rest, "completed");
        Assert.Equal(1500m, (decimal)(await host.Get(checkout))["amountRefunded"]!);
        Assert.Equal("refund_exceeds_payment", (string?)(await Refund(checkout, new { amount = 10, reason = "More" })).Body["code"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1000)]
    public async Task Of_ten_at_once_one_is_taken(int? amount)
    {
        var checkout = await Paid();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Refund(checkout, new { amount, reason = "Twice" })));

        var taken = Assert.Single(answers, a => a.Status == HttpStatusCode.Accepted).Body;
        Assert.All(answers.Where(a => a.Body != taken), a => Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, "refund_exceeds_payment"), (a.Status, (string?)a.Body["code"])));
        await host.UntilTransfer(taken, "completed");
    }

    [Fact]
    public async Task After_a_definitive_refusal_of_the_reversal_the_whole_goes_by_b2c()
    {
        var checkout = await Paid();
        await host.ScriptApi("reversal", new { resultCode = "21", times = 1 });
        var (_, reversal) = await Refund(checkout, new { reason = "Out of stock" });
        await host.UntilTransfer(reversal, "failed");

        var (_, refund) = await Refund(checkout, new { reason = "Out of stock" });

        Assert.Equal(("b2c", 1500m), ((string?)refund["method"], (decimal)refund["amount"]!));
        await host.UntilTransfer(refund, "completed");
    }

    [Fact]
    public async Task A_reversal_that_may_have_happened_is_a_case_and_nothing_goes_another_way()
    {
        var checkout = await Paid();
        await host.ScriptApi("reversal", new { resultCode = "R000001", times = 1 });
        var (_, refund) = await Refund(checkout, new { reason = "Out of stock" });
        await PaymentsHost.Eventually(async () => (await host.Cases(refund)).Count == 1, "there is a case");
        var open = (await host.Cases(refund))[0];
        Assert.Equal(("reversal_refused", "in_doubt"), ((string?)open["kind"], (string?)(await host.GetTransfer(refund))["status"]));
        Assert.Equal("refund_exceeds_payment", (string?)(await Refund(checkout, new { reason = "Again" })).Body["code"]);

        await host.Ops.Keyed($"/api/ops/cases/{open["id"]}/settle", new { outcome = "paid", reason = "the statement shows the reversal" });

        Assert.Equal("completed", (string?)(await host.GetTransfer(refund))["status"]);
        Assert.Equal(1500m, (decimal)(await host.Get(checkout))["amountRefunded"]!);
    }

    [Fact]
    public async Task A_reversal_whose_result_never_came_is_settled_by_a_question()
    {
        var checkout = await Paid();
        await host.ScriptApi("reversal", new { outcome = "paid", callback = "never", times = 1 });

        var done = await host.UntilTransfer((await Refund(checkout, new { reason = "Out of stock" })).Body, "completed");

        Assert.Equal("status_query", (string?)done["settledBy"]);
        Assert.Single(await host.Requests("/reversal/"), r => (string?)r["body"]!["TransactionID"] == (string?)checkout["payment"]!["receipt"]);
    }

    [Fact]
    public async Task What_cannot_go_back_is_refused()
    {
        var open = await host.Checkout(phone: null);
        var paid = await Paid();

        Assert.Equal((HttpStatusCode.Conflict, "not_paid"), Code(await Refund(open, new { reason = "None" })));
        Assert.Equal((HttpStatusCode.Conflict, "receipt_unknown"), Code(await Refund(paid, new { receipt = "NOTMINE001", reason = "None" })));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "refund_exceeds_payment"), Code(await Refund(paid, new { amount = 1501, reason = "More" })));
        Assert.Equal((HttpStatusCode.BadRequest, "validation_failed"), Code(await Refund(paid, new { amount = 9, reason = "Less" })));
        Assert.Equal((HttpStatusCode.BadRequest, "validation_failed"), Code(await Refund(paid, new { amount = 0.001, reason = "Less" })));
        Assert.Equal((HttpStatusCode.BadRequest, "validation_failed"), Code(await Refund(paid, new { amount = 10 })));
        Assert.Equal(HttpStatusCode.NotFound, (await host.OtherShop.Keyed($"/api/checkouts/{paid["id"]}/refunds", new { reason = "Theirs" })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.WithKey((string)paid["clientSecret"]!).Keyed($"/api/checkouts/{paid["id"]}/refunds", new { reason = "Mine" })).Status);
    }

    [Fact]
    public async Task Money_without_an_order_is_given_back_by_an_operator_once()
    {
        var paid = await host.Simulator.PostAsJsonAsync("/simulator/c2b", new { amount = 70, account = "NOBODY", msisdn = "254708374149" });
        var number = (string)(await paid.Content.ReadFromJsonAsync<JsonNode>())!["receipt"]!;
        var id = Guid.CreateVersion7();
        await host.Sql<int>(
            $"INSERT INTO receipts (id, receipt, amount, method, settled_by, payer, at) VALUES ('{id}', '{number}', 7000, 'paybill', 'confirmation', '2547 ***** 149', now()) RETURNING 1");

        var half = await host.Ops.Keyed($"/api/ops/receipts/rct_{id:N}/refund", new { amount = 35 });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "payer_unknown"), Code(half));
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => host.Ops.Keyed($"/api/ops/receipts/rct_{id:N}/refund", new { })));

        var refund = Assert.Single(answers, a => a.Status == HttpStatusCode.Accepted).Body;
        Assert.Equal(("reversal", 70m), ((string?)refund["method"], (decimal)refund["amount"]!));
        await host.UntilTransfer(refund, "completed");
        Assert.Equal(HttpStatusCode.Forbidden, (await host.Shop.Keyed($"/api/ops/receipts/rct_{id:N}/refund", new { })).Status);
    }

    [Fact]
    public async Task Surplus_is_given_back_once_and_no_more_than_it()
    {
        var checkout = await Paid();
        var receipt = await host.Sql<Guid>($"UPDATE receipts SET applied = 100000, surplus = 50000 WHERE checkout_id = '{PayoutCalls.IdOf(checkout)}' RETURNING id");

        Assert.Equal("refund_exceeds_payment", (string?)(await host.Ops.Keyed($"/api/ops/receipts/rct_{receipt:N}/refund", new { amount = 501 })).Body["code"]);
        var (_, refund) = await host.Ops.Keyed($"/api/ops/receipts/rct_{receipt:N}/refund", new { });
        Assert.Equal(("b2c", 500m), ((string?)refund["method"], (decimal)refund["amount"]!));
        Assert.Equal("refund_exceeds_payment", (string?)(await host.Ops.Keyed($"/api/ops/receipts/rct_{receipt:N}/refund", new { })).Body["code"]);

        await host.UntilTransfer(refund, "completed");
        Assert.Equal((string?)refund["id"], (string?)(await host.Get(checkout))["refunds"]![0]!["id"]);
    }

    [Fact]
    public async Task Money_paid_by_hand_and_given_back_pays_no_order_any_more()
    {
        var receipt = await Unmatched(70);
        var (_, refund) = await host.Ops.Keyed($"/api/ops/receipts/{receipt["id"]}/refund", new { });
        await host.UntilTransfer(refund, "completed");

        var open = await host.Checkout(phone: null, amount: 70);
        Assert.Equal((409, "receipt_refunded"), await (await host.Match(receipt, open)).Problem());

        // Its number turns out to be that of a prompt: the prompt was paid, the order was not.
        var prompted = await host.Ringing(70);
        var (path, body) = host.SuccessCallback(prompted, (string)receipt["receipt"]!);
        await host.Call(path, body);
        Assert.Equal("applied", await host.Verdict(body));

        var now = await host.Get(prompted);
        Assert.Equal(("pending", 0m, "succeeded"), ((string?)now["status"], (decimal)now["amountPaid"]!, (string?)now["attempts"]![0]!["status"]));
        Assert.Equal("receipt_conflict", (string?)Assert.Single(await host.Cases(prompted))["kind"]);
        Assert.Equal("refund_exceeds_payment", (string?)(await host.Ops.Keyed($"/api/ops/receipts/{receipt["id"]}/refund", new { })).Body["code"]);
    }

    [Fact]
    public async Task Of_matches_and_refunds_at_once_one_wins()
    {
        var receipt = await Unmatched(60);
        var checkout = await host.Checkout(phone: null, amount: 60);

        var matching = Enumerable.Range(0, 4).Select(async _ => (await host.Match(receipt, checkout)).StatusCode).ToList();
        var refunding = Enumerable.Range(0, 4).Select(async _ => (await host.Ops.Keyed($"/api/ops/receipts/{receipt["id"]}/refund", new { })).Status).ToList();
        var (matched, refunded) = (await Task.WhenAll(matching), await Task.WhenAll(refunding));

        Assert.True(
            matched.All(s => s == HttpStatusCode.OK) != refunded.Any(s => s == HttpStatusCode.Accepted),
            $"{string.Join(' ', matched)}; {string.Join(' ', refunded)}");
        Assert.InRange(refunded.Count(s => s == HttpStatusCode.Accepted), 0, 1);
    }

    [Fact]
    public async Task What_was_paid_by_hand_over_the_amount_is_given_back_by_an_operator()
    {
        await Registered();
        var checkout = await host.Checkout(phone: null, amount: 100);
        await host.PayByHand(130, (string)checkout["account"]!);
        var paid = await host.Until(checkout, "paid");
        Assert.Equal((100m, 0m, 30m), ((decimal)paid["amountPaid"]!, (decimal)paid["amountDue"]!, (decimal)paid["surplus"]!));
        var receipt = (await host.Receipt((string)paid["payment"]!["receipt"]!, matched: true))!;
        Assert.Equal(30m, (decimal)receipt["surplus"]!);

        // A part goes to the payer's phone, and confirmations mask it.
        Assert.Equal("payer_unknown", (string?)(await host.Ops.Keyed($"/api/ops/receipts/{receipt["id"]}/refund", new { })).Body["code"]);
        Assert.Equal("refund_exceeds_payment", (string?)(await Refund(checkout, new { amount = 101, reason = "Too much" })).Body["code"]);
        var (_, whole) = await Refund(checkout, new { reason = "All of it" });
        Assert.Equal(("reversal", 130m), ((string?)whole["method"], (decimal)whole["amount"]!));
        await host.UntilTransfer(whole, "completed");
        Assert.Equal(0m, (decimal)(await host.Get(checkout))["surplus"]!);

        // Found by the order's reference as a customer might write it, and not by another's.
        var reference = (string)checkout["orderReference"]!;
        Assert.Equal([(string?)whole["id"]], await Of(reference.ToLowerInvariant().Insert(3, "-")));
        Assert.Empty(await Of(reference + "1"));

        async Task<IEnumerable<string?>> Of(string written) =>
            (await host.Shop.GetFromJsonAsync<JsonNode>($"/api/refunds?orderReference={written}"))!["items"]!.AsArray().Select(refund => (string?)refund!["id"]);
    }

    [Fact]
    public async Task A_reversals_queue_timeout_is_no_failure()
    {
        var checkout = await Paid();
        await host.ScriptApi("reversal", new { queueTimeout = "envelope", times = 1 });

        var (_, refund) = await Refund(checkout, new { reason = "Out of stock" });

        await host.UntilTransfer(refund, "completed");
        var verdicts = "";
        await PaymentsHost.Eventually(
            async () => (verdicts = await host.Verdicts(refund)) == "applied applied", "the timeout put it in doubt, the result settled it", last: () => verdicts);
    }

    [Fact]
    public async Task A_status_querys_own_queue_timeout_settles_nothing()
    {
        var checkout = await Paid();
        await host.ScriptApi("reversal", new { callback = "never", times = 1 });
        await host.ScriptApi("status", new { queueTimeout = "flat", callback = "never", times = 1 });

        var (_, refund) = await Refund(checkout, new { reason = "Out of stock" });

        var done = await host.UntilTransfer(refund, "completed");
        Assert.Equal("status_query", (string?)done["settledBy"]);
        Assert.Equal("hint", await host.Sql<string>("SELECT verdict FROM callbacks WHERE kind = 'status_timeout' AND subject_id IS NOT NULL LIMIT 1"));
    }

    private async Task Registered()
    {
        if (await host.Sql<long>("SELECT count(*) FROM c2b_registrations") == 0)
        {
            await host.RegisterC2b();
        }
    }

    /// <summary>Money paid by hand to an account nobody has.</summary>
    private async Task<JsonNode> Unmatched(int amount)
    {
        await Registered();
        var number = (string)(await host.PayByHand(amount, "NOBODY"))["receipt"]!;
        JsonNode? receipt = null;
        await PaymentsHost.Eventually(async () => (receipt = await host.Receipt(number)) is not null, "it is here");
        return receipt!;
    }

    private async Task<JsonNode> Paid()
    {
        var made = await host.Checkout();
        var paid = await host.Until(made, "paid");
        paid["clientSecret"] = (string?)made["clientSecret"];
        return paid;
    }

    private Task<(HttpStatusCode Status, JsonNode Body)> Refund(JsonNode checkout, object body) =>
        host.Shop.Keyed($"/api/checkouts/{checkout["id"]}/refunds", body);

    private static (HttpStatusCode, string?) Code((HttpStatusCode Status, JsonNode Body) answer) => (answer.Status, (string?)answer.Body["code"]);
}
