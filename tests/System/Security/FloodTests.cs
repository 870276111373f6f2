using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Application.Reconciliation;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Tests.SystemTests;

/// <summary>A flood without tokens fills no disk, starves no real callback and burns no quota; one with a token is never refused.</summary>
public sealed class FloodTests(TestDatabase databases)
{
    private const int MostPerMinute = Infrastructure.Inbox.UntrustedRateLimiter.MaxPerMinute;

    [Fact]
    public async Task From_one_source_three_thousand_a_minute_are_taken_and_a_valid_token_always()
    {
        // Addresses are what the known proxy says; the default networks are Safaricom's.
        await using var host = await PaymentsHost.Start(databases, "Proxy:KnownProxies:0=127.0.0.1", "Proxy:KnownProxies:1=::1");
        var ringing = await host.Ringing();
        var (path, body) = host.SuccessCallback(ringing, PaymentsHost.NewReceipt());
        var answers = new int[600];
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < (MostPerMinute / 20) + 10; i++)
            {
                using var answer = await Post(host, "/callbacks/stk/callback", "{}", "203.0.113.9");
                Interlocked.Increment(ref answers[(int)answer.StatusCode]);
            }
        })));

        // The minute may have turned once on the way: then more are taken, but never more than twice as many.
        Assert.True(answers[200] >= MostPerMinute, $"{answers[200]} were taken");
        Assert.Equal((20 * ((MostPerMinute / 20) + 10)) - answers[200], answers[429]);
        if (answers[429] == 0)
        {
            for (var i = 0; i < MostPerMinute && answers[429] == 0; i++)
            {
                using var more = await Post(host, "/callbacks/stk/callback", "{}", "203.0.113.9");
                answers[429] += more.StatusCode == HttpStatusCode.TooManyRequests ? 1 : 0;
            }
        }

        var refused = await Post(host, "/callbacks/c2b/confirm", "{}", "203.0.113.9");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.True(refused.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Equal((429, "too_many_requests"), await refused.Problem());

        // The same source with a valid token, another source, Safaricom's own address without one.
        Assert.Equal(HttpStatusCode.OK, (await Post(host, path, body, "203.0.113.9")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Post(host, "/callbacks/stk/callback", "{}", "203.0.113.10")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Post(host, "/callbacks/stk/callback", "{}", "196.201.214.200")).StatusCode);
        await host.Until(ringing, "paid");
        await PaymentsHost.Eventually(
            async () => await host.Sql<long>("SELECT coalesce(sum(refused), 0)::bigint FROM untrusted_intake WHERE source = '203.0.113.9'") > 0, "what was refused is counted by source");
    }

    [Fact]
    public async Task Safaricoms_own_addresses_are_not_counted()
    {
        await using var host = await PaymentsHost.Start(databases, "Callbacks:AllowedNetworks:0=127.0.0.0/8", "Callbacks:UntrustedBytesPerDay=131072");
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await host.Call("/callbacks/stk/callback", new string('x', 60_000))).StatusCode);
        }

        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM untrusted_intake"));
    }

    [Fact]
    public async Task Strangers_fill_a_days_budget_and_no_more_whatever_process_they_send_to()
    {
        await using var host = await PaymentsHost.Start(databases, "Callbacks:UntrustedBytesPerDay=140000");
        var ringing = await host.Ringing();
        var (path, body) = host.SuccessCallback(ringing, PaymentsHost.NewReceipt());
        var flood = new string('x', 64 * 1024);
        Assert.Equal(HttpStatusCode.OK, (await host.Call("/callbacks/stk/callback", flood)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Call("/callbacks/stk/callback", flood)).StatusCode);

        var refused = await host.Call("/callbacks/stk/callback", flood);

        Assert.Equal((503, "unavailable"), await refused.Problem());
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(2L, await host.Sql<long>("SELECT count(*) FROM callbacks WHERE subject_id IS NULL"));

        // A validation is answered all the same, and not remembered; a token opens the door as ever.
        Assert.Equal(HttpStatusCode.OK, (await host.Call("/callbacks/c2b/validate", flood)).StatusCode);
        Assert.Equal(2L, await host.Sql<long>("SELECT count(*) FROM callbacks WHERE subject_id IS NULL"));
        Assert.Equal(HttpStatusCode.OK, (await host.Call(path, body)).StatusCode);
        await host.Until(ringing, "paid");

        // Another process, or this one after a restart, has the same budget.
        await PaymentsHost.Eventually(async () => await host.Sql<long>("SELECT coalesce(sum(bytes), 0)::bigint FROM untrusted_intake") > 131_072, "it is written");
        await using var another = await PaymentsHost.StartOn(host.ConnectionString, "Callbacks:UntrustedBytesPerDay=140000");
        var taken = 0;
        await PaymentsHost.Eventually(
            async () => (await another.Call("/callbacks/stk/callback", flood)).StatusCode == HttpStatusCode.ServiceUnavailable || ++taken > 9, "the other process knows");

        // By itself it would have room for two.
        Assert.True(taken < 2, $"It took {taken} more.");

        // A day later there is room again.
        await host.Sql<int>("UPDATE untrusted_intake SET hour = hour - interval '25 hours'; SELECT 1");
        await using var later = await PaymentsHost.StartOn(host.ConnectionString, "Callbacks:UntrustedBytesPerDay=140000");
        Assert.Equal(HttpStatusCode.OK, (await later.Call("/callbacks/stk/callback", flood)).StatusCode);
    }

    [Fact]
    public async Task Strangers_take_a_quarter_of_the_queue_and_leave_the_rest()
    {
        await using var host = await PaymentsHost.Start(databases, "Inbox:QueueSize=40", "Roles=api");
        var ringing = await host.Ringing();
        var (path, body) = host.SuccessCallback(ringing, PaymentsHost.NewReceipt());

        // Nothing can be stored for a while: what comes in waits.
        await using var connection = new NpgsqlConnection(host.ConnectionString);
        await connection.OpenAsync();
        await using var hold = await connection.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("LOCK TABLE payments.callbacks", connection, hold))
        {
            await command.ExecuteNonQueryAsync();
        }

        var strangers = Enumerable.Range(0, 60).Select(_ => host.Call("/callbacks/stk/callback", "{}")).ToList();
        await PaymentsHost.Eventually(() => Task.FromResult(strangers.Count(s => s.IsCompleted) >= 30), "most strangers are turned away");
        var real = Enumerable.Range(0, 25).Select(_ => host.Call(path, body)).ToList();
        await Task.Delay(500);
        Assert.DoesNotContain(real, call => call.IsCompleted);
        await hold.RollbackAsync();

        Assert.All(await Task.WhenAll(real), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.InRange((await Task.WhenAll(strangers)).Count(answer => answer.StatusCode == HttpStatusCode.OK), 1, 25);
    }

    [Fact]
    public async Task While_the_database_is_away_strangers_take_half_of_the_spool()
    {
        using var folder = new SpoolFolder();
        var connection = new NpgsqlConnectionStringBuilder(await databases.CreateDatabase());
        await using var wire = new TcpProxy(connection.Port);
        var through = new NpgsqlConnectionStringBuilder(connection.ConnectionString) { Host = "127.0.0.1", Port = wire.Port }.ConnectionString;
        await using var host = await PaymentsHost.StartOn(through, $"Spool:Path={folder.Path}", "Spool:MaxBytes=200000");
        var ringing = await host.Ringing();
        var (path, body) = host.SuccessCallback(ringing, PaymentsHost.NewReceipt());
        wire.Close();

        var strangers = new List<HttpStatusCode>();
        for (var i = 0; i < 4; i++)
        {
            strangers.Add((await host.Call("/callbacks/stk/callback", new string('x', 60_000))).StatusCode);
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable], strangers);
        Assert.Equal(HttpStatusCode.OK, (await host.Call(path, body)).StatusCode);
        wire.Reopen();
        await host.Until(ringing, "paid", 30);
    }

    [Fact]
    public async Task What_has_a_token_is_understood_before_what_has_none()
    {
        await using var host = await PaymentsHost.Start(databases, "Roles=api");
        var ringing = await host.Ringing();
        await host.Sql<int>(
            $"""
            INSERT INTO callbacks (id, kind, body) SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'stk', '' FROM generate_series(1, 3000) n;
            INSERT INTO callbacks (id, kind, subject_id, body) VALUES ('ffffffff-ffff-7fff-8fff-ffffffffffff', 'stk', '{PaymentsHost.AttemptId(ringing)}', 'with a token');
            ANALYZE callbacks; SELECT 1
            """);
        var callbacks = host.Services.GetRequiredService<ICallbacks>();
        var first = await host.Services.GetRequiredService<ITransactions>().DryRun(_ => callbacks.TakeNew(100), CancellationToken.None);

        Assert.Equal(100, first.Count);
        Assert.Equal("with a token", Encoding.UTF8.GetString(first[0].Body));

        // However long the line is, it is found through its own index.
        var plan = await host.Sql<string>(
            "EXPLAIN (FORMAT JSON) SELECT id, kind, body FROM callbacks WHERE state = 'new' AND retry_at IS NULL ORDER BY (subject_id IS NULL), id LIMIT 100 FOR UPDATE SKIP LOCKED");
        Assert.Contains("callbacks_fresh", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hints_bring_so_many_questions_forward_and_no_more()
    {
        await using var host = await PaymentsHost.Start(databases, "Limits:HintQuestionsPerMinute=3", "Reconciliation:PendingSchedule=01:00 02:00");
        var ringing = new List<JsonNode>();
        for (var i = 0; i < 8; i++)
        {
            ringing.Add(await host.Ringing());
        }

        await host.Sql<int>("UPDATE attempts SET started_at = now() - interval '2 minutes'; SELECT 1");
        foreach (var checkout in ringing)
        {
            await host.Call("/callbacks/stk/callback", PaymentsHost.SuccessBody((string?)checkout["attempts"]![0]!["checkoutRequestId"], PaymentsHost.NewReceipt(), 1500));
        }

        await PaymentsHost.Eventually(async () => await host.Sql<long>("SELECT count(*) FROM callbacks WHERE state = 'done'") == 8, "all hints are judged");
        await PaymentsHost.Eventually(async () => await host.Sql<long>("SELECT count(*) FROM attempts WHERE questions > 0") == 3, "three are asked about", 30);
        await host.Send(new QueryOverdueAttempts());
        Assert.Equal(3L, await host.Sql<long>("SELECT count(*) FROM attempts WHERE questions > 0 OR next_question_at < now() + interval '50 minutes'"));
    }

    [Fact]
    public async Task One_payment_is_asked_about_twice_a_minute_however_many_hints_name_it()
    {
        await using var host = await PaymentsHost.Start(databases, "Reconciliation:PendingSchedule=01:00 02:00");
        var ringing = await host.Ringing();
        await host.Sql<int>("UPDATE attempts SET started_at = now() - interval '2 minutes'; SELECT 1");
        var body = PaymentsHost.SuccessBody((string?)ringing["attempts"]![0]!["checkoutRequestId"], PaymentsHost.NewReceipt(), 1500);
        for (var round = 0; round < 4; round++)
        {
            await host.Call("/callbacks/stk/callback", body);
            await PaymentsHost.Eventually(async () => await host.Sql<long>("SELECT count(*) FROM callbacks WHERE state <> 'done'") == 0, "it is judged");
            await host.Send(new QueryOverdueAttempts());
        }

        Assert.Equal(1L, await host.Sql<long>("SELECT count(*) FROM questions WHERE kind = 'prompt'"));
    }

    [Fact]
    public async Task Hints_do_not_use_a_payments_schedule_up_and_hasten_nothing_after_a_day()
    {
        // Two waits: a third question that counted would end on an operator's desk.
        await using var host = await PaymentsHost.Start(databases, "Reconciliation:PendingSchedule=01:00 02:00");
        var ringing = await host.Ringing();
        var body = PaymentsHost.SuccessBody((string?)ringing["attempts"]![0]!["checkoutRequestId"], PaymentsHost.NewReceipt(), 1500);
        for (var asked = 1; asked <= 5; asked++)
        {
            var wanted = asked;
            await host.Sql<int>("UPDATE attempts SET started_at = started_at - interval '1 minute', asked_at = asked_at - interval '1 minute'; SELECT 1");
            await host.Call("/callbacks/stk/callback", body);
            await PaymentsHost.Eventually(
                async () => await host.Sql<long>("SELECT count(*) FROM questions WHERE answered_at IS NOT NULL") == wanted, $"question {wanted} is answered");
        }

        Assert.Equal(1L, await host.Sql<long>("SELECT count(*) FROM attempts WHERE status = 'sent' AND next_question_at > now() + interval '50 minutes'"));
        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM cases"));

        await host.Sql<int>("UPDATE attempts SET started_at = now() - interval '25 hours', asked_at = asked_at - interval '1 minute'; SELECT 1");
        await host.Call("/callbacks/stk/callback", body);
        await PaymentsHost.Eventually(async () => await host.Sql<long>("SELECT count(*) FROM callbacks WHERE state = 'done'") == 6, "it is judged");
        Assert.Equal(1L, await host.Sql<long>("SELECT count(*) FROM attempts WHERE next_question_at > now() + interval '50 minutes'"));
    }

    [Fact]
    public async Task A_token_nobody_has_looked_up_yet_is_no_strangers()
    {
        // A process that has not read the registrations cannot tell a good token from a made-up one: it must not refuse either.
        await using var host = await PaymentsHost.Start(databases, "Callbacks:UntrustedBytesPerDay=131072");
        var token = await host.RegisterC2b();
        var big = new string(' ', 62_000);
        Assert.Equal(HttpStatusCode.OK, (await host.Call("/callbacks/stk/callback", big)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Call("/callbacks/stk/callback", big)).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await host.Call("/callbacks/stk/callback", big)).StatusCode);
        await PaymentsHost.Eventually(
            async () => (await host.Call("/callbacks/stk/callback", "small")).StatusCode == HttpStatusCode.ServiceUnavailable, "there is no room for a small one either");
        await PaymentsHost.Eventually(async () => await host.Sql<long>("SELECT coalesce(sum(bytes), 0)::bigint FROM untrusted_intake") > 130_000, "it is written");
        await using var fresh = await PaymentsHost.StartOn(host.ConnectionString, "Callbacks:UntrustedBytesPerDay=131072");
        var checkout = await host.Checkout(phone: null);

        // As the other process's registration of a moment ago would be: it is not in what this process read, and that was a while ago.
        await host.Sql<int>($"UPDATE c2b_registrations SET token = '{new string('a', 32)}'; SELECT 1");
        token = new string('a', 32);
        var known = fresh.Services.GetRequiredService<Infrastructure.C2b.RegistrationTokenCache>();
        await PaymentsHost.Eventually(() => Task.FromResult(known.IsStale), "what it read is old");

        Assert.Equal(HttpStatusCode.OK, (await fresh.Call($"/callbacks/c2b/confirm/{token}", PaybillHost.Body(PaymentsHost.NewReceipt(), (string)checkout["orderReference"]!))).StatusCode);

        await host.Until(checkout, "paid");

        // Looked up and found to be nobody's, it is a stranger's.
        await PaymentsHost.Eventually(
            async () => (await fresh.Call($"/callbacks/c2b/confirm/{new string('0', 32)}", big)).StatusCode == HttpStatusCode.ServiceUnavailable, "a made-up token is refused");
    }

    private static Task<HttpResponseMessage> Post(PaymentsHost host, string path, string body, string from)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("X-Forwarded-For", from);
        return host.Anonymous.SendAsync(request);
    }
}
