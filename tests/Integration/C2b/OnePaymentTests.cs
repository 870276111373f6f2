using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Payments.Application.Reconciliation;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>One payment seen as STK result, as query answer and as confirmation is one receipt, with a real database (R7).</summary>
public sealed class OnePaymentTests(RegisteredPaybill running) : IClassFixture<RegisteredPaybill>
{
    private readonly PaymentsHost host = running.Host;

    [Theory]
    [InlineData("S Q C")]
    [InlineData("S C Q")]
    [InlineData("Q S C")]
    [InlineData("Q C S")]
    [InlineData("C S Q")]
    [InlineData("C Q S")]
    public async Task In_every_order(string order)
    {
        var checkout = await Play(order);

        Assert.Equal("paid", (string?)checkout["status"]);
        Assert.Equal("stk", (string?)Assert.Single(checkout["payments"]!.AsArray())!["method"]);
        Assert.Equal((1L, 150_000L, 0L), await Books(checkout));
        Assert.Equal("succeeded", (string?)checkout["attempts"]![0]!["status"]);
        Assert.Equal(0L, await Cases(checkout));
    }

    [Theory]
    [InlineData("S Q C H", 0)]
    [InlineData("H Q S C", 0)]
    [InlineData("H Q C S", 0)]
    [InlineData("Q H C S", 0)]
    [InlineData("Q H S C", 0)]
    [InlineData("C H S Q", 0)]
    [InlineData("H C Q S", 1)]
    public async Task With_a_second_real_payment_in_every_telling_order(string order, int cases)
    {
        var checkout = await Play(order);

        Assert.Equal("paid", (string?)checkout["status"]);
        Assert.Equal((2L, 150_000L, 150_000L), await Books(checkout));

        // The callback's word: the prompt was paid by its own number, whatever had been joined before.
        Assert.True(await host.Sql<bool>($"SELECT receipt LIKE 'UGA%' AND NOT inferred FROM receipts WHERE attempt_id = '{PaymentsHost.AttemptId(checkout)}'"));
        Assert.Equal(cases, await Cases(checkout));
    }

    [Fact]
    public async Task Without_its_callback_two_confirmations_are_held_for_a_person()
    {
        var checkout = await Play("C H Q");

        Assert.Equal((3L, 150_000L, 150_000L), await Books(checkout));
        Assert.Equal(1L, await Cases(checkout));
        Assert.True(await host.Sql<bool>(
            $"SELECT applied = 0 AND surplus = 0 AND surplus_due_at IS NULL FROM receipts WHERE attempt_id = '{PaymentsHost.AttemptId(checkout)}' AND receipt IS NULL"));
    }

    [Fact]
    public async Task A_prompt_that_is_also_confirmed_by_c2b_is_one_receipt()
    {
        await host.Script("254700020001", new { outcome = "paid", confirmation = "twice", times = 1 });
        var paid = await host.Until(await host.Checkout("254700020001"), "paid");
        await PaymentsHost.Eventually(
            async () => await host.Sql<long>(
                $"SELECT count(*) FROM callbacks WHERE kind = 'c2b_confirm' AND state = 'done' AND position('{paid["orderReference"]}'::bytea in body) > 0") == 2,
            "both confirmations are understood");

        Assert.Equal((1L, 150_000L, 0L), await Books(paid));
        Assert.Equal(0L, await Cases(paid));
    }

    [Fact]
    public async Task A_lost_reply_is_settled_by_the_confirmation()
    {
        await host.Script("254700020606", new { outcome = "paid", reply = "lost", callback = "never", confirmation = "once", delayMs = 400, times = 1 });

        var paid = await host.Until(await host.Checkout("254700020606"), "paid");

        await PaymentsHost.Eventually(async () => (string?)(await host.Get(paid))["attempts"]![0]!["status"] == "succeeded", "the prompt is settled");
        Assert.Equal("confirmation", (string?)paid["payment"]!["settledBy"]);
        Assert.Equal((1L, 150_000L, 0L), await Books(paid));
        Assert.True(await host.Sql<bool>($"SELECT next_question_at IS NULL AND settled_by = 'confirmation' FROM attempts WHERE id = '{PaymentsHost.AttemptId(paid)}'"));
    }

    /// <summary>Two prompts of one order: of the first nobody knows anything, and what was paid by the second is confirmed by C2B before its callback.</summary>
    [Theory]
    [InlineData(null, "unknown", 1)]
    [InlineData("operator", "succeeded", 0)]
    public async Task A_confirmation_taken_for_another_prompts_payment_goes_to_the_one_whose_callback_names_it(string? told, string status, int cases)
    {
        var phone = told is null ? "254700020607" : "254700020608";
        await host.Script(phone, new { outcome = "paid", reply = "lost", callback = "never", times = 1 });
        var checkout = await host.Checkout(phone);
        var lost = PaymentsHost.AttemptId(checkout);
        await host.Sql<int>($"UPDATE attempts SET started_at = started_at - interval '4 minutes' WHERE id = '{lost}'; SELECT 1");
        await host.Script(phone, new { outcome = "ringing" });
        using var prompt = await host.Shop.PostAsJsonAsync($"/api/checkouts/{checkout["id"]}/pay", new { phone = phone });
        Assert.Equal(HttpStatusCode.Accepted, prompt.StatusCode);
        var (path, failure) = host.FailureCallback(await Second());
        await host.Call(path, failure);
        await host.Verdict(failure);

        var number = PaymentsHost.NewReceipt();
        await host.Confirm(running.Token, PaybillHost.Body(number, (string)checkout["orderReference"]!, msisdn: Masked(checkout)));
        Assert.Equal(("succeeded", "confirmation"), await Attempt());
        if (told is not null)
        {
            await host.Sql<int>($"UPDATE attempts SET settled_by = '{told}' WHERE id = '{lost}'; SELECT 1");
        }

        var (_, success) = host.SuccessCallback(await Second(), number);
        await host.Call(path, success);

        Assert.Equal("applied", await host.Verdict(success));
        Assert.Equal((status, told ?? "nobody"), await Attempt());
        Assert.Equal("paid", (string?)(await host.Get(checkout))["status"]);
        Assert.Equal(cases, await Cases(checkout));
        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM callbacks WHERE state = 'parked'"));

        // The one prompt's money is counted once; what an operator said was paid by the other waits for its number before it is surplus.
        Assert.Equal(told is null ? (1L, 150_000L, 0L) : (2L, 150_000L, 0L), await Books(checkout));

        Assert.Equal(told is not null, await host.Sql<bool>($"SELECT EXISTS (SELECT FROM receipts WHERE attempt_id = '{lost}' AND receipt IS NULL AND surplus_due_at IS NOT NULL)"));

        async Task<JsonNode> Second()
        {
            var now = await host.Get(checkout);
            now["attempts"]!.AsArray().RemoveAt(0);
            return now;
        }

        async Task<(string, string)> Attempt() => (
            await host.Sql<string>($"SELECT status FROM attempts WHERE id = '{lost}'"),
            await host.Sql<string>($"SELECT coalesce(settled_by, 'nobody') FROM attempts WHERE id = '{lost}'"));
    }

    [Fact]
    public async Task Everything_at_once_is_one_receipt()
    {
        for (var round = 0; round < 5; round++)
        {
            var (checkout, number) = await Prompted();
            var reference = (string)checkout["orderReference"]!;
            var (path, body) = host.SuccessCallback(checkout, number);
            var confirmation = PaybillHost.Body(number, reference);

            await Task.WhenAll(
                host.Call(path, body), host.Call(path, body), Ask(checkout),
                host.Call($"/callbacks/c2b/confirm/{running.Token}", confirmation), host.Call($"/callbacks/c2b/confirm/{running.Token}", confirmation));

            await host.Verdict(body);
            await host.Verdict(confirmation);
            Assert.Equal((1L, 150_000L, 0L), await Books(checkout));
        }
    }

    private async Task<JsonNode> Play(string order)
    {
        var (checkout, number) = await Prompted();
        var reference = (string)checkout["orderReference"]!;
        foreach (var told in order.Split(' '))
        {
            switch (told)
            {
                case "S":
                    var (path, body) = host.SuccessCallback(checkout, number);
                    await host.Call(path, body);
                    await host.Verdict(body);
                    break;
                case "Q":
                    await Ask(checkout);
                    break;
                case "C":
                    await host.Confirm(running.Token, PaybillHost.Body(number, reference, msisdn: Masked(checkout)));
                    break;
                case "H":
                    await host.Confirm(running.Token, PaybillHost.Body(PaymentsHost.NewReceipt().Replace("UGA", "UHB", StringComparison.Ordinal), reference, msisdn: Masked(checkout)));
                    break;
            }
        }

        return await host.Get(checkout);
    }

    /// <summary>A prompt that is paid, of which nobody is told.</summary>
    private async Task<(JsonNode Checkout, string Number)> Prompted()
    {
        var checkout = await host.Ringing();
        await host.Script((string)checkout["phone"]!, new { outcome = "paid", callback = "never" });
        await host.Simulator.PostAsync(
            $"/simulator/phones/{checkout["phone"]}/answer", new StringContent("""{"outcome":"paid","callback":"never"}""", System.Text.Encoding.UTF8, "application/json"));
        return (await host.Get(checkout), PaymentsHost.NewReceipt());
    }

    private async Task<int> Ask(JsonNode checkout)
    {
        await host.Sql<int>($"UPDATE attempts SET next_question_at = now() WHERE id = '{PaymentsHost.AttemptId(checkout)}' AND next_question_at IS NOT NULL; SELECT 1");
        await host.Send(new QueryOverdueAttempts());
        return 0;
    }

    private async Task<(long Receipts, long Applied, long Surplus)> Books(JsonNode checkout)
    {
        var id = Guid.ParseExact(((string)checkout["id"]!)["chk_".Length..], "N");
        return (
            await host.Sql<long>($"SELECT count(*) FROM receipts WHERE checkout_id = '{id}'"),
            await host.Sql<long>($"SELECT sum(applied)::bigint FROM receipts WHERE checkout_id = '{id}'"),
            await host.Sql<long>($"SELECT sum(surplus)::bigint FROM receipts WHERE checkout_id = '{id}'"));
    }

    private Task<long> Cases(JsonNode checkout) =>
        host.Sql<long>($"SELECT count(*) FROM cases WHERE checkout_id = '{Guid.ParseExact(((string)checkout["id"]!)["chk_".Length..], "N")}'");

    private static string Masked(JsonNode checkout) => "2547 ***** " + ((string)checkout["phone"]!)[^3..];
}
