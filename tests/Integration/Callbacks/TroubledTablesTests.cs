using System.Net.Http.Json;
using Payments.Application.Callbacks;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>What concerns all rows (a table gone for a moment, a privilege, a trigger) parks none.</summary>
public sealed class TroubledTablesTests(TestDatabase databases)
{
    [Fact]
    public async Task A_table_that_is_gone_for_a_moment_parks_nobody_and_makes_no_jobs()
    {
        await using var host = await PaymentsHost.Start(databases);
        await host.Execute("ALTER TABLE receipts RENAME TO receipts_away");
        await host.Successes(await host.Prompts(200));
        for (var i = 0; i < 3; i++)
        {
            // As the job of a batch that came meanwhile would; the sweeper looks by itself.
            await host.Send(new DrainCallbacks());
            await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        }

        Assert.Equal((0L, 200L, 0L), (await host.InState("parked"), await host.InState("new"), await host.ApplyJobs()));

        await host.Execute("ALTER TABLE receipts_away RENAME TO receipts");

        await PaymentsHost.Eventually(async () => await host.Paid() == 200, "all are paid", 20);
    }

    [Theory]
    [InlineData("42501")]
    [InlineData("P0001")]
    [InlineData("0A000")]
    [InlineData("XX000")]
    [InlineData("3F000")]
    public async Task Whatever_does_not_speak_of_values_leaves_the_rows_new(string state)
    {
        await using var host = await PaymentsHost.Start(databases, "Roles=api");
        await host.Refuse("true", state);
        await host.Successes(await host.Prompts(50));

        await host.Send(new DrainCallbacks());

        Assert.Equal((0L, 50L, 0L), (await host.InState("parked"), await host.InState("new"), await host.ApplyJobs()));
        await host.Allow();
        await Due(host);

        // PostgreSQL says that it failed before it lets go of the rows: one or the other was passed over and is still new.
        await host.Send(new DrainCallbacks());
        await host.Send(new DrainSetAside());
        Assert.Equal(50, await host.Paid());
    }

    [Fact]
    public async Task One_kinds_trouble_is_not_the_others()
    {
        await using var host = await PaymentsHost.Start(databases, "Roles=api");
        await host.Execute(
            """
            ALTER TABLE payouts RENAME TO payouts_away;
            INSERT INTO callbacks (id, kind, subject_id, body) SELECT gen_random_uuid(), 'b2c_result', gen_random_uuid(), '{"Result":{"ResultType":0,"ResultCode":0,"ResultDesc":"ok",
                "OriginatorConversationID":"a","ConversationID":"b","TransactionID":"UGD1234567","ResultParameters":{"ResultParameter":[{"Key":"TransactionAmount","Value":10}]}}}'
            FROM generate_series(1, 300)
            """);
        await host.Successes(await host.Prompts(300));

        await host.Send(new DrainCallbacks());

        // On a busy machine the drain may have had no time to take them apart; what stepped aside is tried again.
        await PaymentsHost.Eventually(
            async () =>
            {
                await Due(host);
                await host.Send(new DrainSetAside());
                return await host.Paid() == 300;
            },
            "the prompts are paid");
        Assert.Equal((300L, 0L), (await host.InState("new"), await host.InState("parked")));
        await host.Execute("ALTER TABLE payouts_away RENAME TO payouts");
        await Due(host);
        await host.Send(new DrainSetAside());
        Assert.Equal(600, await host.InState("done"));
    }

    [Fact]
    public async Task A_plan_made_before_a_column_changed_is_made_again()
    {
        await using var host = await PaymentsHost.Start(databases, "Roles=api");
        for (var i = 0; i < 4; i++)
        {
            await host.Successes(await host.Prompts(1));
            await host.Send(new DrainCallbacks());
        }

        // What the drain reads of checkouts, attempts and callbacks is prepared by now, on every connection.
        await host.Execute(
            """
            ALTER TABLE checkouts ALTER COLUMN description TYPE varchar;
            ALTER TABLE callbacks ALTER COLUMN answer TYPE varchar
            """);
        await host.Successes(await host.Prompts(1));
        await host.Send(new DrainCallbacks());

        Assert.Equal((5L, 0L), (await host.Paid(), await host.InState("new")));
        for (var i = 0; i < 5; i++)
        {
            (await host.Shop.GetAsync("/api/checkouts")).EnsureSuccessStatusCode();
            (await host.Ops.GetAsync("/api/ops/callbacks")).EnsureSuccessStatusCode();
        }
    }

    [Fact]
    public async Task A_lone_callback_in_trouble_steps_aside_and_is_seen()
    {
        await using var host = await PaymentsHost.Start(databases, "Roles=api");
        await host.Refuse("true", "P0001");
        await host.Successes(await host.Prompts(1));

        await host.Send(new DrainCallbacks());

        Assert.Equal((1L, 0L), (await host.InState("new"), await host.InState("parked")));
        var vitals = await host.Ops.GetFromJsonAsync<System.Text.Json.Nodes.JsonNode>("/health/ready");
        Assert.Contains("callbacks_set_aside", vitals!.ToJsonString(), StringComparison.Ordinal);
    }

    private static Task Due(PaymentsHost host) => host.Execute("UPDATE callbacks SET retry_at = now() WHERE retry_at IS NOT NULL");
}
