using System.Diagnostics;

namespace Payments.Build;

/// <summary>Runs the API's doctor with the settings of the stack that runs now, whose keys and database nobody else knows.</summary>
internal static class Doctor
{
    /// <summary>Passes the arguments on and returns the doctor's exit code.</summary>
    public static async Task<int> Run(string[] args)
    {
        var root = RepositoryRoot.Find();
        var running = StackState.ReadRunning(RepositoryRoot.Local(root));
        if (running is null && !args.Any(arg => arg is "--help" or "-h"))
        {
            throw new StartProblemException(
                "No stack runs here; start it, or look at a deployment with its own configuration: dotnet run --project src/Api -- doctor");
        }

        var start = new ProcessStartInfo(Service.DotnetHost, ["exec", Service.ProgramOf(root, "Api"), "doctor", .. args])
        {
            WorkingDirectory = Path.Combine(root, "src", "Api"),
        };
        StackSettings.Clean(start.Environment);
        foreach (var (name, value) in running?.ApiEnvironment ?? [])
        {
            start.Environment[name] = value;
        }

        using var signals = new StopSignals();
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
