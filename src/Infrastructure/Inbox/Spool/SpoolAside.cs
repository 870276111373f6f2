namespace Payments.Infrastructure.Inbox.Spool;

/// <summary>
/// What of the spool's segments cannot be stored: kept beside them, in files an operator may look at and put back by renaming them to
/// <c>.spool</c>. Nothing here is ever deleted.
/// </summary>
internal sealed class SpoolAside(string folder)
{
    private long bytes;

    /// <summary>Bytes that wait for an operator, as of the last <see cref="Count"/>.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>How a file's name ends.</summary>
    public static string Extension(AsideReason why) => "." + why.ToString().ToLowerInvariant();

    /// <summary>
    /// Keeps whole records of a segment, durably, before the segment may go; answers the file. Dies between this and the segment's end: they
    /// are there twice, which does no harm.
    /// </summary>
    public string Keep(SpoolSegment segment, AsideReason why, IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        var path = Path.ChangeExtension(segment.Path, Extension(why));
        using (var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write))
        {
            if (!OperatingSystem.IsWindows())
            {
                // Bodies hold names and phone numbers.
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            var at = RandomAccess.GetLength(file);
            foreach (var piece in pieces)
            {
                RandomAccess.Write(file, piece.Span, at);
                at += piece.Length;
            }

            RandomAccess.FlushToDisk(file);
        }

        DurableFolder.Flush(folder);
        return path;
    }

    /// <summary>Counts anew what is there, whoever put it there.</summary>
    public void Count() => Interlocked.Exchange(ref bytes, Enum.GetValues<AsideReason>()
        .Sum(why => new DirectoryInfo(folder).EnumerateFiles("*" + Extension(why)).Sum(LengthOf)));

    /// <summary>A file's length; 0 when it has just gone.</summary>
    public static long LengthOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }
}
