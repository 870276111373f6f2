namespace Payments.Infrastructure.Inbox;

/// <summary>Sizes of the inbox writer (configuration section <c>Inbox</c>).</summary>
public sealed class InboxOptions
{
    /// <summary>Callbacks in one commit: what a drain takes at once.</summary>
    public int BatchSize { get; set; } = 1000;

    /// <summary>
    /// How far apart a writer under load starts its batches: a Hangfire job costs about 43 SQL statements, so the number of batches is what
    /// has to be bounded. 20 ms is a fifth of the acknowledgement time promised under load; a lone callback never waits.
    /// </summary>
    public TimeSpan Linger { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Callbacks that may be read or wait for their commit; at 64 KiB each the worst case is bounded by <see cref="QueueBytes"/> first.</summary>
    public int QueueSize { get; set; } = 20_000;

    /// <summary>Bytes of them that may be here at once: beyond that, 503 at once rather than a slow death.</summary>
    public long QueueBytes { get; set; } = 64 * 1024 * 1024;
}
