using Microsoft.Win32.SafeHandles;

namespace Payments.Infrastructure.Inbox.Spool;

/// <summary>
/// One append-only file. Whoever has it open has it alone, by an OS lock that ends with the process: that is how another process knows
/// that its owner is dead.
/// </summary>
internal sealed class SpoolSegment : IDisposable
{
    /// <summary>How a segment's name ends.</summary>
    public const string Extension = ".spool";

    private readonly SafeFileHandle file;

    private SpoolSegment(string path, SafeFileHandle file)
    {
        Path = path;
        this.file = file;
        Length = RandomAccess.GetLength(file);
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Bytes that are durable.</summary>
    public long Length { get; private set; }

    /// <summary>Makes a new one; its name is as unique as its id, so it is never made twice.</summary>
    public static SpoolSegment Create(string folder)
    {
        var path = System.IO.Path.Combine(folder, Guid.CreateVersion7().ToString("N") + Extension);

        // An adopter may look between the file's making and its lock; it finds it empty and goes on, and this throws and is tried again.
        var segment = new SpoolSegment(path, File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
        if (!OperatingSystem.IsWindows())
        {
            // Bodies hold names and phone numbers.
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        DurableFolder.Flush(folder);
        return segment;
    }

    /// <summary>Takes a file over; null while a living process has it, when it is gone, and when it is no file or not ours to open.</summary>
    public static SpoolSegment? TryAdopt(string path)
    {
        try
        {
            return new(path, File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None));
        }
        catch (Exception not) when (not is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>
    /// Appends and returns once it is durable. Dies within: the record is torn, and nobody was told it was kept. Fails (disk full): what
    /// was written is cut off again, and the exception says so to the caller, who answers 503.
    /// </summary>
    public void Append(ReadOnlyMemory<byte> records)
    {
        try
        {
            RandomAccess.Write(file, records.Span, Length);
            RandomAccess.FlushToDisk(file);
        }
        catch (IOException)
        {
            RandomAccess.SetLength(file, Length);
            throw;
        }

        Length += records.Length;
    }

    /// <summary>The whole content.</summary>
    public byte[] Read()
    {
        var content = new byte[RandomAccess.GetLength(file)];
        var read = 0;
        while (read < content.Length)
        {
            var got = RandomAccess.Read(file, content.AsSpan(read), read);
            if (got == 0)
            {
                break;
            }

            read += got;
        }

        return content[..read];
    }

    /// <summary>Renames it while it is still locked, so that nobody adopts it again.</summary>
    public void Rename(string extension)
    {
        File.Move(Path, System.IO.Path.ChangeExtension(Path, extension), overwrite: true);
        Dispose();
    }

    /// <summary>Deletes it while it is still locked, so that nobody adopts it in between.</summary>
    public void Delete()
    {
        File.Delete(Path);
        Dispose();
    }

    public void Dispose() => file.Dispose();
}
