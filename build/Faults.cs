using System.Diagnostics;

namespace Payments.Build;

/// <summary>Runs the fault rig in the repository's folder.</summary>
internal static class Faults
{
    /// <summary>Passes the arguments on and returns the rig's exit code: 0 when everything held.</summary>
    public static async Task<int> Run(string[] args)
    {
        // A Ctrl-C reaches the rig as well, which ends what it started; we wait for it.
        using var signals = new StopSignals();
        var start = new ProcessStartInfo(Service.DotnetHost, ["run", "--project", "tests/Faults", "--", .. args]) { WorkingDirectory = RepositoryRoot.Find() };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
