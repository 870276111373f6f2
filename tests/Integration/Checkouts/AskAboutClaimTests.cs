using System.Text.Json.Nodes;
using Payments.Application.C2b;
using Payments.Application.Checkouts;
using Payments.Domain.Common;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>What nobody has told of: M-PESA is asked by the customer's code, and only its word makes it money (R21). Nothing is registered here.</summary>
public sealed class AskAboutClaimTests(AskAboutClaimTests.Granted running) : IClassFixture<AskAboutClaimTests.Granted>
{
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task A_payment_that_was_never_confirmed_is_found_by_its_code()
    {
        var checkout = await host.Checkout(phone: null);
        var number = await Paid(1500);

        Assert.Equal("asking", await Claim(checkout, number));

        await host.Until(checkout, "paid");
        await host.HasOne(checkout, number);
        Assert.Equal(("status_query", "paybill"), await How(checkout));
        Assert.Equal("yours", await Claim(checkout, number));

        // Told of afterwards it is the same money.
        await host.Send(new PullConfirmations());
        await host.HasOne(checkout, number);
    }

    [Theory]
    [InlineData(1499, PaymentsHost.Customer)]
    [InlineData(1500, "254700000999")]
    public async Task One_that_does_not_agree_is_on_the_books_and_pays_nothing(decimal amount, string payer)
    {
        var checkout = await host.Checkout(phone: null);
        await host.Sql<int>($"UPDATE checkouts SET phone = '{PaymentsHost.Customer}' WHERE id = '{PayoutCalls.IdOf(checkout)}' RETURNING 1");
        var number = await Paid(amount, payer);

        Assert.Equal("asking", await Claim(checkout, number));
        await Answered(number);

        Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);
        Assert.Equal(amount, (decimal)(await host.Receipt(number))!["amount"]!);
        Assert.Equal("does_not_agree", await Claim(checkout, number));
        Assert.Equal(1L, await host.Sql<long>($"SELECT count(*) FROM cases WHERE checkout_id = '{PayoutCalls.IdOf(checkout)}' AND status = 'open'"));
    }

    [Fact]
    public async Task What_m_pesa_does_not_know_is_nothing_and_is_asked_about_once_a_minute()
    {
        var checkout = await host.Checkout(phone: null);
        var number = PaymentsHost.NewReceipt();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Claim(checkout, number)));
        await Answered(number);
        Assert.Equal("asking", await Claim(checkout, number));
        await host.Send(new AskAboutWaitingClaims());
        Assert.False(await Ask(checkout, number));

        Assert.Equal(1, await Asked(number));
        Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);
        Assert.Equal(0L, await host.Sql<long>($"SELECT count(*) FROM receipts WHERE receipt = '{number}'"));

        // Another checkout's claim of the same is the same question.
        var other = await host.Checkout(phone: null);
        Assert.Equal("asking", await Claim(other, number));
        Assert.False(await Ask(other, number));
        Assert.Equal(1, await Asked(number));

        await host.Sql<int>($"UPDATE receipt_claims SET asked_at = asked_at - interval '61 s' WHERE code = '{number}' AND asked_at IS NOT NULL RETURNING 1");
        Assert.True(await Ask(checkout, number));
        Assert.Equal(2, await Asked(number));
    }

    [Fact]
    public async Task No_code_is_asked_about_for_ever()
    {
        var checkout = await host.Checkout(phone: null);
        var number = PaymentsHost.NewReceipt();
        await Claim(checkout, number);
        await Answered(number);
        await host.Sql<int>($"UPDATE receipt_claims SET questions = 5, asked_at = now() - interval '1 hour' WHERE code = '{number}' RETURNING 1");

        Assert.False(await Ask(checkout, number));
    }

    [Fact]
    public async Task The_money_of_a_payout_of_ours_is_none_that_came()
    {
        var payout = await host.UntilTransfer(await host.Payout(PaymentsHost.Customer, 1500), "completed");
        var number = (string)payout["receipt"]!;

        // As where another program pays from the same shortcode.
        await host.Sql<int>($"UPDATE payouts SET receipt = NULL WHERE id = '{PayoutCalls.IdOf(payout)}' RETURNING 1");
        var checkout = await host.Checkout(phone: null);
        Assert.Equal("asking", await Claim(checkout, number));
        await Answered(number);

        Assert.Equal(("open", 0L), ((string?)(await host.Get(checkout))["status"], await host.Sql<long>($"SELECT count(*) FROM receipts WHERE receipt = '{number}'")));
    }

    [Fact]
    public async Task A_prompt_whose_callback_was_lost_is_settled_by_its_code_and_counted_once()
    {
        var checkout = await host.PaidUntold(1310);
        var number = await Ledger(checkout);

        Assert.Equal("asking", await Claim(checkout, number));
        await host.Until(checkout, "paid");

        // Then its query says so as well.
        await host.AskAbout(checkout);
        await PaymentsHost.Eventually(async () => (string?)(await host.Get(checkout))["attempts"]![0]!["status"] == "succeeded", "the query says so");
        await host.HasOne(checkout, number);
    }

    [Theory]
    [InlineData("Reversed")]
    [InlineData("Cancelled")]
    [InlineData("Something new")]
    public async Task What_m_pesa_does_not_call_completed_is_nothing(string state)
    {
        var checkout = await host.Checkout(phone: null);
        var number = await Paid(1500);
        await host.ScriptApi("status", new { parameters = new Dictionary<string, string> { ["TransactionStatus"] = state }, times = 1 });

        Assert.Equal("asking", await Claim(checkout, number));
        await Answered(number);

        Assert.Equal(("open", 0L), ((string?)(await host.Get(checkout))["status"], await host.Sql<long>($"SELECT count(*) FROM receipts WHERE receipt = '{number}'")));
    }

    [Fact]
    public async Task A_question_whose_reply_was_lost_is_answered_all_the_same()
    {
        var checkout = await host.Checkout(phone: null);
        var number = await Paid(1500);
        await host.ScriptApi("status", new { reply = "lost", times = 1 });

        Assert.Equal("asking", await Claim(checkout, number));

        await host.Until(checkout, "paid");
    }

    [Fact]
    public async Task A_question_that_fails_once_costs_nothing()
    {
        var checkout = await host.Checkout(phone: null);
        var number = await Paid(1500);
        await host.ScriptApi("status", new { error = "html-503", times = 1 });

        Assert.Equal("asking", await Claim(checkout, number));

        await host.Until(checkout, "paid");
    }

    [Fact]
    public async Task A_process_that_died_before_it_asked_is_made_up_for()
    {
        var checkout = await host.Checkout(phone: null);
        var number = await Paid(1500);

        // As the first commit alone leaves it.
        await host.Sql<int>(
            $"INSERT INTO receipt_claims (id, checkout_id, code, at, answer) VALUES (gen_random_uuid(), '{PayoutCalls.IdOf(checkout)}', '{number}', now(), 'asking') RETURNING 1");
        await host.Send(new AskAboutWaitingClaims());

        await host.Until(checkout, "paid");
    }

    [Fact]
    public async Task While_the_budget_is_empty_it_waits_and_is_asked_about_later()
    {
        var checkout = await host.Checkout(phone: null);
        var number = await Paid(1500);
        await host.Sql<int>("UPDATE question_budget SET tokens = -1000, counted_at = clock_timestamp() RETURNING 1");

        Assert.Equal("asking", await Claim(checkout, number));
        Assert.False(await Ask(checkout, number));
        Assert.Equal(0, await Asked(number));

        await host.Sql<int>("UPDATE question_budget SET tokens = 1000 RETURNING 1");
        await host.Send(new AskAboutWaitingClaims());
        await host.Until(checkout, "paid");
    }

    [Fact]
    public async Task Pull_lists_what_was_claimed_before()
    {
        var checkout = await host.Checkout(phone: null);
        var number = await Paid(1500);
        await host.Sql<int>(
            $"INSERT INTO receipt_claims (id, checkout_id, code, at, answer, questions, asked_at) VALUES (gen_random_uuid(), '{PayoutCalls.IdOf(checkout)}', '{number}', now(), 'asking', 1, now()) RETURNING 1");

        await host.Send(new PullConfirmations());

        await host.HasOne(checkout, number);
        Assert.Equal(("pull", "paybill"), await How(checkout));
        Assert.Equal("customer's code", await host.Sql<string>($"SELECT matched_by FROM receipts WHERE receipt = '{number}'"));
    }

    private async Task<string> Claim(JsonNode checkout, string code)
    {
        var id = new CheckoutId(PayoutCalls.IdOf(checkout));
        return (await host.Send(new ClaimReceipt(new("shop", SeesAll: false, id), id, code))).Value!.Answer;
    }

    private Task<bool> Ask(JsonNode checkout, string code) => host.Send(new AskAboutClaim(new(PayoutCalls.IdOf(checkout)), new(code)));

    /// <summary>A customer pays by hand and Safaricom tells nobody.</summary>
    private async Task<string> Paid(decimal amount, string payer = PaymentsHost.Customer) =>
        (string)(await host.PayByHand(amount, "NOBODY-9", msisdn: payer))["receipt"]!;

    private async Task<int> Asked(string number) =>
        (await host.Requests("/transactionstatus/")).Count(r => r["body"]!.ToJsonString().Contains($"\"{number}\"", StringComparison.Ordinal));

    private Task Answered(string number) => PaymentsHost.Eventually(
        async () => await host.Sql<bool>($"SELECT EXISTS (SELECT FROM questions WHERE receipt = '{number}' AND answered_at IS NOT NULL)"), "M-PESA has answered");

    private async Task<(string? By, string? Method)> How(JsonNode checkout)
    {
        var payment = (await host.Get(checkout))["payment"]!;
        return ((string?)payment["settledBy"], (string?)payment["method"]);
    }

    /// <summary>The number of a prompt's payment as M-PESA alone knows it.</summary>
    private async Task<string> Ledger(JsonNode checkout)
    {
        var ledger = JsonNode.Parse(await host.Simulator.GetStringAsync("/simulator/ledger"))!["items"]!.AsArray();
        return (string)ledger.Single(t => t!.ToJsonString().Contains((string)checkout["phone"]!, StringComparison.Ordinal))!["receipt"]!;
    }

    /// <summary>Pull is granted, so that both can tell of the same.</summary>
    public sealed class Granted(TestDatabase databases) : Running(databases)
    {
        protected override string[] Settings => [PullHost.Granted];
    }
}
