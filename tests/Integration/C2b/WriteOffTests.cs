using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Payments.Application.Privacy;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>What nobody can give back is listed, written off with a reason, and then has no name any more; the money stays real.</summary>
public sealed class WriteOffTests(RegisteredPaybill running) : IClassFixture<RegisteredPaybill>
{
    private readonly PaymentsHost host = running.Host;

    [Theory]
    [InlineData(5, PaymentsHost.Customer)]
    [InlineData(0.5, PaymentsHost.Customer)]
    [InlineData(30.5, PaymentsHost.Customer)]
    [InlineData(30, "2547 ***** 149")]
    public async Task Surplus_that_cannot_go_back_is_listed_and_written_off(decimal surplus, string payer)
    {
        var (checkout, number) = await Overpaid(100, surplus, payer);
        var receipt = Assert.Single(await Open(), r => (string?)r["receipt"] == number);
        Assert.Equal((surplus, surplus, 0m), ((decimal)receipt["surplus"]!, (decimal)receipt["unsettled"]!, (decimal)receipt["writtenOff"]!));
        Assert.Contains(await List("surplus=true"), r => (string?)r["receipt"] == number);
        Assert.False((await host.Ops.Keyed($"/api/ops/receipts/{receipt["id"]}/refund", new { })).Status == HttpStatusCode.Accepted);

        var (status, written) = await WriteOff(receipt, "Less than M-PESA sends");

        Assert.Equal((HttpStatusCode.OK, surplus, 0m), (status, (decimal)written["writtenOff"]!, (decimal)written["unsettled"]!));
        Assert.Equal(("ops", "Less than M-PESA sends"), ((string?)written["writtenOffBy"], (string?)written["writtenOffReason"]));
        Assert.DoesNotContain(await Open(), r => (string?)r["receipt"] == number);
        Assert.Equal(("paid", 100m), ((string?)(await host.Get(checkout))["status"], (decimal)(await host.Get(checkout))["amountPaid"]!));

        // The same again is the same answer, and one line in the log that nobody can change.
        Assert.Equal((HttpStatusCode.OK, written.ToJsonString()), Text(await WriteOff(receipt, "Another reason")));
        var line = await host.Sql<string>($"SELECT before || after FROM audit_log WHERE action = 'receipt.write_off' AND subject = '{receipt["id"]}'");
        Assert.Contains("Less than M-PESA sends", line, StringComparison.Ordinal);
        Assert.DoesNotContain(PaymentsHost.Customer, line, StringComparison.Ordinal);

        // Its personal data ends with its time, as that of a payment that was settled in any other way.
        await host.Sql<int>($"UPDATE checkouts SET ended_at = now() - interval '401 days' WHERE id = '{PayoutCalls.IdOf(checkout)}' RETURNING 1");
        await host.Send(new ErasePersonalData());
        Assert.True(await host.Sql<bool>($"SELECT payer IS NULL AND erased_at IS NOT NULL FROM receipts WHERE receipt = '{number}'"));
        Assert.Equal(surplus, (decimal)(await host.Receipt(number, matched: true))!["writtenOff"]!);
    }

    [Fact]
    public async Task Money_without_an_order_is_written_off_and_erased_but_pays_when_it_turns_out_whose_it_is()
    {
        var checkout = await host.Ringing(700);
        var number = await Unmatched(700);
        var receipt = Assert.Single(await Open(), r => (string?)r["receipt"] == number);
        Assert.Equal(HttpStatusCode.OK, (await WriteOff(receipt, "Nobody claims it")).Status);
        await host.Sql<int>($"UPDATE receipts SET created_at = now() - interval '401 days' WHERE receipt = '{number}' RETURNING 1");
        await host.Send(new ErasePersonalData());
        Assert.True(await host.Sql<bool>($"SELECT payer IS NULL AND account = '' AND erased_at IS NOT NULL FROM receipts WHERE receipt = '{number}'"));

        // It was never given away: a prompt's own callback still proves whose it is.
        var (path, body) = host.SuccessCallback(checkout, number);
        await host.Call(path, body);

        Assert.Equal("applied", await host.Verdict(body));
        Assert.Equal(("paid", 700m), ((string?)(await host.Get(checkout))["status"], (decimal)(await host.Get(checkout))["amountPaid"]!));
        var joined = (await host.Receipt(number, matched: true))!;
        Assert.Equal((700m, 0m, 0m), ((decimal)joined["applied"]!, (decimal)joined["writtenOff"]!, (decimal)joined["unsettled"]!));
    }

    [Fact]
    public async Task What_was_written_off_can_still_be_given_back_and_is_open_again_when_that_fails()
    {
        var (_, number) = await Overpaid(100, 50, PaymentsHost.Customer);
        var receipt = (await host.Receipt(number, matched: true))!;
        await WriteOff(receipt, "Nobody claims it");
        await host.ScriptApi("b2c", new { resultCode = "2001", times = 1 });

        var (status, refund) = await host.Ops.Keyed($"/api/ops/receipts/{receipt["id"]}/refund", new { amount = 20 });

        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Equal((30m, 0m), Left((await host.Receipt(number, matched: true))!));
        await host.UntilTransfer(refund, "failed");
        Assert.Equal((30m, 20m), Left((await host.Receipt(number, matched: true))!));
        Assert.Contains(await Open(), r => (string?)r["receipt"] == number);
    }

    [Fact]
    public async Task Only_what_is_left_is_written_off_and_only_by_operators_with_a_reason()
    {
        var number = await Unmatched(305.5m);
        await host.Sql<int>($"UPDATE receipts SET payer = '{PaymentsHost.Customer}' WHERE receipt = '{number}' RETURNING 1");
        var receipt = (await host.Receipt(number))!;
        var (_, refund) = await host.Ops.Keyed($"/api/ops/receipts/{receipt["id"]}/refund", new { amount = 300 });
        await host.UntilTransfer(refund, "completed");

        Assert.Equal(5.5m, (decimal)(await WriteOff(receipt, "Less than M-PESA sends")).Body["writtenOff"]!);

        var paid = await host.Until(await host.Checkout(), "paid");
        var applied = (await host.Receipt((string)paid["payment"]!["receipt"]!, matched: true))!;
        Assert.Equal((HttpStatusCode.Conflict, "nothing_to_write_off"), Code(await WriteOff(applied, "Why not")));
        Assert.Equal((HttpStatusCode.BadRequest, "validation_failed"), Code(await WriteOff(receipt, " ")));
        Assert.Equal((HttpStatusCode.NotFound, "not_found"), Code(await host.Ops.Keyed($"/api/ops/receipts/rct_{Guid.NewGuid():N}/write-off", new { reason = "None" })));
        Assert.Equal(HttpStatusCode.Forbidden, (await host.Shop.Keyed($"/api/ops/receipts/{receipt["id"]}/write-off", new { reason = "Mine" })).Status);
    }

    [Fact]
    public async Task Of_a_match_a_refund_and_a_write_off_at_once_nothing_is_lost_or_counted_twice()
    {
        for (var round = 0; round < 5; round++)
        {
            var number = await Unmatched(60);
            var receipt = (await host.Receipt(number))!;
            var checkout = await host.Checkout(phone: null, amount: 60);

            await Task.WhenAll(
                host.Match(receipt, checkout), WriteOff(receipt, "Nobody claims it"), WriteOff(receipt, "Nobody claims it"),
                host.Ops.Keyed($"/api/ops/receipts/{receipt["id"]}/refund", new { }));

            var sums = await host.Sql<string>(
                $"SELECT concat_ws(' ', applied, surplus, written_off, (SELECT coalesce(sum(amount), 0) FROM refunds f WHERE f.receipt_id = r.id AND f.status <> 'failed')) FROM receipts r WHERE receipt = '{number}'");
            Assert.Contains(sums, new[] { "6000 0 0 0", "0 0 0 6000" });
        }
    }

    [Fact]
    public async Task What_the_list_calls_open_is_what_the_rules_call_so()
    {
        foreach (var receipt in (await List("limit=100")).Where(r => (string?)r["receipt"] is not null))
        {
            var isOpen = (decimal)receipt["unsettled"]! > 0;
            Assert.Equal(isOpen, (await Open()).Any(r => (string?)r["id"] == (string?)receipt["id"]));
            Assert.Equal(isOpen || (decimal)receipt["writtenOff"]! > 0, (await WriteOff(receipt, "The last one")).Status == HttpStatusCode.OK);
        }

        Assert.DoesNotContain(await Open(), r => (string?)r["receipt"] is not null);
    }

    [Fact]
    public async Task A_payment_first_told_without_its_account_joins_its_order_when_the_account_comes()
    {
        var checkout = await host.Checkout(phone: null, amount: 250);
        var number = PaymentsHost.NewReceipt();
        Assert.Equal("unmatched", await host.Confirm(running.Token, PaybillHost.Body(number, "", 250)));

        Assert.Equal("applied", await host.Confirm(running.Token, PaybillHost.Body(number, (string)checkout["orderReference"]!, 250)));
        Assert.Equal(("paid", number), ((string?)(await host.Get(checkout))["status"], (string?)(await host.Get(checkout))["payment"]!["receipt"]));
        Assert.Equal("duplicate", await host.Confirm(running.Token, PaybillHost.Body(number, (string)checkout["orderReference"]!, 250) + " "));

        // Typed from the start and nobody's then: an order made later with that reference does not take it.
        var (later, reference) = (PaymentsHost.NewReceipt(), PaymentsHost.NewReference());
        Assert.Equal("unmatched", await host.Confirm(running.Token, PaybillHost.Body(later, reference, 250)));
        var made = await host.Checkout(phone: null, amount: 250, reference: reference);
        Assert.Equal("duplicate", await host.Confirm(running.Token, PaybillHost.Body(later, reference, 250) + " "));
        Assert.Equal("open", (string?)(await host.Get(made))["status"]);
    }

    [Fact]
    public async Task An_account_that_comes_after_the_money_was_given_back_is_a_case()
    {
        var checkout = await host.Checkout(phone: null, amount: 250);
        var number = await Unmatched(250, account: "");
        var receipt = (await host.Receipt(number))!;
        var (_, refund) = await host.Ops.Keyed($"/api/ops/receipts/{receipt["id"]}/refund", new { });
        await host.UntilTransfer(refund, "completed");

        Assert.Equal("contradiction", await host.Confirm(running.Token, PaybillHost.Body(number, (string)checkout["orderReference"]!, 250)));

        Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);
        Assert.Equal("receipt_conflict", (string?)Assert.Single(await host.Cases(checkout))["kind"]);
    }

    [Fact]
    public async Task The_same_number_with_another_amount_is_a_case_also_where_it_belongs_to_no_order()
    {
        var number = PaymentsHost.NewReceipt();
        Assert.Equal("unmatched", await host.Confirm(running.Token, PaybillHost.Body(number, "NOBODY-8", 250)));

        Assert.Equal("contradiction", await host.Confirm(running.Token, PaybillHost.Body(number, "NOBODY-8", 2500)));

        var receipt = (await host.Receipt(number))!;
        Assert.Equal(250m, (decimal)receipt["amount"]!);
        var open = Assert.Single(await host.Cases(receipt));
        Assert.Equal(("amount_differs", "receipt"), ((string?)open["kind"], (string?)open["subject"]));
        Assert.Contains("2500.00", (string)open["story"]!, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await host.Ops.Keyed($"/api/ops/cases/{open["id"]}/settle", new { outcome = "noted", reason = "The statement says 250" })).Status);
    }

    private static (decimal WrittenOff, decimal Unsettled) Left(JsonNode receipt) => ((decimal)receipt["writtenOff"]!, (decimal)receipt["unsettled"]!);

    private async Task<(JsonNode Checkout, string Number)> Overpaid(int amount, decimal surplus, string payer)
    {
        var checkout = await host.Checkout(phone: null, amount: amount);
        var number = PaymentsHost.NewReceipt();
        Assert.Equal("applied", await host.Confirm(
            running.Token, PaybillHost.Body(number, (string)checkout["orderReference"]!, amount + surplus, msisdn: payer)));
        return (checkout, number);
    }

    /// <summary>Money the simulator knows, to an account nobody has.</summary>
    private async Task<string> Unmatched(decimal amount, string account = "NOBODY-7")
    {
        var number = (string)(await host.PayByHand(amount, account.Length == 0 ? "-" : account))["receipt"]!;
        await PaymentsHost.Eventually(async () => await host.Receipt(number) is not null, "it is here");
        if (account.Length == 0)
        {
            await host.Sql<int>($"UPDATE receipts SET account = '', settled_by = 'pull' WHERE receipt = '{number}' RETURNING 1");
        }

        return number;
    }

    private Task<IReadOnlyList<JsonNode>> Open() => List("open=true&limit=100");

    private async Task<IReadOnlyList<JsonNode>> List(string query) =>
        [.. (await host.Ops.GetFromJsonAsync<JsonNode>($"/api/ops/receipts?{query}"))!["items"]!.AsArray().Select(r => r!)];

    private Task<(HttpStatusCode Status, JsonNode Body)> WriteOff(JsonNode receipt, string reason) =>
        host.Ops.Keyed($"/api/ops/receipts/{receipt["id"]}/write-off", new { reason });

    private static (HttpStatusCode, string) Text((HttpStatusCode Status, JsonNode Body) answer) => (answer.Status, answer.Body.ToJsonString());

    private static (HttpStatusCode, string?) Code((HttpStatusCode Status, JsonNode Body) answer) => (answer.Status, (string?)answer.Body["code"]);
}
