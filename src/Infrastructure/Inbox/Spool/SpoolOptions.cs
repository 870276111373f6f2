namespace Payments.Infrastructure.Inbox.Spool;

/// <summary>Section <c>Spool</c>: where callbacks wait on local disk while the database is away. Off without a path.</summary>
public sealed class SpoolOptions
{
    /// <summary>What a segment holds unless somebody chose another size; also the least a reader expects.</summary>
    internal const int UsualSegmentBytes = 16 * 1024 * 1024;

    /// <summary>A folder that outlives the process (and the container); several processes may share it. Null: no spool.</summary>
    public string? Path { get; set; }

    /// <summary>
    /// Bytes all segments in the folder may hold together. The default, 1 GiB, is about a million callbacks: hours of an outage at the
    /// busiest rate a shop sees, and a size no server's disk is troubled by.
    /// </summary>
    public long MaxBytes { get; set; } = 1L << 30;

    /// <summary>
    /// Bytes in one file. One file is read whole when it is drained and stored again whole when a process dies at it, so this bounds both
    /// the memory and the work done twice.
    /// </summary>
    public int SegmentBytes { get; set; } = UsualSegmentBytes;

    /// <summary>
    /// Spooled callbacks entering the inbox per second: about half of what the inbox takes on two cores, so that what comes in meanwhile
    /// is not held up by what came before.
    /// </summary>
    public int RowsPerSecond { get; set; } = 5000;

    /// <summary>
    /// How long a commit may take before its callbacks are spooled instead: far above a healthy commit (milliseconds), well below the
    /// patience of whoever is calling.
    /// </summary>
    public TimeSpan Deadline { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>True when a path is given.</summary>
    public bool IsOn => !string.IsNullOrWhiteSpace(Path);
}
