using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Safaricom asks before it moves the money: by policy, in two seconds, whatever the database does.</summary>
public sealed class ValidationTests(ValidationTests.Strict running) : IClassFixture<ValidationTests.Strict>
{
    private const string Accepted = """{"ResultCode":"0","ResultDesc":"Accepted"}""";

    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task Strict_takes_what_the_order_wants_and_says_what_is_wrong_with_the_rest()
    {
        var open = (string)(await host.Checkout(phone: null))["orderReference"]!;
        var paid = (string)(await host.Until(await host.Checkout(), "paid"))["orderReference"]!;
        var gone = await host.Checkout(phone: null);
        await host.Shop.PostAsync($"/api/checkouts/{gone["id"]}/cancel", null);

        Assert.Equal("0", await Ask(open, 1500));
        Assert.Equal("0", await Ask(open.ToLowerInvariant(), 1500));
        Assert.Equal("C2B00013", await Ask(open, 1499));
        Assert.Equal("C2B00013", await Ask(open, 1500.5m));
        Assert.Equal("C2B00012", await Ask("NOBODY-1", 1500));
        Assert.Equal("C2B00012", await Ask("-", 1500));
        Assert.Equal("C2B00016", await Ask(paid, 1500));
        Assert.Equal("C2B00016", await Ask((string)gone["orderReference"]!, 1500));
        Assert.Equal("C2B00015", await Ask(open, 1500, shortcode: "600999"));
        Assert.Equal("C2B00012", await Ask("", 77, till: true));
    }

    [Fact]
    public async Task A_rejected_payment_never_happens_and_an_accepted_one_is_confirmed()
    {
        var checkout = await host.Checkout(phone: null);
        var rejected = await host.PayByHand(100, (string)checkout["orderReference"]!);
        Assert.Equal(("rejected", "answer"), ((string?)rejected["status"], (string?)rejected["validation"]!["decidedBy"]));

        Assert.Equal("completed", (string?)(await host.PayByHand(1500, (string)checkout["orderReference"]!))["status"]);
        await host.Until(checkout, "paid");
    }

    [Fact]
    public async Task A_prompt_of_ours_in_flight_is_always_accepted()
    {
        // A part by hand while the prompt for the whole rings: what is due is no longer what the prompt asks for.
        var checkout = await host.Ringing();
        var reference = (string)checkout["orderReference"]!;
        Assert.Equal("0", await Ask(reference, 1500));
        await host.Confirm(running.Token, PaybillHost.Body(PaymentsHost.NewReceipt(), reference, 500));
        Assert.Equal(1000m, (decimal)(await host.Get(checkout))["amountDue"]!);

        Assert.Equal("0", await Ask(reference, 1500));
        Assert.Equal("0", await Ask(reference, 1000));
        Assert.Equal("C2B00013", await Ask(reference, 900));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/x")]
    [InlineData("/0123456789abcdef0123456789abcdef")]
    public async Task Without_the_registration_token_the_default_is_answered(string token)
    {
        foreach (var prefix in new[] { "/callbacks", "/api/mpesa" })
        {
            var answer = await host.Call($"{prefix}/c2b/validate{token}", PaybillHost.Body(PaymentsHost.NewReceipt(), "NOBODY-1"));
            Assert.Equal((HttpStatusCode.OK, Accepted), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("{\"TransID\":1,\"TransAmount\":[]}")]
    public async Task What_cannot_be_read_gets_the_default(string body)
    {
        var answer = await host.Call($"/callbacks/c2b/validate/{running.Token}", body);

        Assert.Equal((HttpStatusCode.OK, Accepted), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task The_question_is_kept_with_its_answer_and_moves_nothing()
    {
        var reference = (string)(await host.Checkout(phone: null))["orderReference"]!;
        await Ask(reference, 1);

        JsonNode? row = null;
        await PaymentsHost.Eventually(
            async () => (row = (await host.Ops.GetFromJsonAsync<JsonNode>($"/api/ops/callbacks?kind=c2b_validate&q={reference}"))!["items"]!.AsArray()
                .FirstOrDefault(r => (string?)r!["state"] == "done")) is not null,
            "the question is stored and understood");
        Assert.Contains("C2B00013", (string?)row!["detail"], StringComparison.Ordinal);
        Assert.Equal(0L, await host.Sql<long>($"SELECT count(*) FROM receipts WHERE account = '{reference}'"));
    }

    [Fact]
    public async Task While_the_database_does_not_answer_the_default_comes_within_two_seconds()
    {
        var checkout = await host.Checkout(phone: null);
        var reference = (string)checkout["orderReference"]!;
        await using var blocker = new NpgsqlConnection(host.ConnectionString + ";Search Path=payments");
        await blocker.OpenAsync();
        await using (var transaction = await blocker.BeginTransactionAsync())
        {
            await new NpgsqlCommand("LOCK TABLE checkouts, callbacks IN ACCESS EXCLUSIVE MODE", blocker, transaction).ExecuteNonQueryAsync();

            var clock = Stopwatch.StartNew();
            var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Answer(reference, 1)));

            Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(2));
            Assert.All(answers, answer => Assert.Equal("0", answer));
        }

        // The records were kept by the inbox and come in when it can.
        await PaymentsHost.Eventually(
            async () => await host.Sql<long>($"SELECT count(*) FROM callbacks WHERE kind = 'c2b_validate' AND position('{reference}'::bytea in body) > 0") == 5,
            "the questions are stored");
        Assert.Equal("C2B00013", await Ask(reference, 1));
    }

    [Theory]
    [InlineData("accept", Accepted)]
    [InlineData("reject", """{"ResultCode":"C2B00016","ResultDesc":"Rejected"}""")]
    public async Task With_the_database_gone_the_configured_default_comes_within_two_seconds(string validationDefault, string expected)
    {
        // Port 1 of this machine: nobody is there.
        await using var alone = await PaymentsHost.StartOn(
            "Host=127.0.0.1;Port=1;Database=payments;Username=nobody;Password=nothing;Timeout=15", "Wait=false", "C2B:ValidationPolicy=strict",
            $"C2B:ValidationDefault={validationDefault}");

        var clock = Stopwatch.StartNew();
        var answer = await alone.Call($"/callbacks/c2b/validate/{running.Token}", PaybillHost.Body(PaymentsHost.NewReceipt(), "ORDER-1"));

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.Equal((HttpStatusCode.OK, expected), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    private async Task<string> Ask(string account, decimal amount, string shortcode = "174379", bool till = false) =>
        await Answer(account, amount, shortcode, till);

    private async Task<string> Answer(string account, decimal amount, string shortcode = "174379", bool till = false)
    {
        var answer = await host.Call($"/callbacks/c2b/validate/{running.Token}", PaybillHost.Body(PaymentsHost.NewReceipt(), account, amount, shortcode, till: till));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["ResultCode"]!;
    }

    public sealed class Strict(TestDatabase databases) : RegisteredPaybill(databases)
    {
        protected override string[] Settings => ["C2B:ValidationPolicy=strict"];
    }
}
