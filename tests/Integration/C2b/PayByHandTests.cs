using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>A customer pays the Pay Bill by his own hand: R6, R8 from the phone to the API and the database.</summary>
public sealed class PayByHandTests(RegisteredPaybill running) : IClassFixture<RegisteredPaybill>
{
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task It_pays_the_order_whose_reference_was_typed()
    {
        var checkout = await host.Checkout(phone: null);

        var told = await host.PayByHand(1500, (string)checkout["orderReference"]!);
        Assert.Equal(("completed", true), ((string?)told["status"], (bool)told["validation"]!["accepted"]!));
        Assert.Equal("""{"ResultCode":0,"ResultDesc":"Accepted"}""", (string?)told["confirmations"]![0]!["answer"]);

        var paid = await host.Until(checkout, "paid");
        var payment = paid["payment"]!;
        Assert.Equal(
            ((string?)told["receipt"], "paybill", "confirmation", 1500m, false),
            ((string?)payment["receipt"], (string?)payment["method"], (string?)payment["settledBy"], (decimal)payment["amount"]!, (bool)payment["late"]!));
        var events = await host.Shop.GetFromJsonAsync<JsonNode>("/api/events?limit=100");
        Assert.Contains(events!["items"]!.AsArray(), e => (string?)e!["type"] == "checkout.paid" && (string?)e["data"]!["id"] == (string?)checkout["id"]);
    }

    [Fact]
    public async Task The_reference_is_found_however_it_was_typed()
    {
        var reference = PaymentsHost.NewReference();
        var checkout = await host.Checkout(phone: null, reference: reference);

        await host.PayByHand(1500, $" {reference[..3].ToLowerInvariant()}-{reference[3..6]} . {reference[6..]}");

        await host.Until(checkout, "paid");
    }

    [Fact]
    public async Task Parts_add_up_and_what_is_over_is_surplus()
    {
        var checkout = await host.Checkout(phone: null);
        var reference = (string)checkout["orderReference"]!;

        await host.PayByHand(999.5m, reference);
        await PaymentsHost.Eventually(async () => (decimal)(await host.Get(checkout))["amountPaid"]! == 999.5m, "the first part is there");
        Assert.Equal(("open", 500.5m), ((string?)(await host.Get(checkout))["status"], (decimal)(await host.Get(checkout))["amountDue"]!));

        var second = await host.PayByHand(700, reference);
        var paid = await host.Until(checkout, "paid");
        Assert.Equal((1500m, 2), ((decimal)paid["amountPaid"]!, paid["payments"]!.AsArray().Count));
        var receipt = await host.Receipt((string)second["receipt"]!, matched: true);
        Assert.Equal((500.5m, 199.5m, (string?)checkout["id"]), ((decimal)receipt!["applied"]!, (decimal)receipt["surplus"]!, (string?)receipt["matchedTo"]));
    }

    [Fact]
    public async Task Money_with_no_order_of_ours_is_an_unmatched_receipt_that_an_operator_matches()
    {
        var number = (string)(await host.PayByHand(1500, "NOBODY-1"))["receipt"]!;
        JsonNode? receipt = null;
        await PaymentsHost.Eventually(async () => (receipt = await host.Receipt(number)) is not null, "the receipt is listed");
        Assert.Equal(
            (1500m, "NOBODY-1", "2547 ***** 149", "paybill", null, 0m),
            ((decimal)receipt!["amount"]!, (string?)receipt["account"], (string?)receipt["payer"], (string?)receipt["method"], (string?)receipt["matchedTo"], (decimal)receipt["surplus"]!));

        var checkout = await host.Checkout(phone: null);
        var matched = await host.Match(receipt, checkout);
        Assert.Equal(HttpStatusCode.OK, matched.StatusCode);
        var view = (await matched.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal(((string?)checkout["id"], "ops"), ((string?)view["matchedTo"], (string?)view["matchedBy"]));
        Assert.Equal("paid", (string?)(await host.Get(checkout))["status"]);
        Assert.Null(await host.Receipt(number));

        // The same again is the same answer; anything else is refused.
        Assert.Equal(HttpStatusCode.OK, (await host.Match(receipt, checkout)).StatusCode);
        var other = await host.Checkout(phone: null);
        Assert.Equal((409, "receipt_already_matched"), await (await host.Match(receipt, other)).Problem());
        Assert.Equal("open", (string?)(await host.Get(other))["status"]);
    }

    [Fact]
    public async Task What_cannot_be_matched_is_refused_with_its_reason()
    {
        var number = PaymentsHost.NewReceipt();
        await host.Confirm(running.Token, PaybillHost.Body(number, "NOBODY-2"));
        var receipt = (await host.Receipt(number))!;
        var paid = await host.Until(await host.Checkout(), "paid");
        Assert.Equal((409, "already_paid"), await (await host.Match(receipt, paid)).Problem());

        var cancelled = await host.Checkout(phone: null);
        await host.Shop.PostAsync($"/api/checkouts/{cancelled["id"]}/cancel", null);
        Assert.Equal((409, "checkout_cancelled"), await (await host.Match(receipt, cancelled)).Problem());

        Task<HttpResponseMessage> Post(string id, object body) => host.Ops.PostAsJsonAsync($"/api/ops/receipts/{id}/match", body);
        Assert.Equal((400, "validation_failed"), await (await Post((string)receipt["id"]!, new { checkoutId = "chk_x" })).Problem());
        Assert.Equal((404, "not_found"), await (await Post((string)receipt["id"]!, new { checkoutId = "chk_" + Guid.NewGuid().ToString("N") })).Problem());
        Assert.Equal((404, "not_found"), await (await Post("rct_" + Guid.NewGuid().ToString("N"), new { checkoutId = (string?)paid["id"] })).Problem());
        Assert.Equal((404, "not_found"), await (await Post("x", new { checkoutId = (string?)paid["id"] })).Problem());
        Assert.Equal(403, (int)(await host.Shop.GetAsync("/api/ops/receipts")).StatusCode);
        Assert.NotNull(await host.Receipt(number));
    }

    [Fact]
    public async Task Two_operators_at_once_match_it_once()
    {
        var number = PaymentsHost.NewReceipt();
        await host.Confirm(running.Token, PaybillHost.Body(number, "NOBODY-3"));
        var receipt = (await host.Receipt(number))!;
        JsonNode[] checkouts = [await host.Checkout(phone: null), await host.Checkout(phone: null)];

        var answers = await Task.WhenAll(checkouts.Select(checkout => host.Match(receipt, checkout)));

        Assert.Equal([200, 409], answers.Select(a => (int)a.StatusCode).Order());
        var states = await Task.WhenAll(checkouts.Select(async c => (string?)(await host.Get(c))["status"]));
        Assert.Equal(["open", "paid"], states.Order());
    }

    [Fact]
    public async Task A_confirmation_before_its_checkout_exists_waits_for_an_operator()
    {
        var (reference, number) = (PaymentsHost.NewReference(), PaymentsHost.NewReceipt());
        var body = PaybillHost.Body(number, reference);
        Assert.Equal("unmatched", await host.Confirm(running.Token, body));
        var checkout = await host.Checkout(phone: null, reference: reference);

        Assert.Equal("duplicate", await host.Confirm(running.Token, body));
        Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);

        await host.Match((await host.Receipt(number))!, checkout);
        Assert.Equal("paid", (string?)(await host.Get(checkout))["status"]);
        Assert.Equal("duplicate", await host.Confirm(running.Token, body));
        Assert.Single((await host.Get(checkout))["payments"]!.AsArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_same_confirmation_three_times_at_once_is_one_receipt(bool ours)
    {
        var checkout = await host.Checkout(phone: null);
        var number = PaymentsHost.NewReceipt();
        var body = PaybillHost.Body(number, ours ? (string)checkout["orderReference"]! : "NOBODY-4");

        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => host.Call($"/api/mpesa/c2b/confirm/{running.Token}", body)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        await host.Verdict(body);
        Assert.Equal(1L, await host.Sql<long>($"SELECT count(*) FROM receipts WHERE receipt = '{number}'"));
        Assert.Equal(2L, await host.Sql<long>($"SELECT count(*) FROM callbacks WHERE verdict = 'duplicate' AND position('{number}'::bytea in body) > 0"));
    }

    [Fact]
    public async Task Confirmations_of_one_batch_see_each_other()
    {
        var checkout = await host.Checkout(phone: null, amount: 100);
        var bodies = Enumerable.Range(0, 30).Select(_ => PaybillHost.Body(PaymentsHost.NewReceipt(), (string)checkout["orderReference"]!, 10)).ToList();

        await Task.WhenAll(bodies.Concat(bodies).Select(body => host.Call($"/callbacks/c2b/confirm/{running.Token}", body)));

        foreach (var body in bodies)
        {
            await host.Verdict(body);
        }

        Assert.Equal("paid", (string?)(await host.Get(checkout))["status"]);
        Assert.Equal(
            (30L, 10_000L, 20_000L),
            (await host.Sql<long>($"SELECT count(*) FROM receipts r JOIN checkouts c ON c.id = r.checkout_id WHERE c.order_reference = '{checkout["orderReference"]}'"),
                await host.Sql<long>($"SELECT sum(applied)::bigint FROM receipts r JOIN checkouts c ON c.id = r.checkout_id WHERE c.order_reference = '{checkout["orderReference"]}'"),
                await host.Sql<long>($"SELECT sum(surplus)::bigint FROM receipts r JOIN checkouts c ON c.id = r.checkout_id WHERE c.order_reference = '{checkout["orderReference"]}'")));
    }

    [Theory]
    [InlineData("plain", PaymentsHost.Customer)]
    [InlineData("masked", "25470****149")]
    [InlineData("hashed", null)]
    public async Task Payers_are_taken_in_every_form_and_names_may_be_empty(string form, string? payer)
    {
        await host.Simulator.PutAsJsonAsync("/simulator/settings", new { c2bPhone = form, c2bNames = false });
        try
        {
            var checkout = await host.Checkout(phone: null);
            var told = await host.PayByHand(1500, (string)checkout["orderReference"]!);
            await host.Until(checkout, "paid");

            var receipt = (await host.Receipt((string)told["receipt"]!, matched: true))!;
            Assert.Null(receipt["payerName"]);
            Assert.True(payer is null ? ((string)receipt["payer"]!).Length == 64 : (string?)receipt["payer"] == payer);
        }
        finally
        {
            await host.Simulator.PutAsJsonAsync("/simulator/settings", new { c2bPhone = "auto", c2bNames = true });
        }
    }
}
