using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>A token that only looks like one buys nothing: whoever sends it has what strangers have, in every environment and on every path.</summary>
public sealed class MadeUpTokenTests(TestDatabase databases)
{
    /// <summary>Longer than a reading of the registrations is taken for fresh.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(4.5);

    [Theory]
    [InlineData("confirm", "203.0.113.7")]
    [InlineData("validate", "203.0.113.7")]
    [InlineData("confirm", "127.0.0.1")]
    [InlineData("validate", "127.0.0.1")]
    public async Task It_stores_no_more_than_a_strangers_budget(string path, string source)
    {
        // In the networks callbacks are let in from, and outside of them, as in Production.
        await using var host = await PaymentsHost.Start(
            databases, "Proxy:KnownProxies:0=127.0.0.1", "Callbacks:AllowedNetworks:0=196.201.214.0/24", "Callbacks:UntrustedBytesPerDay=140000");
        await host.RegisterC2b();
        await Task.Delay(Quiet);
        for (var i = 0; i < 8; i++)
        {
            await Send(host, $"/callbacks/c2b/{path}/{Hex()}", new string(' ', 40_000), source);
        }

        await Task.Delay(Quiet);
        var refused = await Send(host, $"/callbacks/c2b/{path}/{Hex()}", new string(' ', 40_000), source);

        Assert.Equal(path == "validate" ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.InRange(await host.Sql<long>("SELECT coalesce(sum(octet_length(body)), 0)::bigint FROM callbacks"), 0, 140_000);
    }

    [Theory]
    [InlineData("confirm")]
    [InlineData("validate")]
    public async Task Where_callbacks_may_come_from_anywhere_it_stores_no_more_either(string path)
    {
        await using var host = await PaymentsHost.Start(databases, "Callbacks:UntrustedBytesPerDay=140000");
        await host.RegisterC2b();
        for (var i = 0; i < 6; i++)
        {
            await Task.Delay(i < 2 ? Quiet : TimeSpan.Zero);
            await Send(host, $"/callbacks/c2b/{path}/{Hex()}", new string(' ', 60_000), "127.0.0.1");
        }

        Assert.InRange(await host.Sql<long>("SELECT coalesce(sum(octet_length(body)), 0)::bigint FROM callbacks"), 1, 140_000);
    }

    [Theory]
    [InlineData("confirm", "127.0.0.1")]
    [InlineData("validate", "127.0.0.1")]
    [InlineData("validate", "203.0.113.7")]
    public async Task It_takes_no_room_that_is_kept_for_Safaricom(string path, string source)
    {
        await using var host = await PaymentsHost.Start(
            databases, "Inbox:QueueSize=40", "Roles=api", "Proxy:KnownProxies:0=127.0.0.1", "Callbacks:AllowedNetworks:0=127.0.0.0/8");
        var token = await host.RegisterC2b();
        await using var connection = new NpgsqlConnection(host.ConnectionString);
        await connection.OpenAsync();
        await using var hold = await connection.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("LOCK TABLE payments.callbacks", connection, hold))
        {
            await command.ExecuteNonQueryAsync();
        }

        await Task.Delay(Quiet);
        var strangers = Enumerable.Range(0, 60).Select(_ => Send(host, $"/callbacks/c2b/{path}/{Hex()}", "{}", source)).ToList();
        await PaymentsHost.Eventually(
            () => Task.FromResult(strangers.Count(s => s is { IsCompletedSuccessfully: true, Result.StatusCode: HttpStatusCode.ServiceUnavailable }) >= 30),
            "most strangers are turned away");
        var real = Enumerable.Range(0, 25).Select(i => Send(host, $"/callbacks/c2b/confirm/{token}", PaybillHost.Body(PaymentsHost.NewReceipt(), $"R-{i}"), "127.0.0.1")).ToList();
        await Task.Delay(300);
        await hold.RollbackAsync();

        Assert.All(await Task.WhenAll(real), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }

    [Fact]
    public async Task While_nothing_can_be_looked_up_a_flood_of_them_keeps_to_a_strangers_share_and_Safaricom_is_let_in()
    {
        using var folder = new SpoolFolder();
        var connection = new NpgsqlConnectionStringBuilder(await databases.CreateDatabase());
        string token;
        await using (var before = await PaymentsHost.StartOn(connection.ConnectionString))
        {
            token = await before.RegisterC2b();
        }

        // A process that starts while the database is away has never read the registrations.
        await using var wire = new TcpProxy(connection.Port);
        wire.Close();
        var through = new NpgsqlConnectionStringBuilder(connection.ConnectionString) { Host = "127.0.0.1", Port = wire.Port }.ConnectionString;
        await using var host = await PaymentsHost.StartOn(
            through, $"Spool:Path={folder.Path}", "Spool:MaxBytes=200000", "Wait=false", "Proxy:KnownProxies:0=127.0.0.1", "Callbacks:AllowedNetworks:0=196.201.214.0/24",
            "Callbacks:UntrustedBytesPerDay=131072");

        var made = new List<HttpStatusCode>();
        for (var i = 0; i < 4; i++)
        {
            made.Add((await Send(host, $"/callbacks/c2b/confirm/{Hex()}", new string(' ', 60_000), "203.0.113.7")).StatusCode);
        }

        Assert.Contains(HttpStatusCode.ServiceUnavailable, made);
        var body = PaybillHost.Body(PaymentsHost.NewReceipt(), "WAITED-1");
        var real = await Send(host, $"/callbacks/c2b/confirm/{token}", body, "196.201.214.200");
        Assert.Equal(HttpStatusCode.OK, real.StatusCode);

        wire.Reopen();
        Assert.Equal("unmatched", await host.Verdict(body));
    }

    [Fact]
    public async Task However_many_come_the_database_is_asked_for_them_every_two_seconds()
    {
        await using var host = await PaymentsHost.Start(databases, "Roles=api");
        await host.RegisterC2b();
        await host.Sql<object>("CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA public; SELECT 1::int");
        await host.Sql<object>("SELECT public.pg_stat_statements_reset(0, (SELECT oid FROM pg_database WHERE datname = current_database()), 0); SELECT 1::int");
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromSeconds(6))
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Send(host, $"/callbacks/c2b/validate/{Hex()}", "{}", "127.0.0.1")));
        }

        Assert.InRange(
            await host.Sql<long>("SELECT coalesce(sum(calls), 0)::bigint FROM public.pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query LIKE '%c2b_other_registrations%' AND query NOT LIKE '%pg_stat_statements%'"), 1, 6);
    }

    [Theory]
    [InlineData("/callbacks/stk/callback/00000000.00000000000000000000000000000000.00000000000000000000000000000000")]
    [InlineData("/callbacks/b2c/result/00000000.00000000000000000000000000000000.00000000000000000000000000000000")]
    [InlineData("/api/mpesa/c2b/confirm/0123456789abcdef0123456789abcdef")]
    [InlineData("/callbacks/c2b/confirm/00000000.00000000000000000000000000000000.00000000000000000000000000000000")]
    public async Task On_no_path_does_the_form_of_a_token_count(string path)
    {
        await using var host = await PaymentsHost.Start(databases, "Callbacks:UntrustedBytesPerDay=131072");
        var key = Convert.ToHexStringLower(SHA256.HashData(SHA256.HashData("test"u8)))[..8];
        await Task.Delay(Quiet);
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 4; i++)
        {
            answers.Add((await Send(host, path.Replace("00000000.", key + ".", StringComparison.Ordinal), new string(' ', 60_000), "127.0.0.1")).StatusCode);
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answers[^1]);
    }

    [Theory]
    [InlineData(0, HttpStatusCode.OK)]
    [InlineData(25, HttpStatusCode.ServiceUnavailable)]
    [InlineData(-25, HttpStatusCode.ServiceUnavailable)]
    public async Task The_address_of_a_probe_lets_in_for_a_day_and_not_for_ever(int hoursAgo, HttpStatusCode expected)
    {
        await using var host = await PaymentsHost.Start(databases, "Callbacks:UntrustedBytesPerDay=131072");
        var probe = Guid.CreateVersion7(DateTimeOffset.UtcNow.AddHours(-hoursAgo));
        var token = host.Services.GetRequiredService<Infrastructure.Callbacks.CallbackTokens>().Make(Application.Callbacks.SubjectKind.Probe, probe);
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 4; i++)
        {
            answers.Add((await Send(host, $"/callbacks/{(i % 2 == 0 ? "c2b/confirm" : "stk/callback")}/{token}", new string(' ', 60_000), "127.0.0.1")).StatusCode);
        }

        Assert.Equal(expected, answers[^1]);
    }

    private static string Hex() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static Task<HttpResponseMessage> Send(PaymentsHost host, string path, string body, string from)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (from != "127.0.0.1")
        {
            request.Headers.Add("X-Forwarded-For", from);
        }

        return host.Anonymous.SendAsync(request);
    }
}
