using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Payments.Api.Network;

/// <summary>
/// Kestrel's own listeners with a limit before them: a connection for which there is no room is closed here, one after the other, before it costs
/// more than its descriptor. Kestrel's limit comes later, when thousands may have been accepted.
/// </summary>
internal sealed class LimitedListenerFactory(IOptions<SocketTransportOptions> options, ILoggerFactory logs, ConnectionTable table)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory inner = new(options, logs);

    /// <summary>TCP only: who may open a Unix socket is decided by its file.</summary>
    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint && inner.CanBind(endpoint);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(await inner.BindAsync(endpoint, cancellationToken), table);

    private sealed class Listener(IConnectionListener inner, ConnectionTable table) : IConnectionListener
    {
        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await inner.AcceptAsync(cancellationToken) is { } connection)
            {
                if (table.Enter(connection) is { } place)
                {
                    connection.Features.Set(place);
                    SendLimit.Set(connection.Features.Get<IConnectionSocketFeature>());
                    return connection;
                }

                connection.Abort(new ConnectionAbortedException("There is no room for another connection."));
                await connection.DisposeAsync();
            }

            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    /// <summary>
    /// Whoever takes nothing of what he was sent for this long is gone or means no good: the kernel ends the connection, whatever Kestrel has still to
    /// write to it. Kestrel's own minimum rate counts from what it wrote and forgives 240 bytes a second: a quarter of an hour for a long answer.
    /// </summary>
    private static class SendLimit
    {
        private const int TcpLevel = 6;
        private const int UserTimeout = 18;
        private static readonly TimeSpan Max = TimeSpan.FromSeconds(20);

        public static void Set(IConnectionSocketFeature? accepted)
        {
            if (accepted is null || !OperatingSystem.IsLinux())
            {
                return;
            }

            Span<byte> value = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(value, (int)Max.TotalMilliseconds);
            try
            {
                accepted.Socket.SetRawSocketOption(TcpLevel, UserTimeout, value);
            }
            catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
            {
                // It was reset already.
            }
        }
    }
}
