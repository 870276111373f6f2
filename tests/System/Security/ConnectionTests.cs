using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Tests.SystemTests;

/// <summary>Connections that are only held are in nobody's way: not idle ones, not those of who asks and does not read, not when descriptors run out.</summary>
public sealed class ConnectionTests(TestDatabase databases)
{
    [Fact]
    public async Task A_source_that_holds_connections_loses_the_idle_ones_and_none_in_use()
    {
        await using var host = await PaymentsHost.Start(databases, "Limits:ConnectionsPerSource=30");
        const string Phone = "254700007001";
        await host.Script(Phone, new { outcome = "ringing", replyDelayMs = 2500 });
        var underWay = host.Shop.PostAsJsonAsync("/api/checkouts", new { orderReference = PaymentsHost.NewReference(), amount = 10, phone = Phone }, TestContext.Current.CancellationToken);
        await Task.Delay(300, TestContext.Current.CancellationToken);

        var idle = await Connect(host.ApiUrl.Port, 100);

        using var fresh = new HttpClient { BaseAddress = host.ApiUrl };
        var clock = Stopwatch.StartNew();
        Assert.Equal(HttpStatusCode.OK, (await fresh.PostAsync("/callbacks/stk/callback", new StringContent("x"), TestContext.Current.CancellationToken)).StatusCode);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(2), $"A callback waited {clock.Elapsed.TotalSeconds:0.0} s.");
        Assert.Equal(HttpStatusCode.Created, (await underWay).StatusCode);
        await PaymentsHost.Eventually(() => Task.FromResult(idle.Count(IsEnded) >= 70), "the oldest idle ones were ended", 5);
        idle.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Who_asks_for_nothing_is_let_go_and_who_has_asked_may_ask_again()
    {
        await using var host = await PaymentsHost.Start(databases);
        var silent = await Connect(host.ApiUrl.Port, 5);
        var asking = (await Connect(host.ApiUrl.Port, 1))[0];
        await Ask(asking, "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");

        await PaymentsHost.Eventually(() => Task.FromResult(silent.TrueForAll(IsEnded)), "the silent ones were ended", 25);

        Assert.StartsWith("HTTP/1.1 200", await Ask(asking, "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);
        silent.Append(asking).ToList().ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Who_asks_and_does_not_read_is_cut_off()
    {
        await using var host = await PaymentsHost.Start(databases);

        // A long answer, and a window so small that it stays here.
        await host.Sql<object>(
            """
            INSERT INTO checkouts (id, client, order_reference, reference_key, amount, status, version, created_at, updated_at, expires_at, metadata)
            SELECT gen_random_uuid(), 'shop', 'L' || n, 'L' || n, 1000, 'open', 2, now(), now(), now() + interval '1 day', '{"a":"' || repeat('x', 4000) || '"}'
            FROM generate_series(1, 100) n; SELECT 1::int
            """);
        var others = Open(host.ApiUrl.Port);
        var sockets = await Connect(host.ApiUrl.Port, 20, window: 2048);
        foreach (var socket in sockets)
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes("GET /api/checkouts?limit=100 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk_test_shop\r\n\r\n"), TestContext.Current.CancellationToken);
        }

        await PaymentsHost.Eventually(() => Task.FromResult(Open(host.ApiUrl.Port) <= others), "they were cut off", 60);
        sockets.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task More_idle_connections_than_the_process_may_have_files_open_end_nothing()
    {
        using var folder = new SpoolFolder();
        var url = new Uri($"http://127.0.0.1:{ChildProcess.FreePort()}");
        await using var process = ChildProcess.Start(
            "Api", ApiSettings.Api(url, url, url, await databases.CreateDatabase(), folder.Path, ("Callbacks__AllowedNetworks__0", "203.0.113.0/24")),
            Path.Combine(folder.Path, "log"), ["bash", "-c", "ulimit -Sn 256; ulimit -Hn 700; exec \"$@\"", "bash"]);
        using var http = new HttpClient { BaseAddress = url };
        await PaymentsHost.Eventually(async () => (await http.GetStringAsync("/health/ready")).Contains("\"ready\"", StringComparison.Ordinal), "it is ready", 60);

        var idle = await Connect(url.Port, 1500);

        using var fresh = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromSeconds(5) };
        Assert.Equal(HttpStatusCode.OK, (await fresh.PostAsync("/callbacks/stk/callback", new StringContent("x"), TestContext.Current.CancellationToken)).StatusCode);
        await PaymentsHost.Eventually(() => Task.FromResult(idle.TrueForAll(IsEnded)), "they are let go", 40);
        Assert.False(process.HasEnded);
        Assert.Equal(HttpStatusCode.OK, (await fresh.GetAsync("/health/ready", TestContext.Current.CancellationToken)).StatusCode);

        // The soft limit was 256: it has been raised to what the process may have, and what was refused is said once a minute, not each time.
        Assert.Contains("At most 350 connections at once", await File.ReadAllTextAsync(process.Log, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.True(new FileInfo(process.Log).Length < 64 * 1024);
        idle.ForEach(socket => socket.Dispose());
    }

    private static async Task<List<Socket>> Connect(int port, int count, int? window = null)
    {
        var sockets = new List<Socket>();
        for (var i = 0; i < count; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            if (window is { } bytes)
            {
                socket.ReceiveBufferSize = bytes;
            }

            await socket.ConnectAsync(IPAddress.Loopback, port);
            sockets.Add(socket);
        }

        return sockets;
    }

    private static async Task<string> Ask(Socket socket, string request)
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes(request));
        var answer = new byte[4096];
        return Encoding.ASCII.GetString(answer, 0, await socket.ReceiveAsync(answer));
    }

    /// <summary>The other side has ended it: nothing more comes.</summary>
    private static bool IsEnded(Socket socket)
    {
        try
        {
            return socket.Poll(0, SelectMode.SelectRead) && socket.Receive(new byte[1], SocketFlags.Peek) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    /// <summary>How many connections the side that listens there still has, as its kernel counts: whoever is cut off is not told.</summary>
    private static int Open(int port) => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
        .Count(c => c.LocalEndPoint.Port == port && c.State is not (TcpState.TimeWait or TcpState.Closed));
}
