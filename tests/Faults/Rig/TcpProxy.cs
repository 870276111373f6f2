using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Payments.Tests.Faults;

/// <summary>
/// A wire to PostgreSQL, or to another server, that can be made bad: cut right after a COMMIT was sent (so that its answer is lost), slow, or half-open (nothing
/// comes back, nothing is closed). Loopback only.
/// </summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly IPEndPoint target;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<Socket, byte> open = new();
    private readonly Task accepting;
    private volatile bool isClosed;
    private int cuts;
    private int cutsDone;

    /// <param name="port">Where it listens; 0: anywhere.</param>
    public TcpProxy(int targetPort, int port = 0)
    {
        target = new(IPAddress.Loopback, targetPort);
        listener = new(IPAddress.Loopback, port);
        listener.Start();
        accepting = Accept();
    }

    /// <summary>Where to connect instead.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Added to each piece that goes to the server.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>While true nothing passes in either direction, and connections stay open.</summary>
    public bool IsHalfOpen { get; set; }

    /// <summary>How often a connection was cut after its COMMIT.</summary>
    public int Cuts => Volatile.Read(ref cutsDone);

    /// <summary>The next so many COMMITs reach the server, and their answers reach nobody.</summary>
    public void CutAfterCommit(int times) => Interlocked.Exchange(ref cuts, times);

    /// <summary>From now on nobody answers, as if the server were gone.</summary>
    public void Close()
    {
        isClosed = true;
        CloseAll();
    }

    /// <summary>The server is back.</summary>
    public void Reopen() => isClosed = false;

    /// <summary>Closes everything that is open.</summary>
    public void CloseAll()
    {
        foreach (var socket in open.Keys)
        {
            socket.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        CloseAll();
        await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task Accept()
    {
        while (!stop.IsCancellationRequested)
        {
            var client = await listener.AcceptSocketAsync(stop.Token);
            if (isClosed)
            {
                client.Close(0);
            }
            else
            {
                _ = Serve(client);
            }
        }
    }

    private async Task Serve(Socket client)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        open[client] = open[server] = 0;
        try
        {
            await server.ConnectAsync(target, stop.Token);
            await Task.WhenAny(Pump(client, server, isToServer: true), Pump(server, client, isToServer: false));
        }
        catch (Exception broken) when (broken is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // A broken wire is what this is for.
        }
        finally
        {
            open.TryRemove(client, out _);
            open.TryRemove(server, out _);
            client.Dispose();
            server.Dispose();
        }
    }

    private async Task Pump(Socket from, Socket to, bool isToServer)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var read = await from.ReceiveAsync(buffer.AsMemory(), stop.Token);
            if (read == 0)
            {
                return;
            }

            if (isToServer && Latency > TimeSpan.Zero)
            {
                await Task.Delay(Latency, stop.Token);
            }

            while (IsHalfOpen)
            {
                await Task.Delay(50, stop.Token);
            }

            var isCommit = isToServer && buffer.AsSpan(0, read).IndexOf("COMMIT"u8) >= 0;
            for (var sent = 0; sent < read;)
            {
                sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), stop.Token);
            }

            if (isCommit && TakeCut())
            {
                // The server has it and will do it; the client hears nothing and finds the connection reset. The server must have read it
                // before its side is closed, so that side is left until the answer is there.
                from.Close(0);
                await Task.Delay(TimeSpan.FromMilliseconds(200), stop.Token);
                return;
            }
        }
    }

    private bool TakeCut()
    {
        if (Volatile.Read(ref cuts) <= 0 || Interlocked.Decrement(ref cuts) < 0)
        {
            return false;
        }

        Interlocked.Increment(ref cutsDone);
        return true;
    }
}
