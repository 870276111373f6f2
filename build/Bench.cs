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
        var running = StackState.ReadRunning(RepositoryRoot.Local(root))?.ApiEnvironment ?? [];
        if (args is ["seed", ..] && running.GetValueOrDefault("Daraja__Environment", "Simulator") != "Simulator")
        {
            throw new StartProblemException(
                "The running stack is Safaricom's sandbox: made-up prompts would be asked about there; start the stack without --tunnel.");
        }

        foreach (var (name, value) in running)
        {
            start.Environment[name] = value;
        }

        using var signals = new StopSignals();
        using var process = Process.Start(start)!;
        // Ctrl-C reaches the benchmarks by itself, SIGTERM only us; asked once, they end in their own time.
        await using var passOn = signals.Token.Register(() => _ = Command.Run(["sh", "-c", $"kill -TERM {process.Id}"], TimeSpan.FromSeconds(1)));
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
