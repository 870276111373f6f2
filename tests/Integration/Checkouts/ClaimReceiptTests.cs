using System.Net;
using System.Text.Json.Nodes;
using FluentValidation;
using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Privacy;
using Payments.Domain.Common;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>"I have paid": what a customer's code moves, and what it does not (R21).</summary>
public sealed class ClaimReceiptTests(RegisteredPaybill running) : IClassFixture<RegisteredPaybill>
{
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task A_payment_with_a_mistyped_account_is_his_by_its_code_and_stays_his()
    {
        var checkout = await host.Checkout(phone: null);
        var number = await Unmatched();

        Assert.Equal("yours", await Claim(checkout, number.ToLowerInvariant()));

        await host.HasOne(checkout, number);
        Assert.Equal("customer's code", await host.Sql<string>($"SELECT matched_by FROM receipts WHERE receipt = '{number}'"));

        // The answer was lost: the same again is the same answer, and so it is for whoever looks at what is paid.
        Assert.Equal("yours", await Claim(checkout, number));
        await host.HasOne(checkout, number);
        Assert.Equal(1L, await host.Sql<long>($"SELECT count(*) FROM events WHERE type = 'checkout.paid' AND subject_id = '{Id(checkout)}'"));
    }

    [Fact]
    public async Task A_whole_message_is_read()
    {
        var checkout = await host.Checkout(phone: null);
        var number = await Unmatched();

        Assert.Equal("yours", await Claim(checkout, $" {number} Confirmed. Ksh1,500.00 paid to SAMPLE SHOP. on 10/7/26 at 9:15 AM. New M-PESA balance is Ksh100.00."));
    }

    [Fact]
    public async Task What_was_applied_by_its_account_is_his_and_nobody_elses()
    {
        var (checkout, stranger) = (await host.Checkout(phone: null), await host.Checkout(phone: null));
        var number = PaymentsHost.NewReceipt();
        await host.Confirm(running.Token, PaybillHost.Body(number, (string)checkout["orderReference"]!));

        Assert.Equal(("yours", "already_used"), (await Claim(checkout, number), await Claim(stranger, number)));

        Assert.Equal("open", (string?)(await host.Get(stranger))["status"]);
        Assert.Equal(0L, await Cases(stranger));
    }

    [Fact]
    public async Task Money_that_went_back_was_written_off_or_is_ours_that_went_out_is_used()
    {
        var checkout = await host.Checkout(phone: null);
        var (refunded, written) = ((string)(await host.PayByHand(1500, "NOBODY-5"))["receipt"]!, await Unmatched());
        await PaymentsHost.Eventually(async () => await host.Receipt(refunded) is not null, "it is on the books");
        var (status, refund) = await host.Ops.Keyed($"/api/ops/receipts/{(await host.Receipt(refunded))!["id"]}/refund", new { });
        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Equal("already_used", await Claim(checkout, refunded));
        await host.UntilTransfer(refund, "completed");
        await host.Ops.Keyed($"/api/ops/receipts/{(await host.Receipt(written))!["id"]}/write-off", new { reason = "Nobody claims it" });
        var payout = await host.UntilTransfer(await host.Payout(PaymentsHost.Customer, 1500), "completed");

        Assert.Equal("already_used", await Claim(checkout, refunded));
        Assert.Equal("already_used", await Claim(checkout, written));
        Assert.Equal("already_used", await Claim(checkout, (string)payout["receipt"]!));

        Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);
        Assert.Equal(0L, await Cases(checkout));
    }

    [Theory]
    [InlineData(1499, "2547 ***** 149", "")]
    [InlineData(1501, "2547 ***** 149", "")]
    [InlineData(1500, "254700000999", "")]
    [InlineData(1500, "2547 ***** 999", "")]
    [InlineData(1500, "2547 ***** 149", "6 minutes")]
    public async Task What_does_not_agree_moves_nothing_and_is_one_case_of_the_order(decimal amount, string payer, string before)
    {
        var checkout = await WithPhone();
        var number = await Unmatched(amount, payer);
        if (before.Length > 0)
        {
            await host.Sql<int>($"UPDATE receipts SET at = at - interval '{before}' WHERE receipt = '{number}' RETURNING 1");
        }

        Assert.Equal("does_not_agree", await Claim(checkout, number));
        Assert.Equal("does_not_agree", await Claim(checkout, number));
        Assert.Equal("does_not_agree", await Claim(checkout, await Unmatched(amount + 7, payer)));

        Assert.Equal(("open", 0m), Paid(await host.Get(checkout)));
        Assert.NotNull(await host.Receipt(number));
        Assert.Equal(1L, await Cases(checkout));
        var story = await host.Sql<string>($"SELECT story FROM cases WHERE checkout_id = '{Id(checkout)}' AND kind = 'ambiguous_match'");
        Assert.Contains(number, story, StringComparison.Ordinal);
        Assert.DoesNotContain(payer, story, StringComparison.Ordinal);

        // A person decides, and that closes it.
        Assert.True((await host.Match((await host.Receipt(number))!, checkout)).IsSuccessStatusCode);
        Assert.Equal("settled", await host.Sql<string>($"SELECT status FROM cases WHERE checkout_id = '{Id(checkout)}'"));
        Assert.Equal("yours", await Claim(checkout, number));
    }

    [Fact]
    public async Task What_a_paid_or_cancelled_order_gets_as_well_is_no_surplus_by_a_code()
    {
        var paid = await host.Checkout(phone: null);
        await host.Confirm(running.Token, PaybillHost.Body(PaymentsHost.NewReceipt(), (string)paid["orderReference"]!));
        var cancelled = await host.Checkout(phone: null);
        await host.Shop.PostAsync($"/api/checkouts/{cancelled["id"]}/cancel", null);

        Assert.Equal("does_not_agree", await Claim(paid, await Unmatched()));
        Assert.Equal("does_not_agree", await Claim(cancelled, await Unmatched()));

        Assert.Equal(0m, (decimal)(await host.Get(paid))["surplus"]!);
        Assert.Equal(0m, (decimal)(await host.Get(cancelled))["surplus"]!);
    }

    [Fact]
    public async Task What_a_query_called_paid_gets_its_number_and_is_not_counted_again()
    {
        var checkout = await host.PaidByQuery(1230);
        var number = await Unmatched(1230, payer: "2547 ***** " + ((string)checkout["phone"]!)[^3..]);

        Assert.Equal("yours", await Claim(checkout, number));

        await host.HasOne(checkout, number);
    }

    [Fact]
    public async Task One_that_is_late_is_marked_so()
    {
        var checkout = await host.Checkout(phone: null);
        await host.Sql<int>($"UPDATE checkouts SET expires_at = now() - interval '1 s', created_at = now() - interval '1 hour' WHERE id = '{Id(checkout)}' RETURNING 1");
        await host.Send(new ExpireDueCheckouts());
        Assert.Equal("expired", (string?)(await host.Get(checkout))["status"]);

        Assert.Equal("yours", await Claim(checkout, await Unmatched()));

        var now = await host.Get(checkout);
        Assert.Equal(("paid", true), ((string?)now["status"], (bool)now["late"]!));
    }

    [Fact]
    public async Task Of_checkouts_that_claim_the_same_at_once_one_has_it()
    {
        for (var round = 0; round < 5; round++)
        {
            var orders = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.Checkout(phone: null)));
            var number = await Unmatched();

            var answers = await Task.WhenAll(orders.Concat(orders).Select(order => Claim(order, number)));

            Assert.Equal(2, answers.Count(a => a == "yours"));
            Assert.Equal(6, answers.Count(a => a == "already_used"));
            var now = await Task.WhenAll(orders.Select(host.Get));
            Assert.Single(now, o => (string?)o["status"] == "paid");
            Assert.Equal(3, now.Count(o => (string?)o["status"] == "open"));
            Assert.Equal("1500 0", await host.Sql<string>($"SELECT applied / 100 || ' ' || surplus FROM receipts WHERE receipt = '{number}'"));
        }
    }

    [Fact]
    public async Task A_claim_and_an_operators_match_at_once_count_once()
    {
        for (var round = 0; round < 5; round++)
        {
            var (mine, other) = (await host.Checkout(phone: null), await host.Checkout(phone: null));
            var number = await Unmatched();
            var receipt = (await host.Receipt(number))!;

            await Task.WhenAll(Claim(mine, number), host.Match(receipt, other), host.Match(receipt, mine));

            Assert.Equal(1500m, (decimal)(await host.Get(mine))["amountPaid"]! + (decimal)(await host.Get(other))["amountPaid"]!);
        }
    }

    [Theory]
    [InlineData(1500, "paid")]
    [InlineData(1400, "open")]
    public async Task A_claim_comes_first_and_its_confirmation_later(decimal amount, string status)
    {
        var (checkout, second) = (await host.Checkout(phone: null), await host.Checkout(phone: null));
        var number = PaymentsHost.NewReceipt();
        Assert.Equal(("asking", "asking"), (await Claim(checkout, number), await Claim(second, number)));
        Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);

        // A hint is no money, whoever claims it.
        Assert.Equal("hint", await host.Confirm("", PaybillHost.Body(number, "NOBODY-1", amount)));
        Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);

        Assert.Equal(status == "paid" ? "applied" : "unmatched", await host.Confirm(running.Token, PaybillHost.Body(number, "NOBODY-2", amount)));

        Assert.Equal(status, (string?)(await host.Get(checkout))["status"]);
        Assert.Equal("open", (string?)(await host.Get(second))["status"]);
        var (mine, others) = status == "paid" ? ("yours", "already_used") : ("does_not_agree", "does_not_agree");
        Assert.Equal((mine, others), (await Stored(checkout, number), await Stored(second, number)));
        Assert.Equal((mine, others), (await Claim(checkout, number), await Claim(second, number)));
        Assert.Equal(status == "paid" ? 0L : 1L, await Cases(checkout));
    }

    [Fact]
    public async Task A_claim_takes_nothing_from_the_order_whose_account_was_typed()
    {
        var (named, claiming) = (await host.Checkout(phone: null), await host.Checkout(phone: null));
        var number = PaymentsHost.NewReceipt();
        Assert.Equal("asking", await Claim(claiming, number));

        Assert.Equal("applied", await host.Confirm(running.Token, PaybillHost.Body(number, (string)named["orderReference"]!)));

        Assert.Equal(("paid", "open"), ((string?)(await host.Get(named))["status"], (string?)(await host.Get(claiming))["status"]));
        Assert.Equal("already_used", await Claim(claiming, number));
    }

    [Fact]
    public async Task Claims_and_their_confirmations_at_once_are_never_counted_twice()
    {
        for (var round = 0; round < 8; round++)
        {
            var (first, second) = (await host.Checkout(phone: null), await host.Checkout(phone: null));
            var number = PaymentsHost.NewReceipt();
            var body = PaybillHost.Body(number, "NOBODY-3");

            await Task.WhenAll(Claim(first, number), host.Confirm(running.Token, body), Claim(second, number), host.Confirm(running.Token, body));

            // Whoever was answered while it came asks again.
            await Claim(first, number);
            var now = new[] { await host.Get(first), await host.Get(second) };
            Assert.Single(now, o => (string?)o["status"] == "paid");
            Assert.Equal(1L, await host.Sql<long>($"SELECT count(*) FROM receipts WHERE receipt = '{number}' AND applied = 150000"));
        }
    }

    [Fact]
    public async Task To_a_number_that_is_not_configured_it_pays_nothing()
    {
        var checkout = await host.Checkout(phone: null);
        var number = PaymentsHost.NewReceipt();
        Assert.Equal("asking", await Claim(checkout, number));

        Assert.Equal("unmatched", await host.Confirm(running.Token, PaybillHost.Body(number, "NOBODY-4", shortcode: "600999")));

        Assert.Equal("does_not_agree", await Claim(checkout, number));
        Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);
    }

    [Fact]
    public async Task A_clientSecret_is_for_its_own_checkout_and_dies_with_it()
    {
        var (own, other) = (await host.Checkout(phone: null), await host.Checkout(phone: null));
        var number = await Unmatched();

        Assert.Equal("not_found", (await Send(other, number, Holder(own))).Refusal?.Code);
        Assert.Equal("not_found", (await Send(own, number, new("other", false, null))).Refusal?.Code);
        Assert.Equal("not_found", (await host.Send(new ClaimReceipt(Holder(own), new(Guid.NewGuid()), number))).Refusal?.Code);

        await host.Sql<int>($"UPDATE checkouts SET status = 'expired', expires_at = now() - interval '8 days', created_at = now() - interval '9 days', ended_at = now() - interval '8 days' WHERE id = '{Id(own)}' RETURNING 1");
        Assert.Equal("unauthorized", (await Send(own, number)).Refusal?.Code);
        Assert.NotNull(await host.Receipt(number));
        Assert.Equal(0L, await host.Sql<long>($"SELECT count(*) FROM receipt_claims WHERE code = '{number}'"));
    }

    [Fact]
    public async Task A_customer_is_shown_his_checkout_as_with_his_clientSecret()
    {
        var checkout = await WithPhone();

        var view = (await Send(checkout, await Unmatched())).Value!;

        Assert.Equal(("yours", "paid", "2547••••4149"), (view.Answer, view.Checkout.Status, view.Checkout.Phone));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0708374149")]
    [InlineData("I have paid")]
    [InlineData("UGA7RT61S")]
    public async Task What_is_no_code_is_said_so_and_costs_nothing(string? code)
    {
        var checkout = await host.Checkout(phone: null);

        var invalid = await Assert.ThrowsAsync<ValidationException>(() => Send(checkout, code));

        Assert.Equal(nameof(ClaimReceipt.Code), Assert.Single(invalid.Errors).PropertyName);
        Assert.Equal(0L, await host.Sql<long>($"SELECT count(*) FROM receipt_claims WHERE checkout_id = '{Id(checkout)}'"));
    }

    [Fact]
    public async Task After_five_codes_others_wait_and_those_five_do_not()
    {
        var checkout = await host.Checkout(phone: null);
        var codes = Enumerable.Range(0, 5).Select(_ => PaymentsHost.NewReceipt()).ToList();
        foreach (var code in codes)
        {
            Assert.Equal("asking", await Claim(checkout, code));
        }

        var right = await Unmatched();
        var refused = (await Send(checkout, right)).Refusal!;
        Assert.Equal("too_many_claims", refused.Code);
        Assert.InRange(refused.RetryAt!.Value - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(10.5));
        Assert.Equal("asking", await Claim(checkout, codes[0]));
        Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);

        await host.Sql<int>($"UPDATE receipt_claims SET at = at - interval '10 minutes' WHERE code = '{codes[1]}' RETURNING 1");
        Assert.Equal("yours", await Claim(checkout, right));
    }

    [Fact]
    public async Task Before_the_commit_nothing_happened()
    {
        var checkout = await host.Checkout(phone: null);
        var number = await Unmatched();

        // As a process that dies before its commit leaves it: the same work, rolled back.
        await using var scope = host.Services.CreateAsyncScope();
        var (orders, claims) = (scope.ServiceProvider.GetRequiredService<ICheckouts>(), scope.ServiceProvider.GetRequiredService<IReceiptClaims>());
        await scope.ServiceProvider.GetRequiredService<ITransactions>().DryRun(
            async now =>
            {
                var loaded = await orders.LoadForChange(new(Ids: [new(Id(checkout))], Numbers: [new(number)], WithTillReceipts: true));
                var answer = loaded.Checkouts[0].Claim(loaded.Unmatched[0], true, now);
                await orders.Save(loaded.Checkouts);
                await claims.Keep(new(Id(checkout)), new(number), answer, hasCase: false, now);
                return answer;
            },
            CancellationToken.None);

        Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);
        Assert.NotNull(await host.Receipt(number));
        Assert.Equal("yours", await Claim(checkout, number));
    }

    [Fact]
    public async Task A_claim_is_forgotten_after_its_time()
    {
        var checkout = await host.Checkout(phone: null);
        var (old, young) = (PaymentsHost.NewReceipt(), PaymentsHost.NewReceipt());
        await Claim(checkout, old);
        await Claim(checkout, young);
        await host.Sql<int>($"UPDATE receipt_claims SET at = now() - interval '31 days' WHERE code = '{old}' RETURNING 1");

        await host.Send(new ErasePersonalData());

        Assert.Equal(young, await host.Sql<string>($"SELECT string_agg(code, ' ') FROM receipt_claims WHERE checkout_id = '{Id(checkout)}'"));
    }

    private async Task<string> Claim(JsonNode checkout, string? code)
    {
        var answer = await Send(checkout, code);
        Assert.Null(answer.Refusal);
        return answer.Value!.Answer;
    }

    private Task<Result<ReceiptClaimView>> Send(JsonNode checkout, string? code, Caller? caller = null) =>
        host.Send(new ClaimReceipt(caller ?? Holder(checkout), new(Id(checkout)), code));

    private async Task<string> Unmatched(decimal amount = 1500, string payer = "2547 ***** 149")
    {
        var number = PaymentsHost.NewReceipt();
        Assert.Equal("unmatched", await host.Confirm(running.Token, PaybillHost.Body(number, "NOBODY-0", amount, msisdn: payer)));
        return number;
    }

    /// <summary>An order with the usual customer's phone, which was not prompted.</summary>
    private async Task<JsonNode> WithPhone()
    {
        var checkout = await host.Checkout(phone: null);
        await host.Sql<int>($"UPDATE checkouts SET phone = '{PaymentsHost.Customer}' WHERE id = '{Id(checkout)}' RETURNING 1");
        return checkout;
    }

    private Task<string> Stored(JsonNode checkout, string number) =>
        host.Sql<string>($"SELECT answer FROM receipt_claims WHERE checkout_id = '{Id(checkout)}' AND code = '{number}'");

    private Task<long> Cases(JsonNode checkout) => host.Sql<long>($"SELECT count(*) FROM cases WHERE checkout_id = '{Id(checkout)}'");

    private static (string? Status, decimal Paid) Paid(JsonNode checkout) => ((string?)checkout["status"], (decimal)checkout["amountPaid"]!);

    private static Caller Holder(JsonNode checkout) => new("shop", SeesAll: false, new CheckoutId(Id(checkout)));

    private static Guid Id(JsonNode checkout) => PayoutCalls.IdOf(checkout);
}
