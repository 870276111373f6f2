using System.Net;
using System.Net.Sockets;

namespace Payments.Tests.Integration;

/// <summary>A wire to the service on which the answer to the first request gets lost: the service did it, and the connection is cut.</summary>
internal sealed class LostAnswers : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Uri service;
    private readonly Task accepting;
    private int toLose = 1;

    public LostAnswers(Uri service)
    {
        this.service = service;
        listener.Start();
        accepting = Accept();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    /// <summary>How many connections there were.</summary>
    public int Connections { get; private set; }

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await accepting;
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var near = await listener.AcceptTcpClientAsync();
                Connections++;
                _ = Pass(near, loses: Interlocked.Exchange(ref toLose, 0) == 1);
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task Pass(TcpClient near, bool loses)
    {
        using (near)
        using (var far = new TcpClient())
        {
            await far.ConnectAsync(service.Host, service.Port);
            var sending = near.GetStream().CopyToAsync(far.GetStream());
            var answer = new byte[64 * 1024];
            while (await far.GetStream().ReadAsync(answer) is > 0 and var read)
            {
                if (loses)
                {
                    near.Client.Close(0);
                    return;
                }

                await near.GetStream().WriteAsync(answer.AsMemory(0, read));
            }

            near.Client.Shutdown(SocketShutdown.Send);
            await sending;
        }
    }
}
