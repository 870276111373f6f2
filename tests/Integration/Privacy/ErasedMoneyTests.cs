using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Privacy;
using Payments.Application.Reconciliation;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Erasing takes personal data, never what money is recognised by: what comes afterwards leaves the same books as without it.</summary>
public sealed class ErasedMoneyTests(RegisteredPaybill running) : IClassFixture<RegisteredPaybill>
{
    private static readonly Caller Desk = new("", SeesAll: true, null) { Actor = "command/desk" };
    private static int phones;

    private readonly PaymentsHost host = running.Host;

    [Theory]
    [InlineData("cancelled", "paid")]
    [InlineData("cancelled", "paid twice")]
    [InlineData("cancelled", "another amount")]
    [InlineData("cancelled", "no details")]
    [InlineData("cancelled", "another id")]
    [InlineData("cancelled", "failed again")]
    [InlineData("expired", "paid")]
    [InlineData("expired", "another amount")]
    [InlineData("nameless", "paid")]
    [InlineData("nameless", "another amount")]
    [InlineData("nameless", "confirmed")]
    [InlineData("nameless", "confirmed and paid")]
    public async Task What_comes_after_an_erasure_leaves_the_books_it_would_have_left_without(string before, string then)
    {
        var (kept, erased) = (await Ended(before), await Ended(before));
        var answer = (await host.Send(new EraseSubject(Desk, (string)erased["phone"]!))).Value!;
        Assert.True(answer.Erased >= 1, "It was not erased.");
        Assert.Null((string?)(await host.Get(erased))["phone"]);
        Assert.Equal(0L, await host.Sql<long>($"SELECT count(*) FROM attempts WHERE request_id LIKE '%{((string)erased["phone"]!)[3..]}'"));

        await Then(kept, then);
        await Then(erased, then);

        Assert.Equal(await Books(kept), await Books(erased));
        Assert.Equal(await Verdicts(kept), await Verdicts(erased));
        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM callbacks WHERE state = 'parked'"));
    }

    [Fact]
    public async Task What_cannot_be_read_and_nobody_can_be_asked_about_any_more_is_a_case()
    {
        var made = await Ended("cancelled");
        await host.Send(new EraseSubject(Desk, (string)made["phone"]!));
        var (path, success) = host.SuccessCallback(made, PaymentsHost.NewReceipt());

        await Call(path, success[..60]);

        var open = Assert.Single(await host.Cases(made));
        Assert.Equal(("outcome_unknown", "open"), ((string?)open["kind"], (string?)open["status"]));
        Assert.Equal((409, "nothing_to_ask"), await (await host.Ops.PostAsync($"/api/ops/cases/{open["id"]}/ask", null)).Problem());

        // Its success, should it come and be read after all, closes it.
        await Call(path, success);
        Assert.Equal("settled", (string?)Assert.Single(await host.Cases(made), c => (string?)c["kind"] == "outcome_unknown")["status"]);
    }

    [Fact]
    public async Task What_a_retention_round_erased_is_recognised_too()
    {
        var made = await Ended("expired");
        await host.Sql<int>($"UPDATE checkouts SET ended_at = now() - interval '401 days' WHERE id = '{PayoutCalls.IdOf(made)}' RETURNING 1");
        await host.Send(new ErasePersonalData());
        Assert.Null((string?)(await host.Get(made))["phone"]);

        await Then(made, "paid");

        Assert.Equal(("paid", true), ((string?)(await host.Get(made))["status"], (bool)(await host.Get(made))["payment"]!["late"]!));

        // What came back with it goes in its turn.
        await host.Sql<int>($"UPDATE checkouts SET ended_at = now() - interval '401 days' WHERE id = '{PayoutCalls.IdOf(made)}' RETURNING 1");
        await host.Send(new ErasePersonalData());
        Assert.Equal(0L, await host.Sql<long>(
            $"SELECT count(*) FROM attempts a LEFT JOIN receipts r ON r.attempt_id = a.id WHERE a.checkout_id = '{PayoutCalls.IdOf(made)}' AND (a.request_id NOT LIKE '%•••••••••' OR r.payer IS NOT NULL)"));
    }

    /// <summary>An order whose end is told, all but its prompt's money.</summary>
    private async Task<JsonNode> Ended(string how)
    {
        var phone = $"2547000{71_000 + Interlocked.Increment(ref phones)}";
        await host.Script(phone, new { outcome = "ringing" });
        var made = await host.Checkout(phone, 700);
        if (how == "nameless")
        {
            await host.Simulator.PostAsJsonAsync($"/simulator/phones/{phone}/answer", new { outcome = "paid", callback = "never" });
            await Ask(made);
            return await host.Until(made, "paid");
        }

        var (path, body) = host.FailureCallback(made);
        await host.Call(path, body);
        made = await host.Until(made, "failed");
        if (how == "cancelled")
        {
            Assert.True((await host.Shop.PostAsync($"/api/checkouts/{made["id"]}/cancel", null)).IsSuccessStatusCode);
        }
        else
        {
            await host.Sql<int>($"UPDATE checkouts SET expires_at = now(), created_at = now() - interval '1 day' WHERE id = '{PayoutCalls.IdOf(made)}' RETURNING 1");
            await host.Send(new ExpireDueCheckouts());
        }

        return await host.Until(made, how);
    }

    private async Task Then(JsonNode made, string then)
    {
        var number = PaymentsHost.NewReceipt();
        var confirmation = PaybillHost.Body(number, (string)made["orderReference"]!, 700, msisdn: (string)made["phone"]!);
        var (path, success) = host.SuccessCallback(made, number);
        switch (then)
        {
            case "paid":
                await Call(path, success);
                break;
            case "paid twice":
                await Call(path, success);
                await Call(path, success);
                break;
            case "another amount":
                await Call(path, host.SuccessCallback(made, number, 900).Body);
                await Answered(made, "cancelled");
                break;
            case "no details":
                await Call(path, $$$$"""{"Body":{"stkCallback":{"MerchantRequestID":"1","CheckoutRequestID":"{{{{made["attempts"]![0]!["checkoutRequestId"]}}}}","ResultCode":0,"ResultDesc":"ok"}}}""");
                await Answered(made, "paid");
                break;
            case "another id":
                await Call(path, success.Replace("ws_CO_", "ws_CO_9", StringComparison.Ordinal));
                break;
            case "failed again":
                await Call(path, host.FailureCallback(made).Body);
                break;
            case "confirmed":
                await host.Confirm(running.Token, confirmation);
                break;
            case "confirmed and paid":
                await host.Confirm(running.Token, confirmation);
                await Call(path, success);
                break;
        }

        // What may be asked is asked, so that both have come to their end.
        await Ask(made);
    }

    private async Task Call(string path, string body)
    {
        await host.Call(path, body);
        await host.Verdict(body);
    }

    /// <summary>What Safaricom will say when it is asked.</summary>
    private async Task Answered(JsonNode made, string outcome) =>
        await host.Simulator.PostAsJsonAsync($"/simulator/phones/{made["phone"]}/answer", new { outcome, callback = "never" });

    private async Task Ask(JsonNode made)
    {
        var attempt = PaymentsHost.AttemptId(made);
        await host.Sql<int>($"UPDATE attempts SET started_at = started_at - interval '2 minutes', next_question_at = now() WHERE id = '{attempt}' AND next_question_at IS NOT NULL; SELECT 1");
        await host.Send(new QueryOverdueAttempts());
    }

    private async Task<string> Books(JsonNode made)
    {
        var now = await host.Get(made);
        var money = await host.Sql<string>(
            $"SELECT coalesce(string_agg(concat_ws('/', r.receipt IS NOT NULL, r.amount, r.applied, r.surplus, r.method, r.settled_by, r.attempt_id IS NOT NULL, r.late), ' ' ORDER BY r.id), '') FROM receipts r WHERE r.checkout_id = '{PayoutCalls.IdOf(made)}'");
        var events = await host.Sql<string>($"SELECT string_agg(type, ' ' ORDER BY id) FROM events WHERE subject_id = '{PayoutCalls.IdOf(made)}'");
        var cases = string.Join(' ', (await host.Cases(made)).Select(c => $"{c["kind"]}/{c["status"]}").Order(StringComparer.Ordinal));
        return $"{now["status"]} {now["amountPaid"]} attempt {now["attempts"]![0]!["status"]}, money {money}, events {events}, cases {cases}";
    }

    private Task<string> Verdicts(JsonNode made) => host.Sql<string>(
        $"SELECT coalesce(string_agg(verdict, ' ' ORDER BY id), '') FROM callbacks WHERE subject_id = '{PaymentsHost.AttemptId(made)}'");
}
