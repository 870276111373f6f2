using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Payments.Application.Callbacks;
using Payments.Domain.Common;
using Payments.Infrastructure.Callbacks;
using Payments.Infrastructure.Inbox.Spool;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Tests.SystemTests;

/// <summary>The database goes away and comes back, or takes a commit and does not say so.</summary>
public sealed class OutageTests(TestDatabase databases)
{
    [Fact]
    public async Task Callbacks_are_taken_while_the_database_is_away_and_enter_the_inbox_once_when_it_returns()
    {
        using var folder = new SpoolFolder();
        var connection = new NpgsqlConnectionStringBuilder(await databases.CreateDatabase());
        await using var wire = new TcpProxy(connection.Port);
        await using var host = await PaymentsHost.StartOn(Through(wire, connection), $"Spool:Path={folder.Path}");
        var ringing = await host.Ringing();
        var (path, success) = host.SuccessCallback(ringing, PaymentsHost.NewReceipt());

        wire.Close();
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await host.Call("/callbacks/stk/callback", $"away-{i}")).StatusCode);
        }

        Assert.Equal(HttpStatusCode.OK, (await host.Call(path, success)).StatusCode);
        Assert.NotEmpty(folder.Segments);
        Assert.Equal(HttpStatusCode.OK, (await host.Anonymous.GetAsync("/health/ready")).StatusCode);
        Assert.Equal("degraded", await host.Readiness());
        await PaymentsHost.Eventually(
            async () => (await host.Shop.GetAsync("/api/checkouts")).StatusCode == HttpStatusCode.ServiceUnavailable, "the API answers 503 itself");

        // No token is ever written to disk, only what it was made for.
        // Read by another program: the lock keeps .NET out.
        var onDisk = (await Build.Command.Run(["cat", .. folder.Segments], TimeSpan.FromSeconds(10))).Output;
        Assert.Contains(PaymentsHost.AttemptId(ringing).ToString("N"), onDisk, StringComparison.Ordinal);
        Assert.DoesNotContain(path.Split('.')[^1], onDisk, StringComparison.Ordinal);

        wire.Reopen();
        await host.Until(ringing, "paid", 30);
        await PaymentsHost.Eventually(() => Task.FromResult(folder.Segments.Length == 0), "the spool is empty");
        Assert.Equal(50, await host.Sql<long>("SELECT count(*) FROM callbacks WHERE convert_from(body, 'UTF8') LIKE 'away-%'"));
        await PaymentsHost.Eventually(async () => await host.Readiness() == "ready", "it is ready");
        Assert.Empty(folder.Torn);
    }

    [Fact]
    public async Task What_the_database_could_not_do_is_503_and_what_we_did_wrong_is_500()
    {
        await using var host = await PaymentsHost.Start(databases);
        var answers = new Dictionary<string, HttpStatusCode>();

        // Ended for its silence over a bad wire, a standby, no memory, shut down, no disk; and a rule of ours that was broken.
        string[] states = ["25P03", "25006", "53200", "57P01", "58030", "23514"];
        foreach (var state in states)
        {
            await host.Sql<int>(
                $"""
                CREATE OR REPLACE FUNCTION hinder() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION 'hindered' USING ERRCODE = '{state}'; END $f$;
                CREATE OR REPLACE TRIGGER hinder BEFORE INSERT ON checkouts FOR EACH ROW EXECUTE FUNCTION hinder();
                SELECT 1
                """);
            using var answer = await host.Shop.PostAsJsonAsync("/api/checkouts", new { orderReference = PaymentsHost.NewReference(), amount = 10 });
            answers[state] = answer.StatusCode;
            Assert.Equal(state != "23514", answer.Headers.RetryAfter is not null);
        }

        Assert.Equal(states.Select(state => state == "23514" ? HttpStatusCode.InternalServerError : HttpStatusCode.ServiceUnavailable), states.Select(state => answers[state]));
    }

    [Fact]
    public async Task A_probe_that_came_while_the_database_was_away_is_still_a_probe_when_it_returns()
    {
        using var folder = new SpoolFolder();
        var connection = new NpgsqlConnectionStringBuilder(await databases.CreateDatabase());
        await using var wire = new TcpProxy(connection.Port);
        await using var host = await PaymentsHost.StartOn(Through(wire, connection), $"Spool:Path={folder.Path}");
        var probe = Guid.CreateVersion7();
        var token = host.Services.GetRequiredService<CallbackTokens>().Make(SubjectKind.Probe, probe);

        wire.Close();
        Assert.Equal(HttpStatusCode.OK, (await host.Call($"/callbacks/stk/callback/{token}", PaymentsHost.SuccessBody("ws_CO_1", "SAMPLE0001", 1))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Call("/callbacks/stk/callback", "beside it")).StatusCode);
        wire.Reopen();

        await PaymentsHost.Eventually(
            async () => await host.Sql<long>("SELECT count(*) FROM callbacks WHERE state = 'done'") == 2, "both are judged", 30);
        Assert.Equal("probe", await host.Sql<string>($"SELECT verdict FROM callbacks WHERE probe_id = '{probe}' AND arrival LIKE '127.0.0.1|%'"));
        Assert.Equal("malformed", await host.Sql<string>("SELECT verdict FROM callbacks WHERE probe_id IS NULL"));
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_spooled_with_the_same_ids_and_stored_once()
    {
        using var folder = new SpoolFolder();
        var connection = new NpgsqlConnectionStringBuilder(await databases.CreateDatabase());
        await using var wire = new TcpProxy(connection.Port);
        await using var host = await PaymentsHost.StartOn(Through(wire, connection), $"Spool:Path={folder.Path}");

        for (var round = 0; round < 5; round++)
        {
            wire.CutAfterCommit(1);
            var answers = await Task.WhenAll(
                Enumerable.Range(0, 20).Select(i => host.Call("/callbacks/stk/callback", $"cut-{round}-{i}")));
            Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
            await PaymentsHost.Eventually(() => Task.FromResult(wire.Cuts == round + 1), "the wire was cut");
        }

        await PaymentsHost.Eventually(
            async () => await host.Sql<long>("SELECT count(DISTINCT body) FROM callbacks WHERE convert_from(body, 'UTF8') LIKE 'cut-%'") == 100,
            "each is stored", 30);
        await PaymentsHost.Eventually(() => Task.FromResult(folder.Segments.Length == 0), "the spool is empty");
        Assert.Equal(100, await host.Sql<long>("SELECT count(*) FROM callbacks WHERE convert_from(body, 'UTF8') LIKE 'cut-%'"));
    }

    [Fact]
    public async Task A_database_that_only_stalls_costs_one_deadline_and_not_one_for_each_callback()
    {
        using var folder = new SpoolFolder();
        var connection = new NpgsqlConnectionStringBuilder(await databases.CreateDatabase());
        await using var wire = new TcpProxy(connection.Port);
        await using var host = await PaymentsHost.StartOn(Through(wire, connection), $"Spool:Path={folder.Path}", "Spool:Deadline=00:00:01");

        wire.IsHalfOpen = true;
        await host.Call("/callbacks/stk/callback", "stall-first");
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await host.Call("/callbacks/stk/callback", $"stall-{i}")).StatusCode);
        }

        // Twenty deadlines would be 20 s.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        wire.IsHalfOpen = false;
        await PaymentsHost.Eventually(
            async () => await host.Sql<long>("SELECT count(*) FROM callbacks WHERE convert_from(body, 'UTF8') LIKE 'stall-%'") == 21, "each is stored once", 60);
    }

    [Fact]
    public async Task A_long_outage_fills_segments_and_does_not_open_one_each_second()
    {
        using var folder = new SpoolFolder();
        var connection = new NpgsqlConnectionStringBuilder(await databases.CreateDatabase());
        await using var wire = new TcpProxy(connection.Port);
        await using var host = await PaymentsHost.StartOn(Through(wire, connection), $"Spool:Path={folder.Path}");
        wire.Close();

        // Some of the drain's looks pass: each finds the database still away.
        for (var i = 0; i < 30; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await host.Call("/callbacks/stk/callback", $"long-{i}")).StatusCode);
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }

        Assert.InRange(folder.Segments.Length, 1, 2);
        wire.Reopen();
        await PaymentsHost.Eventually(
            async () => await host.Sql<long>("SELECT count(*) FROM callbacks WHERE convert_from(body, 'UTF8') LIKE 'long-%'") == 30, "each is stored once", 30);
        await PaymentsHost.Eventually(() => Task.FromResult(folder.Segments.Length == 0), "the spool is empty");
    }

    [Fact]
    public async Task Without_room_on_disk_either_the_answer_is_503_with_a_time_to_try_again()
    {
        using var folder = new SpoolFolder();
        var connection = new NpgsqlConnectionStringBuilder(await databases.CreateDatabase());
        await using var wire = new TcpProxy(connection.Port);
        await using var host = await PaymentsHost.StartOn(Through(wire, connection), $"Spool:Path={folder.Path}", "Spool:MaxBytes=70000");

        // With a token: what has none gets half of the spool only, which is another test's business.
        var (path, _) = host.SuccessCallback(await host.Ringing(), PaymentsHost.NewReceipt());
        wire.Close();

        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 3; i++)
        {
            answers.Add(await host.Call(path, new string('x', 40_000)));
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable], answers.Select(a => a.StatusCode));
        Assert.NotNull(answers[^1].Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await host.Anonymous.GetAsync("/health/ready")).StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_success_and_a_failure_end_paid_whichever_was_spooled(bool successWaits)
    {
        using var folder = new SpoolFolder();
        await using var host = await PaymentsHost.Start(databases, $"Spool:Path={folder.Path}");
        var ringing = await host.Ringing();
        var (path, success) = host.SuccessCallback(ringing, PaymentsHost.NewReceipt());
        var (_, failure) = host.FailureCallback(ringing);

        var waiting = new CallbackSpool(new() { Path = folder.Path }, SpoolFolder.Seal);
        waiting.Append([new(
            Application.Common.NewId.Next<CallbackId>(), CallbackKind.Stk, PaymentsHost.AttemptId(ringing), System.Text.Encoding.UTF8.GetBytes(successWaits ? success : failure),
            "application/json", null, null)]);
        await host.Call(path, successWaits ? failure : success);
        await host.Until(ringing, successWaits ? "failed" : "paid");
        waiting.Dispose();

        await PaymentsHost.Eventually(() => Task.FromResult(folder.Segments.Length == 0), "what waited is drained");
        await PaymentsHost.Eventually(async () => await host.Sql<long>("SELECT count(*) FROM callbacks WHERE state = 'done'") == 2, "both are understood");
        Assert.Equal(1500m, (decimal)(await host.Until(ringing, "paid"))["amountPaid"]!);
        Assert.Equal(1, await host.Sql<long>("SELECT count(*) FROM receipts"));
    }

    private static string Through(TcpProxy wire, NpgsqlConnectionStringBuilder connection) =>
        new NpgsqlConnectionStringBuilder(connection.ConnectionString) { Host = "127.0.0.1", Port = wire.Port }.ConnectionString;
}
