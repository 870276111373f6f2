using System.Diagnostics;
using System.Threading.Channels;
using Payments.Application.Callbacks;
using Payments.Application.Telemetry;

namespace Payments.Infrastructure.Inbox;

/// <summary>A callback in the queue, and who waits for it.</summary>
/// <param name="Stored">Where it went: <c>stored</c> or <c>spooled</c>.</param>
internal sealed record WaitingCallback(IncomingCallback Callback, TaskCompletionSource<string> Stored);

/// <summary>Callbacks that wait for their commit. A request is answered only after it.</summary>
internal sealed class InboxQueue(InboxOptions options, PaymentsMetrics metrics) : IInbox
{
    private readonly Channel<WaitingCallback> queue = Channel.CreateBounded<WaitingCallback>(
        new BoundedChannelOptions(options.QueueSize) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Callbacks that wait for the next commit.</summary>
    public int Count => queue.Reader.Count;

    /// <summary>Where <see cref="InboxBatchWriter"/> takes them.</summary>
    public ChannelReader<WaitingCallback> Reader => queue.Reader;

    public async Task Store(IncomingCallback callback, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var outcome = "refused";
        try
        {
            var waiting = new WaitingCallback(callback, new(TaskCreationOptions.RunContinuationsAsynchronously));
            if (!queue.Writer.TryWrite(waiting))
            {
                throw new InboxUnavailableException("More callbacks are waiting than can be stored in time.");
            }

            outcome = await waiting.Stored.Task;
        }
        finally
        {
            metrics.Accepted(callback.Kind, Stopwatch.GetElapsedTime(started), outcome);
        }
    }

    /// <summary>Takes no more.</summary>
    public void Complete() => queue.Writer.TryComplete();
}
