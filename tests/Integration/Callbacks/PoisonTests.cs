using System.Text.Json.Nodes;
using Hangfire;
using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Domain.Common;
using Payments.Infrastructure.Jobs;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>One row that cannot be applied stops nobody else, and an operator can retry it.</summary>
public sealed class PoisonTests(TestDatabase databases)
{
    [Fact]
    public async Task Ninety_nine_settle_and_the_one_shows_as_a_job_that_can_be_retried()
    {
        await using var host = await PaymentsHost.Start(databases);
        var checkouts = new List<JsonNode>();
        for (var i = 0; i < 100; i++)
        {
            checkouts.Add(await host.Ringing(amount: 10));
        }

        var poison = PaymentsHost.NewReceipt();
        await host.Sql<object>(
            $$"""
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $f$
            BEGIN IF NEW.receipt = '{{poison}}' THEN RAISE EXCEPTION 'poison' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $f$;
            CREATE TRIGGER refuse BEFORE INSERT ON receipts FOR EACH ROW EXECUTE FUNCTION refuse();
            SELECT 1::int
            """);

        // All hundred in one batch, as a drain after an outage would find them.
        var inbox = host.Services.GetRequiredService<IInbox>();
        await Task.WhenAll(checkouts.Select((checkout, i) =>
        {
            var receipt = i == 42 ? poison : PaymentsHost.NewReceipt();
            var (_, body) = host.SuccessCallback(checkout, receipt);
            return inbox.Store(
                new(NewId.Next<CallbackId>(), CallbackKind.Stk, PaymentsHost.AttemptId(checkout), System.Text.Encoding.UTF8.GetBytes(body), "application/json", null, null),
                CancellationToken.None);
        }));

        await PaymentsHost.Eventually(
            async () => await host.Sql<long>("SELECT count(*) FROM checkouts WHERE status = 'paid'") == 99, "ninety-nine are paid", 30);
        await PaymentsHost.Eventually(
            async () => await host.Sql<long>("SELECT count(*) FROM callbacks WHERE state = 'parked' AND verdict = 'failed'") == 1, "one is parked");
        Assert.Equal("pending", (string?)(await host.Get(checkouts[42]))["status"]);

        // Its own job has failed at least once and waits for its retry, visible to operators.
        string? jobId = null;
        await PaymentsHost.Eventually(
            () =>
            {
                var jobs = host.Services.GetRequiredService<JobStorage>().GetMonitoringApi();
                jobId = jobs.ScheduledJobs(0, 10).Where(j => j.Value.Job?.Method.Name == nameof(CallbackJobs.Apply)).Select(j => j.Key).FirstOrDefault()
                    ?? jobs.FailedJobs(0, 10).Where(j => j.Value.Job?.Method.Name == nameof(CallbackJobs.Apply)).Select(j => j.Key).FirstOrDefault();
                return Task.FromResult(jobId is not null);
            },
            "the parked row's job failed and is kept");

        await host.Sql<object>("DROP TRIGGER refuse ON receipts; SELECT 1::int");
        host.Services.GetRequiredService<IBackgroundJobClient>().Requeue(jobId);

        await host.Until(checkouts[42], "paid");
        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM callbacks WHERE state <> 'done'"));
    }

    [Fact]
    public async Task What_Safaricom_says_is_cut_between_characters_and_stops_nobody()
    {
        await using var host = await PaymentsHost.Start(databases);
        await host.Script("254700008001", new { outcome = "cancelled", resultDesc = new string('x', 999) + "\U0001F600" + new string('y', 10) });
        var strange = await host.Checkout("254700008001");
        var after = await host.Checkout();

        await host.Until(strange, "failed");
        await host.Until(after, "paid");
        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM callbacks WHERE state <> 'done'"));
    }

    [Fact]
    public async Task A_row_whose_failure_is_not_the_databases_is_parked_alone()
    {
        await using var host = await PaymentsHost.Start(databases, "Roles=api");
        var good = Enumerable.Range(0, 9).Select(_ => "{}"u8.ToArray()).ToList();
        var inbox = host.Services.GetRequiredService<IInbox>();
        await Task.WhenAll(good.Select(body => inbox.Store(new(NewId.Next<CallbackId>(), CallbackKind.Stk, null, body, null, null, null), CancellationToken.None)));

        // A status nobody ever wrote: reading the checkout throws in the mapping, long before any statement fails.
        var checkout = await host.Checkout(phone: null);
        await host.Sql<object>("ALTER TABLE checkouts DROP CONSTRAINT checkouts_status_check; UPDATE checkouts SET status = 'unheard_of'; SELECT 1::int");
        var (path, token) = ("/callbacks/c2b/confirm", await host.RegisterC2b());
        await host.Call($"{path}/{token}", PaybillHost.Body(PaymentsHost.NewReceipt(), (string)checkout["orderReference"]!));

        Assert.Equal(10, await host.Send(new DrainCallbacks()));

        Assert.Equal(9L, await host.Sql<long>("SELECT count(*) FROM callbacks WHERE state = 'done'"));
        Assert.Equal("c2b_confirm", await host.Sql<string>("SELECT kind FROM callbacks WHERE state = 'parked'"));
    }

    [Fact]
    public async Task A_batch_and_its_job_are_stored_together_or_not_at_all()
    {
        await using var host = await PaymentsHost.Start(databases, "Roles=api");
        var before = await host.Sql<long>("SELECT count(*) FROM payments_hangfire.job");
        await host.Call("/callbacks/stk/callback", "{}");
        Assert.Equal((1L, before + 1), (await host.Sql<long>("SELECT count(*) FROM callbacks"), await host.Sql<long>("SELECT count(*) FROM payments_hangfire.job")));

        // The row cannot be stored: no job either, and no 200.
        await host.Sql<object>("ALTER TABLE callbacks ADD CONSTRAINT nothing CHECK (kind <> 'stk') NOT VALID; SELECT 1::int");
        var refused = await host.Call("/callbacks/stk/callback", "{}");
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal((1L, before + 1), (await host.Sql<long>("SELECT count(*) FROM callbacks"), await host.Sql<long>("SELECT count(*) FROM payments_hangfire.job")));
        await host.Sql<object>("ALTER TABLE callbacks DROP CONSTRAINT nothing; SELECT 1::int");

        // The job cannot be stored: the row is, and the sweeper drains it.
        await host.Sql<object>("ALTER TABLE payments_hangfire.job RENAME TO job_away; SELECT 1::int");
        Assert.Equal(System.Net.HttpStatusCode.OK, (await host.Call("/callbacks/stk/callback", "{}")).StatusCode);
        await host.Sql<object>("ALTER TABLE payments_hangfire.job_away RENAME TO job; SELECT 1::int");
        Assert.Equal((2L, before + 1), (await host.Sql<long>("SELECT count(*) FROM callbacks"), await host.Sql<long>("SELECT count(*) FROM payments_hangfire.job")));
    }

    [Fact]
    public async Task The_sweeper_drains_rows_whose_job_was_lost()
    {
        await using var host = await PaymentsHost.Start(databases);
        await host.Sql<object>(
            """
            INSERT INTO callbacks (id, kind, body, received_at) VALUES (gen_random_uuid(), 'stk', '{}', now() - interval '11 seconds'); SELECT 1::int
            """);

        await PaymentsHost.Eventually(async () => await host.Sql<long>("SELECT count(*) FROM callbacks WHERE state = 'done'") == 1, "it is swept", 20);
    }
}
