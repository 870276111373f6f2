using System.Net.Http.Json;
using Payments.Application.C2b;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Which of our numbers was paid is read from BusinessShortCode, never from the words of TransactionType (R16): at a till.</summary>
public sealed class TillWordsTests(TillWordsTests.Till running) : IClassFixture<TillWordsTests.Till>
{
    private const string Number = "300584";
    private static int amounts = 1000;

    private readonly PaymentsHost host = running.Host;

    /// <summary>Words seen in the wild, none at all (null), and some nobody has seen.</summary>
    public static TheoryData<string> Words =>
        ["", "(absent)", "Organization To Organization Transfer", "OD Payment Transfer", "Pay Bill", "Buy Goods", "Customer Merchant Payment", "Lipa na M-PESA"];

    [Theory]
    [MemberData(nameof(Words))]
    public async Task A_business_that_paid_is_joined_to_its_prompt_whatever_the_words(string words)
    {
        var amount = Interlocked.Increment(ref amounts);
        var (number, type) = (PaymentsHost.NewReceipt(), words == "(absent)" ? null : words);
        var checkout = await host.PaidByQuery(amount);

        Assert.Equal("applied", await host.Confirm(running.Token, Confirmed.Body(number, "", amount, Number, type, payer: "", firstName: "ACME LIMITED")));

        await host.HasOne(checkout, number);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("(absent)", "Organization To Organization Transfer")]
    [InlineData("07****%3", "Pay Bill")]
    [InlineData("0%9", "")]
    public async Task It_is_found_by_the_query_when_it_came_first(string payer, string type)
    {
        var amount = Interlocked.Increment(ref amounts);
        var number = PaymentsHost.NewReceipt();
        var checkout = await host.PaidUntold(amount);
        var phone = (string)checkout["phone"]!;
        var shown = payer == "(absent)" ? null : payer.Replace("%3", phone[^3..], StringComparison.Ordinal).Replace("%9", phone[3..], StringComparison.Ordinal);
        await host.Confirm(running.Token, Confirmed.Body(number, "", amount, Number, type, shown));

        await host.AskAbout(checkout);

        await host.Until(checkout, "paid");
        await host.HasOne(checkout, number);
    }

    [Fact]
    public async Task Told_again_with_its_account_it_joins_its_order()
    {
        var amount = Interlocked.Increment(ref amounts);
        var checkout = await host.Checkout(phone: null, amount: amount);
        var number = PaymentsHost.NewReceipt();
        Assert.Equal("unmatched", await host.Confirm(running.Token, Confirmed.Body(number, "", amount, Number, "", "")));

        Assert.Equal("applied", await host.Confirm(running.Token, Confirmed.Body(number, (string)checkout["orderReference"]!, amount, Number, "", "")));

        await host.Until(checkout, "paid");
        await host.HasOne(checkout, number);
    }

    [Fact]
    public async Task One_that_shows_nothing_of_its_payer_is_nobodys_while_two_could_be_meant()
    {
        var amount = Interlocked.Increment(ref amounts);
        var (first, second) = (await host.PaidByQuery(amount), await host.PaidByQuery(amount));
        var number = PaymentsHost.NewReceipt();

        Assert.Equal("unmatched", await host.Confirm(running.Token, Confirmed.Body(number, "", amount, Number, "", "")));

        Assert.NotNull(await host.Receipt(number));
        Assert.Equal("ambiguous_match", await host.Sql<string>($"SELECT kind FROM cases WHERE subject_id = (SELECT id FROM receipts WHERE receipt = '{number}')"));
        Assert.Equal((null, null), ((string?)(await host.Get(first))["payment"]!["receipt"], (string?)(await host.Get(second))["payment"]!["receipt"]));
    }

    [Fact]
    public async Task One_that_shows_nothing_of_its_payer_pays_no_prompt_that_still_rings()
    {
        var amount = Interlocked.Increment(ref amounts);
        var checkout = await host.Ringing(amount);

        Assert.Equal("unmatched", await host.Confirm(running.Token, Confirmed.Body(PaymentsHost.NewReceipt(), "", amount, Number, "", "")));

        Assert.Equal("pending", (string?)(await host.Get(checkout))["status"]);
    }

    [Fact]
    public async Task A_query_does_not_take_what_may_be_another_orders_and_a_person_is_told()
    {
        var amount = Interlocked.Increment(ref amounts);
        var (mine, other) = (await host.PaidUntold(amount), await host.Ringing(amount));
        var number = PaymentsHost.NewReceipt();
        await host.Confirm(running.Token, Confirmed.Body(number, "", amount, Number, "", ""));

        await host.AskAbout(mine);

        await host.Until(mine, "paid");
        Assert.NotNull(await host.Receipt(number));
        Assert.Contains(number, await host.Sql<string>($"SELECT story FROM cases WHERE kind = 'ambiguous_match' AND subject_id = '{PaymentsHost.AttemptId(mine)}'"), StringComparison.Ordinal);
        Assert.Equal("pending", (string?)(await host.Get(other))["status"]);
    }

    [Theory]
    [InlineData("Pay Bill")]
    [InlineData("Buy Goods")]
    public async Task The_account_typed_is_kept_and_an_order_reference_pays_its_order(string type)
    {
        var amount = Interlocked.Increment(ref amounts);
        var checkout = await host.Checkout(phone: null, amount: amount);
        var (number, stray) = (PaymentsHost.NewReceipt(), PaymentsHost.NewReceipt());

        Assert.Equal("applied", await host.Confirm(running.Token, Confirmed.Body(number, (string)checkout["orderReference"]!, amount, Number, type)));
        Assert.Equal("unmatched", await host.Confirm(running.Token, Confirmed.Body(stray, "TABLE 9", amount, Number, type)));

        await host.HasOne(checkout, number);
        var kept = await host.Receipt(stray);
        Assert.Equal(("till", "TABLE 9", Number), ((string?)kept!["method"], (string?)kept["account"], (string?)kept["shortcode"]));
    }

    [Theory]
    [InlineData(-4)]
    [InlineData(6)]
    [InlineData(180)]
    public async Task Whatever_the_clock_says_the_same_payers_equal_payment_is_held(int minutes)
    {
        var amount = Interlocked.Increment(ref amounts);
        var number = PaymentsHost.NewReceipt();
        var checkout = await host.PaidByQuery(amount);
        var masked = "2547 ***** " + ((string)checkout["phone"]!)[^3..];

        await host.Confirm(running.Token, Confirmed.Body(number, "", amount, Number, "Buy Goods", masked, off: TimeSpan.FromMinutes(minutes)));

        Assert.Null(await host.Receipt(number));
        Assert.Equal("0 ambiguous_match", await host.Sql<string>(
            $"SELECT r.applied + r.surplus || ' ' || c.kind FROM receipts r JOIN cases c ON c.subject_id = r.id WHERE r.receipt = '{number}'"));

        var (path, body) = host.SuccessCallback(checkout, number);
        await host.Call(path, body);
        Assert.Equal("applied", await host.Verdict(body));
        Assert.Equal(number, (string?)Assert.Single((await host.Get(checkout))["payments"]!.AsArray())!["receipt"]);
    }

    [Theory]
    [InlineData(-4)]
    [InlineData(180)]
    public async Task Whatever_the_clock_says_a_query_finds_the_same_payers_equal_payment(int minutes)
    {
        var amount = Interlocked.Increment(ref amounts);
        var number = PaymentsHost.NewReceipt();
        var checkout = await host.PaidUntold(amount);
        await host.Confirm(running.Token, Confirmed.Body(number, "", amount, Number, "Buy Goods", (string)checkout["phone"]!, off: TimeSpan.FromMinutes(minutes)));

        await host.AskAbout(checkout);

        await host.Until(checkout, "paid");
        Assert.Null(await host.Receipt(number));
        Assert.Equal("0 ambiguous_match", await host.Sql<string>(
            $"SELECT r.applied + r.surplus || ' ' || c.kind FROM receipts r JOIN cases c ON c.subject_id = r.id WHERE r.receipt = '{number}'"));
    }

    [Theory]
    [InlineData("Customer Merchant Payment")]
    [InlineData("")]
    [InlineData("c2b-pay-bill-debit")]
    public async Task Pull_reads_the_number_it_asked_about_and_not_the_words(string words)
    {
        await host.Simulator.PutAsJsonAsync("/simulator/settings", new { pullType = words });
        var amount = Interlocked.Increment(ref amounts);
        var checkout = await host.PaidByQuery(amount);

        await host.Send(new PullConfirmations());

        var now = await host.Get(checkout);
        Assert.Matches("^[A-Z0-9]{10}$", (string?)Assert.Single(now["payments"]!.AsArray())!["receipt"]);
        var byHand = (string)(await host.PayByHand(amount + 0.5m, "", Number, "254700055555"))["receipt"]!;
        await host.Send(new PullConfirmations());
        Assert.Equal("till", (string?)(await host.Receipt(byHand))!["method"]);
    }

    public sealed class Till(TestDatabase databases) : RegisteredPaybill(databases)
    {
        protected override string[] Settings =>
            [$"Daraja:TillNumber={Number}", $"Simulator:TillNumber={Number}", "Daraja:NominatedNumber=254708374149"];
    }
}
