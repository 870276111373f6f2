using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Tests.SystemTests;

/// <summary>Callers of the API have connections of their own: when they use them up, a callback is stored, applied and told of all the same.</summary>
public sealed class CrowdTests(TestDatabase databases)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Callers_who_use_up_their_connections_keep_no_callback_waiting(bool isShop)
    {
        using var folder = new SpoolFolder();
        await using var host = await PaymentsHost.Start(
            databases, $"Spool:Path={folder.Path}", "Limits:ConcurrentRequestsPerCheckout=100", "Limits:RequestsPerKey=1000");
        var ringing = await host.Ringing();
        var own = await host.Checkout(phone: null);
        using var secret = host.WithKey((string)own["clientSecret"]!);

        // Every request with an Idempotency-Key now stands still with a connection in its hands.
        await using var holder = new NpgsqlConnection(host.ConnectionString + ";Search Path=payments;Pooling=false");
        await holder.OpenAsync(TestContext.Current.CancellationToken);
        await using var holding = await holder.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var command = new NpgsqlCommand("LOCK TABLE idempotency_keys IN ACCESS EXCLUSIVE MODE", holder, holding))
        {
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var crowd = Enumerable.Range(0, 80).Select(_ => isShop
            ? host.Shop.Keyed("/api/checkouts", new { orderReference = PaymentsHost.NewReference(), amount = 10 })
            : secret.Keyed($"/api/checkouts/{own["id"]}/pay", new { phone = PaymentsHost.Customer })).ToList();
        await PaymentsHost.Eventually(
            async () => await host.Sql<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") >= 3, "they stand still");

        for (var i = 0; i < 5; i++)
        {
            var clock = Stopwatch.StartNew();
            Assert.Equal(HttpStatusCode.OK, (await host.Call("/callbacks/stk/callback", $"hint {i}")).StatusCode);
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(1.5), $"A callback waited {clock.Elapsed.TotalSeconds:0.0} s.");
        }

        var (path, body) = host.SuccessCallback(ringing, PaymentsHost.NewReceipt());
        Assert.Equal(HttpStatusCode.OK, (await host.Call(path, body)).StatusCode);
        await PaymentsHost.Eventually(
            async () => await host.Sql<bool>($"SELECT status = 'paid' FROM checkouts WHERE id = '{PayoutCalls.IdOf(ringing)}'"), "it is applied", 4);
        Assert.Equal("ready", await host.Readiness());
        Assert.Equal(HttpStatusCode.OK, (await host.Ops.GetAsync("/api/ops/callbacks", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Empty(Directory.GetFiles(folder.Path, "*.spool"));

        await holding.RollbackAsync(TestContext.Current.CancellationToken);
        await Task.WhenAll(crowd);
    }

    [Fact]
    public async Task A_flood_of_one_shops_requests_keeps_no_callback_waiting_and_some_of_them_are_done()
    {
        using var folder = new SpoolFolder();
        var connection = await databases.CreateDatabase();
        var url = new Uri($"http://127.0.0.1:{ChildProcess.FreePort()}");
        await using var process = ChildProcess.Start("Api", ApiSettings.Api(url, url, url, connection, folder.Path), Path.Combine(folder.Path, "log"));
        using var http = new HttpClient { BaseAddress = url };
        await PaymentsHost.Eventually(async () => (await http.GetStringAsync("/health/ready")).Contains("\"ready\"", StringComparison.Ordinal), "it is ready", 60);
        (await http.PostAsync("/callbacks/stk/callback", new StringContent("the first is slow"), TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();

        // A thousand that send again as soon as they are answered, whatever the answer.
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(8));
        var flood = Enumerable.Range(0, 1000).Select(_ => Task.Run(() => Post(url.Port, enough.Token))).ToList();
        await Task.Delay(500, TestContext.Current.CancellationToken);
        var waits = new List<double>();
        while (!enough.IsCancellationRequested)
        {
            var clock = Stopwatch.StartNew();
            Assert.Equal(HttpStatusCode.OK, (await http.PostAsync("/callbacks/stk/callback", new StringContent($"{waits.Count}"), TestContext.Current.CancellationToken)).StatusCode);
            waits.Add(clock.Elapsed.TotalSeconds);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await Task.WhenAll(flood);
        waits.Sort();

        // Two seconds is when a commit is given up and a callback goes to the spool; a tenth of that is what it takes on a quiet machine.
        Assert.True(waits[^1] < 2 && waits[waits.Count / 2] < 0.7, $"Of {waits.Count} half waited {waits[waits.Count / 2]:0.00} s and one {waits[^1]:0.00} s.");
        Assert.DoesNotContain("does not store callbacks", await File.ReadAllTextAsync(process.Log, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await using var database = NpgsqlDataSource.Create(connection);
        await using var made = database.CreateCommand("SELECT count(*) FROM payments.checkouts");
        Assert.True((long)(await made.ExecuteScalarAsync(TestContext.Current.CancellationToken))! > 100);
    }

    private static async Task Post(int port, CancellationToken stop)
    {
        var answer = new byte[16 * 1024];
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, port, stop);
            while (true)
            {
                var body = $$"""{"orderReference":"{{PaymentsHost.NewReference()}}","amount":10}""";
                await socket.SendAsync(
                    Encoding.ASCII.GetBytes($"POST /api/checkouts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ApiSettings.Key}\r\nContent-Type: application/json\r\n"
                        + $"Content-Length: {body.Length}\r\n\r\n{body}"),
                    stop);
                if (await socket.ReceiveAsync(answer, stop) == 0)
                {
                    return;
                }
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException)
        {
            // It has lasted long enough.
        }
    }
}
