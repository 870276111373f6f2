using Xunit;

namespace Payments.Tests.Integration;

/// <summary>What becomes of a checkout for everything a customer and Safaricom can do.</summary>
public sealed class CheckoutOutcomeTests(Running running) : IClassFixture<Running>
{
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task A_customer_who_pays_makes_the_checkout_paid_with_a_receipt()
    {
        var checkout = await host.Checkout("254700000000");
        Assert.Equal("pending", (string?)checkout["status"]);
        Assert.StartsWith((string)checkout["id"]!, (string?)checkout["clientSecret"], StringComparison.Ordinal);

        var paid = await host.Until(checkout, "paid");

        Assert.Matches("^[A-Z0-9]{10}$", (string?)paid["payment"]!["receipt"]);
        Assert.Equal((1500m, 1500m, 0m), ((decimal)paid["amount"]!, (decimal)paid["amountPaid"]!, (decimal)paid["amountDue"]!));
        Assert.Equal(("stk", "callback", false), ((string?)paid["payment"]!["method"], (string?)paid["payment"]!["settledBy"], (bool)paid["payment"]!["late"]!));
        Assert.Equal("succeeded", (string?)paid["attempts"]![0]!["status"]);
    }

    [Theory]
    [InlineData("254700001032", "cancelled", "1032", true)]
    [InlineData("254700001037", "unreachable", "1037", true)]
    [InlineData("254700000001", "insufficient_funds", "1", true)]
    [InlineData("254700002001", "wrong_pin", "2001", true)]
    [InlineData("254700001019", "expired", "1019", true)]
    public async Task A_prompt_that_fails_says_why(string phone, string code, string resultCode, bool retryable)
    {
        var failed = await host.Until(await host.Checkout(phone), "failed");

        var failure = failed["failure"]!;
        Assert.Equal((code, resultCode, retryable), ((string?)failure["code"], (string?)failure["resultCode"], (bool)failure["retryable"]!));
        Assert.Null(failed["payment"]);
        Assert.Equal(0m, (decimal)failed["amountPaid"]!);
    }

    [Fact]
    public async Task Three_deliveries_of_one_callback_count_once()
    {
        var paid = await host.Until(await host.Checkout("254700000202"), "paid");
        await PaymentsHost.Eventually(
            async () => await host.Sql<long>($"SELECT count(*) FROM callbacks WHERE state = 'done' AND subject_id = '{PaymentsHost.AttemptId(paid)}'") == 3,
            "all three are understood");

        var after = await host.Get(paid);
        Assert.Single(after["payments"]!.AsArray());
        Assert.Equal((string?)paid["payment"]!["receipt"], (string?)after["payment"]!["receipt"]);
        Assert.Equal(2L, await host.Sql<long>($"SELECT count(*) FROM callbacks WHERE verdict = 'duplicate' AND subject_id = '{PaymentsHost.AttemptId(paid)}'"));
    }

    [Fact]
    public async Task A_callback_before_the_reply_finds_its_attempt()
    {
        var paid = await host.Until(await host.Checkout("254700000303"), "paid");

        Assert.Equal("callback", (string?)paid["payment"]!["settledBy"]);
        Assert.StartsWith("ws_CO_", (string?)paid["attempts"]![0]!["checkoutRequestId"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_reply_leaves_the_attempt_in_doubt_until_its_callback_comes()
    {
        await host.Script("254700000505", new { outcome = "paid", reply = "lost", delayMs = 400, times = 1 });
        var checkout = await host.Checkout("254700000505");

        var paid = await host.Until(checkout, "paid");

        Assert.Equal("callback", (string?)paid["payment"]!["settledBy"]);
        Assert.Single(paid["attempts"]!.AsArray());
    }

    [Fact]
    public async Task A_success_after_a_failure_is_recorded_as_late_money()
    {
        var checkout = await host.Checkout("254700000909");

        var paid = await host.Until(checkout, "paid");

        Assert.True((bool)paid["payment"]!["late"]! && (bool)paid["late"]!);
        Assert.Equal("succeeded", (string?)paid["attempts"]![0]!["status"]);
    }
}
