using Payments.Application.Callbacks;

namespace Payments.Infrastructure.Inbox.Spool;

/// <summary>
/// Callbacks on local disk while the database cannot take them: appended in groups, one fsync a group, drained and deleted when it can.
/// A callback may enter the inbox from here a second time (a process died between commit and delete, or a commit's answer was lost):
/// its id is the same, so the row is there once.
/// </summary>
public sealed class CallbackSpool : IDisposable
{
    /// <summary>Below this the disk counts as full already: the next segment would not get far.</summary>
    private const long MinFreeBytes = 1024 * 1024;

    /// <summary>How long a failed write speaks against readiness; then another callback may try.</summary>
    private static readonly TimeSpan FailureCounts = TimeSpan.FromSeconds(5);

    private readonly SpoolOptions options;
    private readonly SpoolSeal seal;
    private readonly string folder;
    private readonly SpoolAside aside;
    private readonly Lock gate = new();
    private readonly List<SpoolSegment> sealedSegments = [];
    private SpoolSegment? active;
    private long othersBytes;
    private long failedAt = long.MinValue;
    private bool disposed;

    public CallbackSpool(SpoolOptions options, SpoolSeal seal)
    {
        this.options = options;
        this.seal = seal;
        folder = options.Path ?? throw new ArgumentException("A spool needs a path.", nameof(options));
        MakeFolder(folder);
        aside = new(folder);
        Count();
    }

    /// <summary>Bytes that wait in this process's segments.</summary>
    public long Bytes
    {
        get
        {
            lock (gate)
            {
                return OwnBytes;
            }
        }
    }

    /// <summary>Bytes set aside in the folder, which wait for an operator; as of the last look, a second ago.</summary>
    public long AsideBytes => aside.Bytes;

    /// <summary>True when a callback could be kept now.</summary>
    public bool HasRoom
    {
        get
        {
            lock (gate)
            {
                return OwnBytes + othersBytes < options.MaxBytes && HasFreeDisk()
                    && (failedAt == long.MinValue || Environment.TickCount64 - failedAt > FailureCounts.TotalMilliseconds);
            }
        }
    }

    /// <summary>
    /// True while callbacks without a valid token may be kept too. They get the first half only, so that a flood during an outage leaves the
    /// other half to the real ones, however often the process starts anew.
    /// </summary>
    public bool HasRoomForStrangers
    {
        get
        {
            lock (gate)
            {
                return OwnBytes + othersBytes < options.MaxBytes / 2;
            }
        }
    }

    private long OwnBytes => (active?.Length ?? 0) + sealedSegments.Sum(segment => segment.Length);

    /// <summary>Makes the folder, for its owner only.</summary>
    public static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>
    /// Keeps callbacks; returns once all are durable. Throws <see cref="InboxUnavailableException"/> when the disk or the limit has no
    /// room: then what was not durable is not there at all, but an earlier part of the same group may be, which does no harm: it only
    /// enters the inbox without having been acknowledged.
    /// </summary>
    public void Append(IEnumerable<IncomingCallback> callbacks)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            try
            {
                var buffer = new MemoryStream();
                var now = DateTimeOffset.UtcNow;
                foreach (var callback in callbacks)
                {
                    SpoolRecord.Write(buffer, callback, now, seal);
                    if (buffer.Length >= options.SegmentBytes)
                    {
                        AppendGroup(buffer);
                    }
                }

                AppendGroup(buffer);
                failedAt = long.MinValue;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                failedAt = Environment.TickCount64;

                // Whether the file can still be trusted is for its reader to find out; the next group gets a new one.
                Rotate();
                throw new InboxUnavailableException("The database is away and the spool cannot keep the callback.", failure);
            }
        }
    }

    /// <summary>
    /// The segment to drain next, oldest first, of those not to be passed over; null when nothing waits. The one being written is closed only
    /// when no other is left: while the database is away this is asked every second, and a file for each second would soon be too many.
    /// </summary>
    internal SpoolSegment? Next(IReadOnlySet<SpoolSegment> passedOver)
    {
        lock (gate)
        {
            if (sealedSegments.TrueForAll(passedOver.Contains))
            {
                Rotate();
            }

            return sealedSegments.Find(segment => !passedOver.Contains(segment));
        }
    }

    /// <summary>Takes over what dead processes left; gives how many segments. A living one's are locked.</summary>
    internal int Adopt()
    {
        lock (gate)
        {
            var own = sealedSegments.Append(active).OfType<SpoolSegment>().Select(segment => segment.Path).ToHashSet(StringComparer.Ordinal);
            var adopted = Directory.EnumerateFiles(folder, "*" + SpoolSegment.Extension).Where(path => !own.Contains(path)).Order(StringComparer.Ordinal)
                .Select(SpoolSegment.TryAdopt).OfType<SpoolSegment>().ToList();
            sealedSegments.AddRange(adopted);
            Count();
            return adopted.Count;
        }
    }

    /// <summary>A segment's content. One that is larger than any this service writes is set aside as it is: null.</summary>
    internal SpoolContent? Read(SpoolSegment segment)
    {
        if (segment.Length <= Math.Max(options.SegmentBytes, SpoolOptions.UsualSegmentBytes) * 4L)
        {
            return SpoolRecord.ReadAll(segment.Read(), seal);
        }

        lock (gate)
        {
            sealedSegments.Remove(segment);
            segment.Rename(SpoolAside.Extension(AsideReason.Torn));
        }

        return null;
    }

    /// <inheritdoc cref="SpoolAside.Keep"/>
    internal string SetAside(SpoolSegment segment, AsideReason why, IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        var path = aside.Keep(segment, why, pieces);
        aside.Count();
        return path;
    }

    /// <summary>Everything in it is in the inbox: deletes it.</summary>
    internal void Remove(SpoolSegment segment)
    {
        lock (gate)
        {
            sealedSegments.Remove(segment);
            segment.Delete();
        }
    }

    /// <summary>Lets go of the segments; the next process adopts what is in them.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            Rotate();
            foreach (var segment in sealedSegments)
            {
                if (segment.Length == 0)
                {
                    segment.Delete();
                }
                else
                {
                    segment.Dispose();
                }
            }

            sealedSegments.Clear();
        }
    }

    private void AppendGroup(MemoryStream buffer)
    {
        if (buffer.Length == 0)
        {
            return;
        }

        if (OwnBytes + othersBytes + buffer.Length > options.MaxBytes)
        {
            throw new IOException($"The spool holds its limit of {options.MaxBytes} bytes.");
        }

        if (active is { Length: > 0 } full && full.Length + buffer.Length > options.SegmentBytes)
        {
            Rotate();
        }

        active ??= CreateSegment();
        active.Append(buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
        buffer.SetLength(0);
    }

    private SpoolSegment CreateSegment()
    {
        for (var tried = 1; ; tried++)
        {
            try
            {
                return SpoolSegment.Create(folder);
            }
            catch (IOException) when (tried < 3)
            {
                // Another process looked at it between its making and its lock.
            }
        }
    }

    private void Rotate()
    {
        if (active is { } current)
        {
            active = null;
            if (current.Length > 0)
            {
                sealedSegments.Add(current);
            }
            else
            {
                current.Delete();
            }
        }
    }

    /// <summary>What the folder holds beside this process's own, counted when it is looked through, once a second.</summary>
    private void Count()
    {
        var own = OwnBytes;
        var all = new DirectoryInfo(folder).EnumerateFiles("*" + SpoolSegment.Extension).Sum(SpoolAside.LengthOf);
        othersBytes = Math.Max(0, all - own);
        aside.Count();
    }

    private bool HasFreeDisk()
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace >= MinFreeBytes;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
