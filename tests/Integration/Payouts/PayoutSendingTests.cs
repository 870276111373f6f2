using Payments.Application.Transfers;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Whatever dies, and whatever comes twice: a payout is sent once or not at all.</summary>
public sealed class PayoutSendingTests(QuickQuestions running) : IClassFixture<QuickQuestions>
{
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task A_job_that_runs_again_sends_nothing()
    {
        await host.Script("254700001001", new { outcome = "paid", replyDelayMs = 500, delayMs = 1500 });
        var payout = await host.Payout("254700001001");
        await host.UntilTransfer(payout, "sending");

        // Hangfire runs the job again while the first is still waiting for its reply.
        Assert.False(await host.Send(new SendTransfer(new(PayoutCalls.IdOf(payout)))));
        Assert.Equal("in_doubt", (string?)(await host.GetTransfer(payout))["status"]);

        await host.UntilTransfer(payout, "completed");
        Assert.False(await host.Send(new SendTransfer(new(PayoutCalls.IdOf(payout)))));
        Assert.Equal(1, await host.SentTo("254700001001"));
    }

    [Fact]
    public async Task Ten_runs_at_once_send_once()
    {
        var id = await Insert("254700001002", "queued");

        var runs = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => host.Send(new SendTransfer(new(id)))));

        Assert.Single(runs, sent => sent);
        Assert.Equal(1, await host.SentTo("254700001002"));
    }

    [Fact]
    public async Task A_process_that_died_between_commit_and_reply_leaves_a_doubt_that_nobody_sends()
    {
        var id = await Insert("254700001003", "sending");

        Assert.False(await host.Send(new SendTransfer(new(id))));

        Assert.Equal("in_doubt", await host.Sql<string>($"SELECT status FROM payouts WHERE id = '{id}'"));

        // Nobody at Safaricom knows it: "not found" fails nothing, and when the questions run out a person decides.
        await PaymentsHost.Eventually(
            async () => await host.Sql<long>($"SELECT count(*) FROM cases WHERE subject_id = '{id}' AND kind = 'outcome_unknown'") == 1, "there is a case", 40);
        Assert.Equal("in_doubt", await host.Sql<string>($"SELECT status FROM payouts WHERE id = '{id}'"));
        Assert.Equal(0, await host.SentTo("254700001003"));
    }

    [Fact]
    public async Task A_row_found_sending_by_the_reconciler_is_asked_about_not_sent()
    {
        var id = await Insert("254700001004", "sending", nextQuestion: "now()");

        await PaymentsHost.Eventually(
            async () => await host.Sql<string>($"SELECT status FROM payouts WHERE id = '{id}'") == "in_doubt", "it is in doubt", 20);
        Assert.Equal(0, await host.SentTo("254700001004"));
    }

    [Fact]
    public async Task A_queued_row_whose_job_was_lost_is_found_and_sent_once()
    {
        var id = await Insert("254700001005", "queued");

        await PaymentsHost.Eventually(
            async () => await host.Sql<string>($"SELECT status FROM payouts WHERE id = '{id}'") == "completed", "it is completed", 30);
        Assert.Equal(1, await host.SentTo("254700001005"));
    }

    /// <summary>A row as a process that died left it.</summary>
    private async Task<Guid> Insert(string recipient, string status, string nextQuestion = "now() + interval '1 second'")
    {
        var id = Guid.CreateVersion7();
        var sending = status == "sending";
        await host.Sql<Guid>(
            $"""
            INSERT INTO payouts (
                id, client, reference, method, recipient, amount, reason, remarks, status, originator_id, created_at, updated_at, enqueued_at,
                sending_at, next_question_at)
            VALUES (
                '{id}', 'shop', '{id}', 'mpesa', '{recipient}', 10000, 'business', 'Payment', '{status}', '{id}', now(), now(), now() - interval '2 minutes',
                {(sending ? "now()" : "NULL")}, {(sending ? nextQuestion : "NULL")})
            RETURNING id
            """);
        return id;
    }
}
