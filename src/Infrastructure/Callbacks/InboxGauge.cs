namespace Payments.Infrastructure;

/// <summary>The inbox's queue in memory, for those who look at it.</summary>
public sealed class InboxGauge
{
    private readonly InboxWriter writer;
    private readonly IntakeCapacity room;
    private readonly InboxOptions options;

    internal InboxGauge(InboxWriter writer, IntakeCapacity room, InboxOptions options) => (this.writer, this.room, this.options) = (writer, room, options);

    /// <summary>Callbacks that wait.</summary>
    public int Waiting => writer.Queued;

    /// <summary>The bytes of their bodies, and of those being read or committed.</summary>
    public long Bytes => room.Bytes;

    /// <summary>How many may wait.</summary>
    public int Most => options.QueueSize;

    /// <summary>How many bytes may wait.</summary>
    public long MostBytes => options.QueueBytes;
}
