namespace Payments.Infrastructure.Inbox;

/// <summary>The inbox's queue in memory, for those who look at it.</summary>
public sealed class InboxQueueMetrics
{
    private readonly InboxQueue queue;
    private readonly IntakeCapacity room;
    private readonly InboxOptions options;

    internal InboxQueueMetrics(InboxQueue queue, IntakeCapacity room, InboxOptions options) => (this.queue, this.room, this.options) = (queue, room, options);

    /// <summary>Callbacks that wait.</summary>
    public int Waiting => queue.Count;

    /// <summary>The bytes of their bodies, and of those being read or committed.</summary>
    public long Bytes => room.Bytes;

    /// <summary>How many may wait.</summary>
    public int Max => options.QueueSize;

    /// <summary>How many bytes may wait.</summary>
    public long MaxBytes => options.QueueBytes;
}
