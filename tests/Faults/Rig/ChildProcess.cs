using System.Diagnostics;
using System.Runtime.InteropServices;
using Payments.Build;

namespace Payments.Tests.Faults;

/// <summary>One of our programs as a process of its own, its output in a file. Disposing kills it.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly Task logging;

    private ChildProcess(Process process, string log)
    {
        this.process = process;
        Log = log;
        logging = Task.WhenAll(Copy(process.StandardOutput, log), Copy(process.StandardError, log + ".errors"));
    }

    /// <summary>Its id.</summary>
    public int Id => process.Id;

    /// <summary>The file with what it printed; its errors are beside it.</summary>
    public string Log { get; }

    /// <summary>True once it ended.</summary>
    public bool HasEnded => process.HasExited;

    /// <summary>What it ended with; only after it ended.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>Bytes of memory it holds now.</summary>
    public long Memory
    {
        get
        {
            process.Refresh();
            return process.HasExited ? 0 : process.WorkingSet64;
        }
    }

    /// <summary>Starts <c>src/{project}</c> as it was built together with us.</summary>
    public static ChildProcess Start(
        string project, IEnumerable<KeyValuePair<string, string>> settings, string log, IReadOnlyList<string>? through = null, params IReadOnlyList<string> arguments)
    {
        var built = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var folder = Path.Combine(RepositoryRoot.Find(), "src", project);
        var program = Path.Combine(folder, "bin", built.Parent!.Name, built.Name, $"Payments.{project}.dll");
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        string[] line = [.. through ?? [], dotnet, "exec", program, .. arguments];
        var start = new ProcessStartInfo(line[0], line[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };

        // Nothing of the caller's shell, of another deployment or of a proxy.
        foreach (var name in start.Environment.Keys.Where(name => name.Contains("__", StringComparison.Ordinal)
            || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal) || name.EndsWith("_proxy", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return new(Process.Start(start)!, log);
    }

    /// <summary>A port nobody listens on.</summary>
    public static int FreePort() => Ports.Free();

    /// <summary>Waits until it ends by itself; what it ended with.</summary>
    public async Task<int> Ended(CancellationToken stop)
    {
        await process.WaitForExitAsync(stop);
        return process.ExitCode;
    }

    /// <summary>kill -9, and waits until it is gone.</summary>
    public async Task Kill()
    {
        Signal.Kill(Id);
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; true when it ended within the time.</summary>
    public async Task<bool> Terminate(TimeSpan patience)
    {
        Signal.Terminate(Id);
        try
        {
            await process.WaitForExitAsync().WaitAsync(patience);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            // A frozen process does not mind SIGKILL either.
            await Kill();
        }

        await logging;
        process.Dispose();
    }

    private static async Task Copy(StreamReader from, string path)
    {
        await using var to = new StreamWriter(path, append: true) { AutoFlush = true };
        while (await from.ReadLineAsync() is { } line)
        {
            await to.WriteLineAsync(line);
        }
    }
}
