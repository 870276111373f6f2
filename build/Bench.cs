using System.Diagnostics;

namespace Payments.Build;

/// <summary>Runs the benchmarks' program, optimised, in the repository's folder.</summary>
internal static class Bench
{
    /// <summary>Passes the arguments on and returns the program's exit code.</summary>
    public static async Task<int> Run(string[] args)
    {
        var root = RepositoryRoot.Find();
        var start = new ProcessStartInfo(Service.DotnetHost, ["run", "--configuration", "Release", "--project", "tests/Benchmarks", "--", .. args])
        {
            WorkingDirectory = root,
        };
        // "bench seed" works on the running stack: the settings its API runs with are the ones it needs.
        foreach (var (name, value) in StackState.ReadRunning(RepositoryRoot.Local(root))?.ApiEnvironment ?? [])
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
