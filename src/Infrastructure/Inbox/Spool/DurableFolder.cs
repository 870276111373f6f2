using System.Runtime.InteropServices;

namespace Payments.Infrastructure.Inbox.Spool;

/// <summary>Makes a new file's name durable: fsync of the file alone keeps its content, and not on every file system its name.</summary>
internal static class DurableFolder
{
    /// <summary>Flushes a folder. On Windows names are durable with the file.</summary>
    public static void Flush(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var folder = Open(path, 0);
        if (folder < 0)
        {
            throw new IOException($"The spool's folder cannot be opened (error {Marshal.GetLastPInvokeError()}).");
        }

        var result = Fsync(folder);
        var error = Marshal.GetLastPInvokeError();
        _ = Close(folder);
        if (result != 0)
        {
            throw new IOException($"The spool's folder cannot be flushed (error {error}).");
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Fsync(int file);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int file);
}
