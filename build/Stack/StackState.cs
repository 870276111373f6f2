using System.Diagnostics;
using System.Text.Json;

namespace Payments.Build;

/// <summary>
/// What a running stack writes down (<c>.local/stack.json</c>, for its owner only, as the connection string is in it):
/// for a second start that must not disturb it, for commands that work on it, and for the start after it was killed.
/// </summary>
/// <param name="Url">The API's address.</param>
/// <param name="ApiEnvironment">The settings the API was started with.</param>
/// <param name="Processes">The programs it started.</param>
internal sealed record StackState(string Url, Dictionary<string, string> ApiEnvironment, IReadOnlyList<StackState.Started> Processes)
{
    /// <summary>A started program; with its start time, because process numbers are used again.</summary>
    public sealed record Started(int Id, DateTime At)
    {
        public static Started Of(Process process) => new(process.Id, process.StartTime.ToUniversalTime());

        /// <summary>The process, if it still is the one that was started.</summary>
        public Process? Find()
        {
            try
            {
                var process = Process.GetProcessById(Id);
                // Computed from the system's uptime each time, so never quite the same twice.
                if ((process.StartTime.ToUniversalTime() - At).Duration() < TimeSpan.FromSeconds(2))
                {
                    return process;
                }

                process.Dispose();
            }
            catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
            {
            }
            return null;
        }
    }

    /// <summary>The state a stack left or keeps in <paramref name="local"/>; null without one.</summary>
    public static StackState? Read(string local)
    {
        try
        {
            return JsonSerializer.Deserialize<StackState>(File.ReadAllText(FileIn(local)));
        }
        catch (Exception none) when (none is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The state of a stack that runs now; null when none does.</summary>
    public static StackState? ReadRunning(string local)
    {
        using var free = Directory.Exists(local) ? TryLock(local) : null;
        return free is null ? Read(local) : null;
    }

    /// <summary>Held as long as the stack lives; the system lets it go with the process, however that ends. Null while another holds it.</summary>
    public static FileStream? TryLock(string local)
    {
        try
        {
            return new FileStream(Path.Combine(local, "stack.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Writes the state down, readable by its owner only.</summary>
    public void Write(string local)
    {
        Delete(local);
        var onlyOwner = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            onlyOwner.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(FileIn(local), onlyOwner);
        JsonSerializer.Serialize(file, this);
    }

    /// <summary>Forgets the state: nothing of the stack is left running.</summary>
    public static void Delete(string local) => File.Delete(FileIn(local));

    private static string FileIn(string local) => Path.Combine(local, "stack.json");
}
