using Hangfire;
using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Callbacks;
using Payments.Infrastructure.Jobs;
using Xunit;

namespace Payments.Tests.SystemTests;

/// <summary>Thousands of callbacks that cannot be applied are in nobody's way.</summary>
public sealed class FairnessTests(TestDatabase databases)
{
    private const int Poisonous = 66_600;

    [Fact]
    public async Task Thousands_of_callbacks_of_one_payment_that_cannot_be_applied_delay_no_other()
    {
        await using var host = await PaymentsHost.Start(databases);
        await host.Refuse($"NEW.amount = {Poisonous}");
        var poison = await host.Prompts(1, Poisonous);
        await host.Successes(poison, each: 29_000);
        var others = await host.Prompts(100);
        await host.Successes(others);
        var draining = host.Send(new DrainCallbacks());

        await PaymentsHost.Eventually(async () => await host.Paid() == 100, "the others are paid", 20);
        await draining;
        var lone = await host.Until(await host.Checkout("254700000000"), "paid", 5);
        Assert.Equal("callback", (string?)lone["payment"]!["settledBy"]);

        // One of them, or one for each of two drains, has a job; the others wait, and none is lost.
        Assert.InRange(await host.ApplyJobs(), 1, 4);
        Assert.Equal(29_000, await host.InState("parked") + await host.InState("new"));
    }

    [Fact]
    public async Task Thousands_of_payments_by_hand_for_one_order_that_cannot_be_applied_delay_no_other()
    {
        await using var host = await PaymentsHost.Start(databases);
        var token = await host.RegisterC2b();
        await host.Refuse($"NEW.amount = {Poisonous}");
        var order = (string)(await host.Checkout(phone: null))["orderReference"]!;
        await host.Execute(
            $$$"""
            INSERT INTO callbacks (id, kind, subject_id, body)
            SELECT ('{{{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds():x12}}}' || lpad(to_hex(n), 20, '0'))::uuid, 'c2b_confirm', r.id, convert_to(format(
                '{"TransactionType":"Pay Bill","TransID":"UGC%s","TransTime":"20261124080000","TransAmount":"666.00","BusinessShortCode":"174379",'
                || '"BillRefNumber":"{{{order}}}","MSISDN":"2547 ***** 149","FirstName":"JANE"}', upper(left(md5(n::text), 7))), 'UTF8')
            FROM c2b_registrations r, generate_series(1, 5000) n
            """);
        var paid = (string)(await host.Checkout(phone: null))["orderReference"]!;
        await host.Call($"/callbacks/c2b/confirm/{token}", PaybillHost.Body(PaymentsHost.NewReceipt(), paid));

        await PaymentsHost.Eventually(async () => await host.Paid() == 1, "the other order is paid", 10);
        Assert.InRange(await host.ApplyJobs(), 1, 200);
    }

    [Fact]
    public async Task A_right_callback_among_hundreds_of_wrong_ones_of_its_payment_is_found()
    {
        await using var host = await PaymentsHost.Start(databases);
        await host.Refuse("NEW.receipt LIKE 'BAD%'");
        var prompt = await host.Prompts(1);
        await host.Successes(prompt, each: 200, receipt: "BAD");
        await host.Successes(prompt);
        await host.Successes(prompt, each: 200, receipt: "BAD");

        await PaymentsHost.Eventually(async () => await host.Paid() == 1, "it is paid", 60);
    }

    [Fact]
    public async Task What_stood_behind_a_parked_callback_follows_when_it_is_applied()
    {
        await using var host = await PaymentsHost.Start(databases);
        await host.Refuse($"NEW.amount = {Poisonous}");
        var poison = await host.Prompts(1, Poisonous);
        await host.Successes(poison, each: 50);
        await PaymentsHost.Eventually(async () => await host.InState("parked") == 50, "each has been tried and is parked", 40);
        Assert.InRange(await host.ApplyJobs(), 1, 2);
        Assert.Equal(50, await host.Sql<long>("SELECT count(*) FROM callbacks WHERE verdict = 'failed' AND detail IS NOT NULL"));

        await host.Allow();
        foreach (var job in host.Services.GetRequiredService<JobStorage>().GetMonitoringApi().ScheduledJobs(0, 10).Where(j => j.Value.Job?.Method.Name == nameof(CallbackJobs.Apply)))
        {
            host.Services.GetRequiredService<IBackgroundJobClient>().Requeue(job.Key);
        }

        await PaymentsHost.Eventually(async () => await host.InState("done") == 50, "all follow", 30);
        Assert.Equal(1, await host.Paid());
    }

    [Fact]
    public async Task An_operators_replay_brings_the_others_back_too()
    {
        await using var host = await PaymentsHost.Start(databases, "Roles=api");
        await host.Refuse($"NEW.amount = {Poisonous}");
        await host.Successes(await host.Prompts(1, Poisonous), each: 20);
        await host.Send(new DrainCallbacks());
        Assert.Equal((1L, 19L), (await host.InState("parked"), await host.InState("new")));

        await host.Allow();
        var parked = await host.Sql<Guid>("SELECT id FROM callbacks WHERE state = 'parked'");
        (await host.Ops.PostAsync($"/api/ops/callbacks/cb_{parked:N}/replay", null)).EnsureSuccessStatusCode();
        await host.Send(new DrainSetAside());

        Assert.Equal(20, await host.InState("done"));
    }

    [Fact]
    public async Task Many_payments_at_fault_in_one_batch_cost_the_others_seconds()
    {
        await using var host = await PaymentsHost.Start(databases);
        await host.Refuse($"NEW.amount = {Poisonous}");
        var (poison, good) = (await host.Prompts(200, Poisonous), await host.Prompts(800));
        await host.Successes([.. poison.Zip(good.Take(200), (bad, right) => new[] { bad, right }).SelectMany(pair => pair), .. good.Skip(200)]);
        var after = await host.Prompts(20);
        await host.Successes(after);
        await host.Send(new DrainCallbacks());

        await PaymentsHost.Eventually(async () => await host.Paid() == 820, "every good one is paid", 120);
    }
}
