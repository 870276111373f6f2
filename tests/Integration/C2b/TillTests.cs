using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Payments.Application.Callbacks;
using Payments.Application.Reconciliation;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>A till has no accounts: its payments are found by the prompt that may have asked for them, or stand nowhere.</summary>
public sealed class TillTests(TillTests.Till running) : IClassFixture<TillTests.Till>
{
    private const string Number = "600111";

    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task A_prompt_that_is_also_confirmed_is_one_receipt_in_either_order()
    {
        foreach (var delay in new[] { 0, 400 })
        {
            var phone = $"2547000300{10 + (delay / 40):00}";
            await host.Script(phone, new { outcome = "paid", confirmation = "once", callbackDelayMs = delay, confirmationDelayMs = 400 - delay, times = 1 });
            var paid = await host.Until(await host.Checkout(phone, amount: 700 + delay), "paid");
            await PaymentsHost.Eventually(
                async () => (string?)(await host.Get(paid))["attempts"]![0]!["status"] == "succeeded"
                    && await host.Sql<long>($"SELECT count(*) FROM callbacks WHERE kind = 'c2b_confirm' AND state = 'done' AND position('\"{700 + delay}.00\"'::bytea in body) > 0") == 1,
                "both are understood");

            Assert.Equal((1L, 0L), await Books(paid));
        }
    }

    [Fact]
    public async Task A_payment_no_prompt_asked_for_stands_nowhere_until_it_is_matched()
    {
        var number = PaymentsHost.NewReceipt();
        Assert.Equal("unmatched", await host.Confirm(running.Token, PaybillHost.Body(number, "", 33, Number, till: true)));

        var receipt = await host.Receipt(number);
        Assert.Equal(("till", ""), ((string?)receipt!["method"], (string?)receipt["account"]));

        var checkout = await host.Checkout(phone: null, amount: 33);
        Assert.True((await host.Match(receipt, checkout)).IsSuccessStatusCode);
        Assert.Equal(("paid", "till"), ((string?)(await host.Get(checkout))["status"], (string?)(await host.Get(checkout))["payment"]!["method"]));
    }

    [Fact]
    public async Task Somebody_elses_equal_payment_is_not_the_prompts()
    {
        var checkout = await host.Ringing(amount: 44);
        var others = PaybillHost.Body(PaymentsHost.NewReceipt(), "", 44, Number, msisdn: "2547 ***** 999", till: true);
        var hidden = PaybillHost.Body(PaymentsHost.NewReceipt(), "", 44, Number, msisdn: "", till: true);

        Assert.Equal(("unmatched", "unmatched"), (await host.Confirm(running.Token, others), await host.Confirm(running.Token, hidden)));

        Assert.Equal("pending", (string?)(await host.Get(checkout))["status"]);
    }

    [Fact]
    public async Task A_lost_reply_is_settled_by_the_tills_confirmation()
    {
        await host.Script("254700030606", new { outcome = "paid", reply = "lost", callback = "never", confirmation = "once", delayMs = 400, times = 1 });

        var paid = await host.Until(await host.Checkout("254700030606", amount: 55), "paid");

        Assert.Equal("confirmation", (string?)paid["payment"]!["settledBy"]);
        Assert.Equal((1L, 0L), await Books(paid));
    }

    [Fact]
    public async Task A_payment_two_prompts_could_have_asked_for_is_told_apart_by_the_callback()
    {
        var (first, second) = (await host.Ringing(amount: 66), await host.Ringing(amount: 66));
        await host.Sql<int>($"UPDATE attempts SET phone = '{second["phone"]}' WHERE id = '{PaymentsHost.AttemptId(first)}'; SELECT 1");
        var number = PaymentsHost.NewReceipt();
        Assert.Equal("unmatched", await host.Confirm(running.Token, PaybillHost.Body(
            number, "", 66, Number, msisdn: "2547 ***** " + ((string)second["phone"]!)[^3..], till: true)));

        var (path, body) = host.SuccessCallback(second, number);
        await host.Call(path, body);

        Assert.Equal("applied", await host.Verdict(body));
        Assert.Equal(("pending", "paid"), ((string?)(await host.Get(first))["status"], (string?)(await host.Get(second))["status"]));
        Assert.Equal((1L, 0L), await Books(second));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_payment_that_stood_nowhere_is_found_by_the_query(bool failedFirst)
    {
        var checkout = await host.Ringing(amount: 77);
        var masked = "2547 ***** " + ((string)checkout["phone"]!)[^3..];
        var number = PaymentsHost.NewReceipt();
        await host.Confirm(running.Token, PaybillHost.Body(number, "", 77, Number, msisdn: masked, till: true));
        Assert.Equal("paid", (string?)(await host.Get(checkout))["status"]);

        // As if it had come while two prompts could have been meant.
        await host.Sql<int>(
            $"UPDATE receipts SET checkout_id = NULL, applied = 0 WHERE receipt = '{number}'; UPDATE checkouts SET status = 'pending', paid = 0, ended_at = NULL WHERE id = (SELECT checkout_id FROM attempts WHERE id = '{PaymentsHost.AttemptId(checkout)}'); SELECT 1");
        if (failedFirst)
        {
            // A false failure is still asked about: what cannot be read came as well.
            var (path, failure) = host.FailureCallback(checkout);
            await host.Call(path, "{\"Body\":{\"stkCallback\"");
            await host.Call(path, failure);
            await host.Until(checkout, "failed");
        }

        await host.Simulator.PostAsync(
            $"/simulator/phones/{checkout["phone"]}/answer", new StringContent("""{"outcome":"paid","callback":"never"}""", System.Text.Encoding.UTF8, "application/json"));
        await PaymentsHost.Eventually(
            async () =>
            {
                await host.Sql<int>($"UPDATE attempts SET next_question_at = now() WHERE id = '{PaymentsHost.AttemptId(checkout)}' AND next_question_at IS NOT NULL; SELECT 1");
                await host.Send(new QueryOverdueAttempts());
                return (string?)(await host.Get(checkout))["status"] == "paid";
            },
            "the query says paid");

        Assert.Equal((1L, 0L), await Books(checkout));
        Assert.Equal(number, (string?)(await host.Get(checkout))["payment"]!["receipt"]);
    }

    [Fact]
    public async Task A_payment_that_two_orders_prompts_may_have_asked_for_is_taken_by_neither_of_their_queries()
    {
        var orders = new List<JsonNode>();
        foreach (var phone in new[] { "254700030088", "254700040088" })
        {
            await host.Script(phone, new { outcome = "ringing" });
            orders.Add(await host.Checkout(phone, 88));
        }

        var number = PaymentsHost.NewReceipt();
        Assert.Equal("unmatched", await host.Confirm(running.Token, PaybillHost.Body(number, "", 88, Number, msisdn: "2547 ***** 088", till: true)));

        foreach (var order in orders)
        {
            await host.Simulator.PostAsJsonAsync($"/simulator/phones/{order["phone"]}/answer", new { outcome = "paid", callback = "never" });
            await host.Sql<int>($"UPDATE attempts SET next_question_at = now() WHERE id = '{PaymentsHost.AttemptId(order)}' RETURNING 1");
            await host.Send(new QueryOverdueAttempts());
            Assert.Null((string?)(await host.Until(order, "paid"))["payment"]!["receipt"]);
        }

        Assert.Null((string?)(await host.Receipt(number))!["matchedTo"]);
    }

    [Fact]
    public async Task A_payment_first_told_without_its_payer_joins_its_prompts_order_when_the_payer_comes()
    {
        var checkout = await host.Ringing(amount: 99);
        var number = PaymentsHost.NewReceipt();
        Assert.Equal("unmatched", await host.Confirm(running.Token, PaybillHost.Body(number, "", 99, Number, msisdn: "", till: true)));

        Assert.Equal("applied", await host.Confirm(running.Token, PaybillHost.Body(number, "", 99, Number, msisdn: (string)checkout["phone"]!, till: true)));

        Assert.Equal(("paid", number), ((string?)(await host.Get(checkout))["status"], (string?)(await host.Get(checkout))["payment"]!["receipt"]));
    }

    [Fact]
    public async Task Told_without_its_payer_and_with_him_in_one_batch_it_is_one_receipt_of_what_a_query_called_paid()
    {
        var checkout = await host.Ringing(amount: 66);
        await host.Simulator.PostAsJsonAsync($"/simulator/phones/{checkout["phone"]}/answer", new { outcome = "paid", callback = "never" });
        await host.Sql<int>($"UPDATE attempts SET next_question_at = now() WHERE id = '{PaymentsHost.AttemptId(checkout)}' RETURNING 1");
        await host.Send(new QueryOverdueAttempts());
        await host.Until(checkout, "paid");
        var number = PaymentsHost.NewReceipt();
        var registration = await host.Sql<Guid>("SELECT id FROM c2b_registrations");
        foreach (var payer in new[] { "", (string)checkout["phone"]! })
        {
            await host.Sql<int>(
                $"INSERT INTO callbacks (id, kind, subject_id, body) VALUES ('{Guid.CreateVersion7()}', 'c2b_confirm', '{registration}', convert_to('{PaybillHost.Body(number, "", 66, Number, msisdn: payer, till: true)}', 'UTF8')) RETURNING 1");
        }

        await host.Send(new DrainCallbacks());

        await PaymentsHost.Eventually(async () => (string?)(await host.Get(checkout))["payment"]!["receipt"] == number, "its number is known");
        Assert.Equal((1L, 0L), await Books(checkout));
        Assert.Equal(1L, await host.Sql<long>($"SELECT count(*) FROM receipts WHERE receipt = '{number}'"));
    }

    private async Task<(long Receipts, long Surplus)> Books(JsonNode checkout)
    {
        var id = Guid.ParseExact(((string)checkout["id"]!)["chk_".Length..], "N");
        return (
            await host.Sql<long>($"SELECT count(*) FROM receipts WHERE checkout_id = '{id}'"),
            await host.Sql<long>($"SELECT sum(surplus)::bigint FROM receipts WHERE checkout_id = '{id}'"));
    }

    public sealed class Till(TestDatabase databases) : RegisteredPaybill(databases)
    {
        protected override string[] Settings => [$"Daraja:TillNumber={Number}", $"Simulator:TillNumber={Number}"];
    }
}
