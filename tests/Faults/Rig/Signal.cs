using System.Runtime.InteropServices;

namespace Payments.Tests.Faults;

/// <summary>What can be done to a process from outside, by its id.</summary>
internal static class Signal
{
    private const int Kill9 = 9;
    private const int Terminate15 = 15;

    // Linux's numbers; macOS has others (17 and 19).
    private static readonly int Stop19 = OperatingSystem.IsMacOS() ? 17 : 19;
    private static readonly int Continue18 = OperatingSystem.IsMacOS() ? 19 : 18;

    /// <summary>Ends it at this very instruction.</summary>
    public static void Kill(int pid) => Send(pid, Kill9);

    /// <summary>Asks it to end.</summary>
    public static void Terminate(int pid) => Send(pid, Terminate15);

    /// <summary>Freezes it; its connections stay open and silent.</summary>
    public static void Freeze(int pid) => Send(pid, Stop19);

    /// <summary>Lets it go on, as if no time had passed.</summary>
    public static void Thaw(int pid) => Send(pid, Continue18);

    private static void Send(int pid, int signal)
    {
        // A pid of 0 or less would mean a whole group.
        ArgumentOutOfRangeException.ThrowIfLessThan(pid, 2);
        _ = kill(pid, signal);
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);
}
