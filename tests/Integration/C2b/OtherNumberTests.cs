using System.Diagnostics.Metrics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Telemetry;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>
/// Which of our numbers was paid is read from BusinessShortCode, never from the words of TransactionType (R16): at a Pay Bill. Money to a
/// number that is not configured here leaves a receipt and a case, and pays nothing (R17).
/// </summary>
public sealed class OtherNumberTests(OtherNumberTests.Strict running) : IClassFixture<OtherNumberTests.Strict>
{
    private const string Main = "174379";

    private readonly PaymentsHost host = running.Host;

    [Theory]
    [InlineData("Buy Goods")]
    [InlineData("Customer Merchant Payment")]
    [InlineData("")]
    [InlineData(null)]
    public async Task Other_words_go_past_no_validation(string? type)
    {
        var open = await host.Checkout(phone: null);
        var reference = (string)open["orderReference"]!;

        Assert.Equal("C2B00012", await Ask(Confirmed.Body(PaymentsHost.NewReceipt(), "NOBODY-1", 1500, Main, type)));
        Assert.Equal("C2B00012", await Ask(Confirmed.Body(PaymentsHost.NewReceipt(), "", 1500, Main, type)));
        Assert.Equal("C2B00013", await Ask(Confirmed.Body(PaymentsHost.NewReceipt(), reference, 1499, Main, type)));
        Assert.Equal("0", await Ask(Confirmed.Body(PaymentsHost.NewReceipt(), reference, 1500, Main, type)));
        Assert.Equal("C2B00015", await Ask(Confirmed.Body(PaymentsHost.NewReceipt(), reference, 1500, "600999", type)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("not a number!")]
    public async Task A_question_without_a_receipt_number_goes_past_no_validation(string? receipt)
    {
        var reference = (string)(await host.Checkout(phone: null))["orderReference"]!;

        Assert.Equal("C2B00012", await Ask(Confirmed.Body(receipt, "NOBODY-1", 1500, Main)));
        Assert.Equal("C2B00013", await Ask(Confirmed.Body(receipt, reference, 1499, Main)));
        Assert.Equal("0", await Ask(Confirmed.Body(receipt, reference, 1500, Main)));

        // The number it does not name is that of the address it came to.
        Assert.Equal("C2B00012", await Ask(Confirmed.Body(receipt, "NOBODY-1", 1500, null)));
        Assert.Equal("C2B00012", await Ask(Confirmed.Body(receipt, "ZQ2\u200B71-7", 1500, Main)));
    }

    [Theory]
    [InlineData("Buy Goods", Main)]
    [InlineData("", Main)]
    [InlineData("Organization To Organization Transfer", Main)]
    [InlineData("Pay Bill", null)]
    [InlineData("Pay Bill", "")]
    public async Task The_account_typed_pays_its_order_whatever_the_words(string type, string? shortcode)
    {
        var checkout = await host.Checkout(phone: null);
        var number = PaymentsHost.NewReceipt();

        Assert.Equal("applied", await host.Confirm(running.Token, Confirmed.Body(number, (string)checkout["orderReference"]!, 1500, shortcode, type)));

        await host.HasOne(checkout, number);
        Assert.Equal("paybill", (string?)(await host.Get(checkout))["payment"]!["method"]);
    }

    [Fact]
    public async Task Money_to_a_number_that_is_not_configured_is_a_receipt_and_one_case_that_names_it()
    {
        var checkout = await host.Checkout(phone: null);
        var (first, second, third) = (PaymentsHost.NewReceipt(), PaymentsHost.NewReceipt(), PaymentsHost.NewReceipt());

        Assert.Equal("unmatched", await host.Confirm(running.Token, Confirmed.Body(first, "", 700, "600777")));
        Assert.Equal("unmatched", await host.Confirm(running.Token, Confirmed.Body(second, (string)checkout["orderReference"]!, 1500, "600777")));
        Assert.Equal("unmatched", await host.Confirm(running.Token, Confirmed.Body(third, "TABLE 9", 50, "600778", type: "")));
        Assert.Equal("duplicate", await host.Confirm(running.Token, Confirmed.Body(first, "", 700, "600777", type: "again")));

        // It pays nothing of ours, though it names an order of ours.
        Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);
        foreach (var (number, shortcode, account) in new[] { (first, "600777", ""), (second, "600777", (string)checkout["orderReference"]!), (third, "600778", "TABLE 9") })
        {
            var receipt = await host.Receipt(number);
            Assert.Equal((shortcode, account), ((string?)receipt!["shortcode"], (string?)receipt["account"]));
        }

        var cases = (await host.Ops.GetFromJsonAsync<JsonNode>("/api/ops/cases?status=open&kind=unknown_shortcode"))!["items"]!.AsArray();
        Assert.Single(cases, c => ((string)c!["story"]!).Contains("600777", StringComparison.Ordinal) && ((string)c["subjectId"]!).StartsWith("rct_", StringComparison.Ordinal));
        Assert.Single(cases, c => ((string)c!["story"]!).Contains("600778", StringComparison.Ordinal));

        await PaymentsHost.Eventually(
            () => Task.FromResult(Counted(host.Services.GetRequiredService<PaymentsMetrics>().Meter, "payments.confirmation.unknown.shortcode") >= 3), "they are counted");

        // Settled and met again, it is a case again.
        var one = cases.Single(c => ((string)c!["story"]!).Contains("600778", StringComparison.Ordinal));
        Assert.True((await host.Ops.PostAsJsonAsync($"/api/ops/cases/{one!["id"]}/settle", new { outcome = "noted", reason = "Seen." })).IsSuccessStatusCode);
        Assert.Equal("unmatched", await host.Confirm(running.Token, Confirmed.Body(PaymentsHost.NewReceipt(), "", 51, "600778")));
        Assert.Equal(1L, await host.Sql<long>("SELECT count(*) FROM cases WHERE kind = 'unknown_shortcode' AND status = 'open' AND story LIKE '%600778%'"));
    }

    /// <summary>Read from this service's own meter: a scrape in one process with hundreds of services would have all of theirs, up to a limit.</summary>
    private static long Counted(Meter meter, string name)
    {
        var total = 0L;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, mine) =>
        {
            if (instrument.Meter == meter && instrument.Name == name)
            {
                mine.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => total += value);
        listener.Start();
        listener.RecordObservableInstruments();
        return total;
    }

    [Fact]
    public async Task Told_again_with_an_account_such_money_still_pays_nothing()
    {
        var checkout = await host.Checkout(phone: null, amount: 710);
        var number = PaymentsHost.NewReceipt();
        Assert.Equal("unmatched", await host.Confirm(running.Token, Confirmed.Body(number, "", 710, "600779")));

        Assert.Equal("duplicate", await host.Confirm(running.Token, Confirmed.Body(number, (string)checkout["orderReference"]!, 710, "600779")));

        Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);
    }

    [Fact]
    public async Task An_operator_can_put_such_money_to_an_order()
    {
        var checkout = await host.Checkout(phone: null);
        var number = PaymentsHost.NewReceipt();
        await host.Confirm(running.Token, Confirmed.Body(number, "", 1500, "600779"));

        Assert.True((await host.Match((await host.Receipt(number))!, checkout)).IsSuccessStatusCode);

        Assert.Equal("paid", (string?)(await host.Get(checkout))["status"]);
    }

    [Fact]
    public async Task Without_the_token_such_a_number_leaves_nothing()
    {
        var number = PaymentsHost.NewReceipt();

        Assert.Equal("hint", await host.Confirm("", Confirmed.Body(number, "", 10, "600780")));

        Assert.Null(await host.Receipt(number));
        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM cases WHERE story LIKE '%600780%'"));
    }

    [Fact]
    public async Task A_letter_nobody_typed_pays_no_order_and_is_shown()
    {
        var checkout = await host.Checkout(phone: null);
        var reference = (string)checkout["orderReference"]!;
        var typed = new[] { reference.Insert(3, "\u200B"), reference + "\u0663", reference + "é", reference.Insert(2, "\u0001") };
        foreach (var account in typed)
        {
            var (number, body) = (PaymentsHost.NewReceipt(), "");
            body = Confirmed.Body(number, account, 1500, Main);
            Assert.Equal("unmatched", await host.Confirm(running.Token, body));
            Assert.Equal(account.Replace('\u0001', '\uFFFD'), (string?)(await host.Receipt(number))!["account"]);
            Assert.Contains("U+", await host.Sql<string>($"SELECT detail FROM callbacks WHERE position('{number}'::bytea in body) > 0"), StringComparison.Ordinal);
        }

        Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);
        Assert.Equal("applied", await host.Confirm(running.Token, Confirmed.Body(PaymentsHost.NewReceipt(), reference.ToLowerInvariant().Insert(3, "\u00A0-"), 1500, Main)));
    }

    private async Task<string> Ask(string body)
    {
        var answer = await host.Call($"/callbacks/c2b/validate/{running.Token}", body);
        return (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["ResultCode"]!;
    }

    public sealed class Strict(TestDatabase databases) : RegisteredPaybill(databases)
    {
        protected override string[] Settings => ["C2B:ValidationPolicy=strict"];
    }
}
