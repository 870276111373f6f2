using System.Net;
using System.Text.Json.Nodes;
using Payments.Domain.Checkouts;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Money under an account that is nearly somebody's stays where it is; an operator sees whose it probably is (R8).</summary>
public sealed class MistypedAccountTests(MistypedAccountTests.Shops running, TestDatabase databases) : IClassFixture<MistypedAccountTests.Shops>
{
    private static int amounts = 2000;

    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task A_wrong_digit_or_a_swap_is_never_applied_and_is_shown_with_the_checkout_that_was_meant()
    {
        var checkout = await Open();
        var (account, amount) = ((string)checkout["account"]!, (decimal)checkout["amount"]!);
        var (wrong, swapped) = (Account.Near(account).Last(other => Differences(other) == 1), Account.Near(account).Last(other => Differences(other) == 2));

        foreach (var typed in new[] { wrong, $"{swapped[..4]} {swapped[4..]}" })
        {
            var receipt = await Pay(amount, typed);

            Assert.Equal(
                ((string?)checkout["id"], account, (string?)checkout["orderReference"]),
                ((string?)receipt["proposal"]!["checkoutId"], (string?)receipt["proposal"]!["account"], (string?)receipt["proposal"]!["orderReference"]));
            Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);
        }

        Assert.Equal(2L, await host.Sql<long>($"SELECT count(*) FROM callbacks WHERE detail LIKE '%check digit does not fit%' AND convert_from(body, 'UTF8') LIKE '%\"TransAmount\":\"{amount}.00\"%'"));

        // What the operator decides is done; then nothing is proposed any more.
        var first = await host.Receipt((string)(await Pay(amount, wrong))["receipt"]!);
        Assert.Equal(HttpStatusCode.OK, (await host.Match(first!, checkout)).StatusCode);
        await host.Until(checkout, "paid");
        Assert.Null((await Pay(amount, wrong))["proposal"]);

        int Differences(string other) => other.Zip(account).Count(pair => pair.First != pair.Second);
    }

    [Fact]
    public async Task Another_amount_several_orders_a_cancelled_one_or_nothing_near_propose_nothing()
    {
        var checkout = await Open();
        var (account, amount) = ((string)checkout["account"]!, (decimal)checkout["amount"]!);
        var wrong = Account.Near(account).First();
        Assert.Null((await Pay(amount - 1, wrong))["proposal"]);
        Assert.Null((await Pay(amount, "LUNCH"))["proposal"]);
        Assert.Null((await Pay(amount, account[..7]))["proposal"]);
        Assert.NotNull((await Pay(amount, wrong))["proposal"]);
        await host.Shop.PostAsync($"/api/checkouts/{checkout["id"]}/cancel", null);
        Assert.Null((await Pay(amount, wrong))["proposal"]);

        // Two references a digit apart, and one typed between them.
        var same = Interlocked.Increment(ref amounts);
        await host.Checkout(phone: null, amount: same, reference: $"SH-{same}-11");
        var other = await host.Checkout(phone: null, amount: same, reference: $"SH-{same}-12");
        Assert.Null((await Pay(same, $"sh-{same}-1O"))["proposal"]);
        await host.PayByHand(same, $"SH-{same}-11");
        await PaymentsHost.Eventually(async () => (await Pay(same, $"sh-{same}-1O"))["proposal"] is not null, "one of them is left");
        Assert.Equal((string?)other["id"], (string?)(await Pay(same, $"sh-{same}-1O"))["proposal"]!["checkoutId"]);
    }

    [Fact]
    public async Task Strict_validation_refuses_it_at_the_phone()
    {
        await using var strict = await PaymentsHost.Start(databases, "Clients:0:Name=third", "Clients:0:AccountPrefix=SH", "C2B:ValidationPolicy=strict");
        _ = strict.OtherShop;
        var token = await strict.RegisterC2b();
        var account = (string)(await strict.Checkout(phone: null))["account"]!;

        async Task<string> Ask(string typed)
        {
            var answer = await strict.Call($"/callbacks/c2b/validate/{token}", PaybillHost.Body(PaymentsHost.NewReceipt(), typed));
            return (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["ResultCode"]!;
        }

        Assert.Equal("0", await Ask(account));
        foreach (var typed in Account.Near(account).Where((_, n) => n % 7 == 0))
        {
            Assert.Equal("C2B00012", await Ask(typed));
        }
    }

    /// <summary>An amount of its own, so that no other test's order is meant.</summary>
    private async Task<JsonNode> Open() => await host.Checkout(phone: null, amount: Interlocked.Increment(ref amounts));

    private async Task<JsonNode> Pay(decimal amount, string typed)
    {
        var number = (string)(await host.PayByHand(amount, typed))["receipt"]!;
        JsonNode? receipt = null;
        await PaymentsHost.Eventually(async () => (receipt = await host.Receipt(number)) is not null, "the receipt is listed");
        return receipt!;
    }

    /// <summary>Two shops; the first has a prefix.</summary>
    public sealed class Shops(TestDatabase databases) : RegisteredPaybill(databases), IAsyncLifetime
    {
        protected override string[] Settings => ["Clients:0:Name=shop", "Clients:0:AccountPrefix=SH"];

        async ValueTask IAsyncLifetime.InitializeAsync()
        {
            await InitializeAsync();
            _ = Host.OtherShop;
        }
    }
}
