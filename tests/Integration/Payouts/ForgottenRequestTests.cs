using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>
/// What books restored to an earlier moment have forgotten is asked for again: the name of a request is made of what its caller said
/// (R18), so Safaricom refuses the second one, is asked about the first, and nothing is paid twice.
/// </summary>
public sealed class ForgottenRequestTests(QuickQuestions running) : IClassFixture<QuickQuestions>
{
    private readonly PaymentsHost host = running.Host;

    [Theory]
    [InlineData("reply")]
    [InlineData("result")]
    public async Task A_payout_ordered_again_is_found_completed_and_not_paid_twice(string duplicate)
    {
        await using var settings = await Duplicates.Are(host, duplicate);
        var phone = PaymentsHost.NewPhone();
        var (body, key) = (Body(phone, 100), Guid.NewGuid().ToString());
        var first = await host.UntilTransfer(await Order(body, key), "completed");
        await Forget("payouts", first, key);

        var again = await host.UntilTransfer(await Order(body, key), "completed");

        Assert.Equal(("status_query", (string?)first["receipt"]), ((string?)again["settledBy"], (string?)again["receipt"]));
        Assert.Single(await Moved(phone));
        Assert.Empty(await host.Cases(again));
    }

    [Fact]
    public async Task Another_key_for_the_same_reference_is_the_same_request_and_another_clients_reference_is_not()
    {
        var phone = PaymentsHost.NewPhone();
        var body = Body(phone, 100);
        var first = await host.UntilTransfer(await Order(body), "completed");
        await Forget("payouts", first);

        await host.UntilTransfer(await Order(body), "completed");
        Assert.Single(await Moved(phone));

        var (_, theirs) = await host.OtherShop.Keyed("/api/payouts", body);
        await host.UntilTransfer(theirs, "completed");
        Assert.Equal(2, (await Moved(phone)).Count);
    }

    [Fact]
    public async Task A_part_refund_ordered_again_is_found_completed_and_not_paid_twice()
    {
        var phone = PaymentsHost.NewPhone();
        var checkout = await host.Until(await host.Checkout(phone), "paid");
        var key = Guid.NewGuid().ToString();
        var first = await host.UntilTransfer(await Refund(checkout, key), "completed");
        Assert.Equal("b2c", (string?)first["method"]);
        await Forget("refunds", first, key);
        Assert.Equal(0m, (decimal)(await host.Get(checkout))["amountRefunded"]!);

        var again = await host.UntilTransfer(await Refund(checkout, key), "completed");

        Assert.Equal((string?)first["receipt"], (string?)again["receipt"]);
        Assert.Single(await Moved(phone));
        Assert.Equal(500m, (decimal)(await host.Get(checkout))["amountRefunded"]!);
    }

    [Fact]
    public async Task Two_refunds_of_one_amount_under_keys_of_their_own_are_two()
    {
        var phone = PaymentsHost.NewPhone();
        var checkout = await host.Until(await host.Checkout(phone), "paid");

        await host.UntilTransfer(await Refund(checkout, Guid.NewGuid().ToString()), "completed");
        await host.UntilTransfer(await Refund(checkout, Guid.NewGuid().ToString()), "completed");

        Assert.Equal(2, (await Moved(phone)).Count);
    }

    [Fact]
    public async Task An_earlier_request_of_that_name_for_another_amount_is_a_case_never_a_completion()
    {
        var phone = PaymentsHost.NewPhone();
        var reference = PaymentsHost.NewReference();
        await Forget("payouts", await host.UntilTransfer(await Order(Body(phone, 100, reference)), "completed"));

        var again = await Order(Body(phone, 200, reference));

        await Disputed(again, "amount_differs");
        Assert.Single(await Moved(phone));
    }

    [Fact]
    public async Task An_earlier_request_of_that_name_to_somebody_else_is_a_case_never_a_completion()
    {
        var (phone, other) = (PaymentsHost.NewPhone(), PaymentsHost.NewPhone());
        var reference = PaymentsHost.NewReference();
        await Forget("payouts", await host.UntilTransfer(await Order(Body(phone, 100, reference)), "completed"));

        var again = await Order(Body(other, 100, reference));

        await Disputed(again, "party_differs");
        Assert.Empty(await Moved(other));
    }

    [Fact]
    public async Task An_earlier_request_of_that_name_that_failed_has_failed()
    {
        var phone = PaymentsHost.NewPhone();
        await host.Script(phone, new { outcome = "insufficient_funds", times = 1, delayMs = 20 });
        var body = Body(phone, 100);
        await Forget("payouts", await host.UntilTransfer(await Order(body), "failed"));

        var again = await host.UntilTransfer(await Order(body), "failed");

        Assert.Equal("status_query", (string?)again["settledBy"]);
        Assert.Empty(await Moved(phone));
    }

    [Fact]
    public async Task The_callback_of_the_forgotten_request_settles_the_one_ordered_again()
    {
        var phone = PaymentsHost.NewPhone();
        var body = Body(phone, 100);
        var first = await host.UntilTransfer(await Order(body), "completed");
        var request = (await host.Requests("/b2c/v3/paymentrequest")).Last(r => (string?)r["body"]!["PartyB"] == phone);
        var path = new Uri((string)request["body"]!["ResultURL"]!).AbsolutePath;
        var told = (await host.Deliveries()).Last(d => d.Path == path).Body;
        await Forget("payouts", first);
        await host.ScriptApi("status", new { error = "html-503", times = 1 });

        var again = await Order(body);
        await host.UntilTransfer(again, "in_doubt");
        await host.Call(path, told);

        Assert.Equal((string?)first["receipt"], (string?)(await host.UntilTransfer(again, "completed"))["receipt"]);
        Assert.Single(await Moved(phone));
    }

    [Fact]
    public async Task A_callback_that_came_before_the_request_was_repeated_settles_it_when_it_is()
    {
        var phone = PaymentsHost.NewPhone();
        var (body, key) = (Body(phone, 100), Guid.NewGuid().ToString());
        var first = await host.UntilTransfer(await Order(body, key), "completed");
        var (path, told) = (await host.Deliveries()).Last(d => d.Path.Contains(PayoutCalls.IdOf(first).ToString("N"), StringComparison.Ordinal));
        await Forget("payouts", first, key);
        await host.Call(path, told);
        await PaymentsHost.Eventually(
            async () => await host.Sql<long>($"SELECT count(*) FROM callbacks WHERE subject_id = '{PayoutCalls.IdOf(first)}' AND verdict = 'unmatched'") == 1, "it found nothing");

        var again = await host.UntilTransfer(await Order(body, key), "completed");

        Assert.Equal((string?)first["receipt"], (string?)again["receipt"]);
        Assert.Equal("applied", await host.Verdicts(again));
        Assert.Single(await Moved(phone));
    }

    private async Task Disputed(JsonNode payout, string kind)
    {
        await PaymentsHost.Eventually(async () => (await host.Cases(payout)).Any(c => (string?)c["kind"] == kind), $"there is a case {kind}");

        // However often it is asked about afterwards.
        await Task.Delay(TimeSpan.FromSeconds(2));
        Assert.Equal("in_doubt", (string?)(await host.GetTransfer(payout))["status"]);
    }

    private async Task<JsonNode> Order(object body, string? key = null)
    {
        var (status, payout) = await host.Shop.Keyed("/api/payouts", body, key);
        Assert.Equal(HttpStatusCode.Accepted, status);
        return payout;
    }

    private async Task<JsonNode> Refund(JsonNode checkout, string key)
    {
        var (status, refund) = await host.Shop.Keyed($"/api/checkouts/{checkout["id"]}/refunds", new { amount = 500, reason = "One item" }, key);
        Assert.Equal(HttpStatusCode.Accepted, status);
        return refund;
    }

    private static object Body(string phone, int amount, string? reference = null) =>
        new { method = "mpesa", recipient = phone, amount, reference = reference ?? PaymentsHost.NewReference(), remarks = "July salary" };

    // Last four digits the simulator has no plan for.
    /// <summary>What a restored database lacks.</summary>
    private async Task Forget(string table, JsonNode transfer, string? key = null) => await host.Sql<object>(
        $"""
        DELETE FROM events WHERE subject_id = '{PayoutCalls.IdOf(transfer)}';
        DELETE FROM callbacks WHERE subject_id = '{PayoutCalls.IdOf(transfer)}';
        DELETE FROM idempotency_keys WHERE key = '{key}';
        DELETE FROM {table} WHERE id = '{PayoutCalls.IdOf(transfer)}';
        SELECT 1
        """);

    /// <summary>The B2C movements to a phone, as the other side keeps them.</summary>
    private async Task<List<JsonNode>> Moved(string phone)
    {
        var ledger = await host.Simulator.GetFromJsonAsync<JsonNode>("/simulator/ledger");
        return [.. ledger!["items"]!.AsArray().Where(t => (string?)t!["kind"] == "b2c" && (string?)t["msisdn"] == phone).Select(t => t!)];
    }

    /// <summary>How Safaricom says that it has seen a name before: at once, or in the result of what it took.</summary>
    private sealed class Duplicates(PaymentsHost host) : IAsyncDisposable
    {
        public static async Task<Duplicates> Are(PaymentsHost host, string told)
        {
            var changed = await host.Simulator.PutAsJsonAsync("/simulator/settings", new { duplicateOriginator = told });
            Assert.True(changed.IsSuccessStatusCode, await changed.Content.ReadAsStringAsync());
            return new(host);
        }

        public async ValueTask DisposeAsync() => await host.Simulator.PutAsJsonAsync("/simulator/settings", new { duplicateOriginator = "reply" });
    }
}
