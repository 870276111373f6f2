using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;
using Payments.Infrastructure.Inbox;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Tests.SystemTests;

/// <summary>Beyond capacity the answer is 503 with a time to come again, at once; memory stays what it is, and afterwards all is well.</summary>
public sealed class OverloadTests(TestDatabase databases)
{
    private const long MiB = 1024 * 1024;

    [Fact]
    public async Task A_flood_while_the_database_stands_still_is_turned_away_early_and_within_bounds()
    {
        using var folder = new SpoolFolder();
        var connection = new NpgsqlConnectionStringBuilder(await databases.CreateDatabase());
        await using var wire = new TcpProxy(connection.Port);
        var through = new NpgsqlConnectionStringBuilder(connection.ConnectionString) { Host = "127.0.0.1", Port = wire.Port, MaxPoolSize = 20 };
        var url = new Uri($"http://127.0.0.1:{ChildProcess.FreePort()}");

        // No spool: what cannot be stored waits, which is the worst case for memory.
        await using var process = ChildProcess.Start("Api", ApiSettings.Api(url, url, url, through.ConnectionString, null,
            // Many senders: none is limited for itself here.
            ("Inbox__QueueBytes", $"{8 * MiB}"), ("Callbacks__AllowedNetworks__0", "127.0.0.0/8"), ("Callbacks__UntrustedBytesPerDay", $"{4096 * MiB}")), Path.Combine(folder.Path, "log"));
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 400 }) { BaseAddress = url, Timeout = TimeSpan.FromSeconds(60) };
        await PaymentsHost.Eventually(async () => (await http.GetStringAsync("/health/ready")).Contains("\"ready\"", StringComparison.Ordinal), "it is ready", 60);
        var before = process.Memory;
        wire.IsHalfOpen = true;

        // 400 senders of 60 KiB each, all at once, again and again: 24 MB at a time where strangers may have 2 MiB of 8.
        var body = Encoding.ASCII.GetBytes(new string('x', 60_000));
        var answers = new ConcurrentBag<(HttpStatusCode Code, double Seconds, bool HasRetryAfter)>();
        var most = 0L;
        var flood = Enumerable.Range(0, 400).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 12; i++)
            {
                var clock = Stopwatch.StartNew();
                using var answer = await http.PostAsync("/callbacks/stk/callback", new ByteArrayContent(body));
                answers.Add((answer.StatusCode, clock.Elapsed.TotalSeconds, answer.Headers.RetryAfter is not null));
            }
        })).ToList();
        while (!Task.WhenAll(flood).IsCompleted)
        {
            most = Math.Max(most, process.Memory);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        await Task.WhenAll(flood);
        var refused = answers.Where(a => a.Code == HttpStatusCode.ServiceUnavailable).ToList();
        Assert.DoesNotContain(answers, a => a.Code is not (HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable));
        Assert.True(refused.Count > 2000, $"{refused.Count} were refused.");
        Assert.All(refused, a => Assert.True(a.HasRetryAfter));

        // Those for whom there was no room did not wait for the ones that had it; slack for a test machine that is busy.
        var median = refused.Select(a => a.Seconds).Order().ElementAt(refused.Count / 2);
        Assert.True(median < 5, $"Half of the refused waited {median:0.0} s.");
        Assert.True(most - before < 250 * MiB, $"Memory grew by {(most - before) / MiB} MiB.");

        wire.IsHalfOpen = false;
        await PaymentsHost.Eventually(
            async () => (await http.PostAsync("/callbacks/stk/callback", new StringContent("afterwards"))).StatusCode == HttpStatusCode.OK, "it takes callbacks again", 60);
    }

    [Fact]
    public async Task Senders_that_never_finish_hold_their_room_for_seconds_and_never_the_part_kept_for_known_callbacks()
    {
        await using var host = await PaymentsHost.Start(databases, "Inbox:QueueBytes=200000");
        var ringing = await host.Ringing();
        var slow = new List<TcpClient>();
        for (var i = 0; i < 4; i++)
        {
            var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, host.ApiUrl.Port, TestContext.Current.CancellationToken);
            await client.GetStream().WriteAsync(
                Encoding.ASCII.GetBytes($"POST /callbacks/stk/callback HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n{new string('x', 50_000)}"),
                TestContext.Current.CancellationToken);
            slow.Add(client);
        }

        // Their quarter is full: somebody without a token is turned away, a payment is not.
        await PaymentsHost.Eventually(
            async () =>
            {
                var answer = await host.Call("/callbacks/stk/callback", "x");
                return answer.StatusCode == HttpStatusCode.ServiceUnavailable && answer.Headers.RetryAfter is not null;
            },
            "a stranger is turned away");
        var (path, body) = host.SuccessCallback(ringing, PaymentsHost.NewReceipt());
        Assert.Equal(HttpStatusCode.OK, (await host.Call(path, body)).StatusCode);
        await host.Until(ringing, "paid");

        await PaymentsHost.Eventually(
            async () => (await host.Call("/callbacks/stk/callback", "x")).StatusCode == HttpStatusCode.OK, "their time is up", 30);
        slow.ForEach(client => client.Dispose());
    }

    [Fact]
    public void A_place_is_given_back_once_however_it_ends()
    {
        var room = new IntakeCapacity(new() { QueueSize = 4, QueueBytes = 1000 });
        var stranger = room.TryReserve(isKnown: false)!;
        Assert.Null(room.TryReserve(isKnown: false));
        var known = Enumerable.Range(0, 3).Select(_ => room.TryReserve(isKnown: true)!).ToList();
        Assert.Null(room.TryReserve(isKnown: true));

        Assert.True(stranger.TryGrow(250));
        Assert.False(stranger.TryGrow(251));
        Assert.True(known[0].TryGrow(700));
        Assert.False(known[1].TryGrow(100));
        known.Append(stranger).ToList().ForEach(place => place.Dispose());
        known.Append(stranger).ToList().ForEach(place => place.Dispose());

        Assert.Equal(0, room.Bytes);
        Assert.Equal(0, room.Callbacks);
        Assert.All(Enumerable.Range(0, 4), _ => Assert.NotNull(room.TryReserve(isKnown: true)));
    }
}
