using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Callbacks;
using Payments.Infrastructure.Callbacks;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>A result with the right token is never only a line in the inbox: it says what it says in whatever form, or Safaricom is asked.</summary>
public sealed class OddResultTests(QuickQuestions running, TestDatabase databases) : IClassFixture<QuickQuestions>
{
    private readonly PaymentsHost host = running.Host;

    [Theory]
    [InlineData("latin1")]
    [InlineData("line-feed")]
    [InlineData("bad-escape")]
    [InlineData("lower-keys")]
    [InlineData("key-twice")]
    [InlineData("two-documents")]
    [InlineData("gzip")]
    [InlineData("utf16")]
    [InlineData("comma")]
    public async Task A_prompt_a_payout_and_a_refund_are_settled_by_it(string form)
    {
        var phone = $"25470000{6000 + form.Sum(c => c) % 900}";
        await host.Script(phone, new { body = form });
        await host.ScriptApi("reversal", new { body = form, times = 1 });

        var checkout = await host.Until(await host.Checkout(phone), "paid");
        var payout = await host.UntilTransfer(await host.Payout(phone), "completed");
        var (_, refund) = await host.Shop.Keyed($"/api/checkouts/{checkout["id"]}/refunds", new { reason = "Out of stock" });

        Assert.Equal("callback", (string?)checkout["payment"]!["settledBy"]);
        Assert.Equal("callback", (string?)payout["settledBy"]);
        Assert.Equal("callback", (string?)(await host.UntilTransfer(refund, "completed"))["settledBy"]);
    }

    [Fact]
    public async Task What_nobody_can_read_has_safaricom_asked_and_an_unreadable_answer_asks_again()
    {
        // Of its own: the next status answer is to be that of its question.
        await using var alone = new QuickQuestions(databases);
        await alone.InitializeAsync();
        var host = alone.Host;
        await host.Script("254700006999", new { body = "zstd" });
        await host.ScriptApi("status", new { body = "zstd", times = 1 });

        var payout = await host.UntilTransfer(await host.Payout("254700006999"), "completed");
        var checkout = await host.Until(await host.Checkout("254700006999"), "paid");

        Assert.Equal("status_query", (string?)payout["settledBy"]);
        Assert.Equal("stk_query", (string?)checkout["payment"]!["settledBy"]);

        // The next question may be answered before the answer that cannot be read is.
        await PaymentsHost.Eventually(
            async () => await host.Sql<long>(
                $"SELECT count(*) FROM questions WHERE subject_id = '{PayoutCalls.IdOf(payout)}' AND answer = 'An answer came that could not be read.'") == 1,
            "what could not be read is on record");
        Assert.Equal(1L, await host.Sql<long>($"SELECT count(*) FROM questions WHERE subject_id = '{PayoutCalls.IdOf(payout)}' AND answer = 'Completed'"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u00ff\u00fe not JSON")]
    [InlineData("{\"Result\":")]
    public async Task An_unreadable_queue_timeout_is_a_queue_timeout_all_the_same(string body)
    {
        var phone = $"25470000{7000 + body.Length}";
        await host.Script(phone, new { outcome = "ringing" });
        var payout = await host.UntilTransfer(await host.Payout(phone), "sent");
        var token = host.Services.GetRequiredService<CallbackTokens>().Make(SubjectKind.Payout, PayoutCalls.IdOf(payout));

        await host.Anonymous.PostAsync($"/callbacks/b2c/timeout/{token}", new ByteArrayContent(Encoding.Latin1.GetBytes(body)));

        await host.UntilTransfer(payout, "in_doubt");
        Assert.Equal("malformed", await host.Sql<string>($"SELECT verdict FROM callbacks WHERE kind = 'b2c_timeout' AND subject_id = '{PayoutCalls.IdOf(payout)}'"));
    }
}
