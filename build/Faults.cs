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

        // The full run measures, so it takes what is deployed; the short one is spared a second build.
        string[] optimised = args.Contains("--short") ? [] : ["--configuration", "Release"];
        var start = new ProcessStartInfo(Service.DotnetHost, ["run", .. optimised, "--project", "tests/Faults", "--", .. args]) { WorkingDirectory = RepositoryRoot.Find() };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
