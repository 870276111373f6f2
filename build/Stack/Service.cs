using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Payments.Build;

/// <summary>The API or the simulator, running as a child process whose output appears on our console under its name.</summary>
internal sealed class Service : IDisposable
{
    // What a service under way may need to finish its requests and jobs; the whole stack promises 30 s.
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);

    private readonly Process process;

    private Service(string name, Process process)
    {
        (Name, this.process) = (name, process);
        Started = StackState.Started.Of(process);
        Ended = process.WaitForExitAsync();
    }

    /// <summary>The dotnet program that runs us, wherever it is installed.</summary>
    public static string DotnetHost { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    /// <summary>The name its lines carry.</summary>
    public string Name { get; }

    /// <summary>Its process, for the next start if we are killed.</summary>
    public StackState.Started Started { get; }

    /// <summary>Done when the process is gone.</summary>
    public Task Ended { get; }

    /// <summary>How it ended, for a sentence.</summary>
    public string Ending => $"ended by itself with exit code {process.ExitCode}";

    /// <summary>A project's program in the configuration (Debug or Release) and framework we were built with: ".../bin/Debug/net10.0/".</summary>
    public static string ProgramOf(string root, string project)
    {
        var built = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Path.Combine(root, "src", project, "bin", built.Parent!.Name, built.Name, $"Payments.{project}.dll");
    }

    /// <summary>Starts a project of ours as it was built together with us.</summary>
    public static Service Start(string root, string name, string project, Dictionary<string, string> settings)
    {
        var start = new ProcessStartInfo(DotnetHost, ["exec", ProgramOf(root, project)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // As "dotnet run" does: settings files and pages are found in the project's folder.
            WorkingDirectory = Path.Combine(root, "src", project),
        };
        StackSettings.Clean(start.Environment);
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Print(name, line.Data);
        process.ErrorDataReceived += (_, line) => Print(name, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new Service(name, process);
    }

    /// <summary>Asks it to end, and ends it when it does not.</summary>
    public async Task Stop()
    {
        if (!process.HasExited)
        {
            await Command.Run(["sh", "-c", $"kill -TERM {process.Id}"], TimeSpan.FromSeconds(1));
        }

        try
        {
            await Ended.WaitAsync(StopLimit);
        }
        catch (TimeoutException)
        {
            Console.WriteLine($"stack | {Name} did not end within {StopLimit.TotalSeconds:0} s and is killed");
            process.Kill(entireProcessTree: true);
            await Ended;
        }
    }

    public void Dispose() => process.Dispose();

    private static void Print(string name, string? line)
    {
        if (line is not null)
        {
            Console.WriteLine($"{name} | {line}");
        }
    }
}
