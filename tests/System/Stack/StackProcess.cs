using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using Payments.Build;

namespace Payments.Tests.SystemTests;

/// <summary>The laptop stack as a developer starts it: a process of its own, on free ports, its data in a temporary folder.</summary>
internal sealed class StackProcess : IAsyncDisposable
{
    // The stack's own promises: ready in 15 s on a quiet machine (tests share it), gone in 30 s.
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    private readonly Process process;
    private readonly ConcurrentQueue<string> errors = new();
    private readonly ConcurrentQueue<string> lines = new();
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private StackProcess(Process process, Uri api)
    {
        this.process = process;
        Api = new HttpClient { BaseAddress = api };
        Api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sk_local_all");
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => { if (line.Data is not null) { errors.Enqueue(line.Data); } };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>A client of its API with the printed key.</summary>
    public HttpClient Api { get; }

    /// <summary>All it has said so far on its output.</summary>
    public string Output => string.Join('\n', lines);

    /// <summary>Starts it on the data in <paramref name="local"/> without waiting.</summary>
    public static StackProcess Start(string local, int apiPort, int simulatorPort, params string[] options) =>
        Start(local, apiPort, [], ["--api-port", $"{apiPort}", "--simulator-port", $"{simulatorPort}", .. options]);

    /// <summary>The same with variables of the developer's shell, and every argument given.</summary>
    public static StackProcess Start(string local, int apiPort, Dictionary<string, string> environment, params string[] arguments)
    {
        // Built together with these tests, in the same configuration.
        var built = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var program = Path.Combine(RepositoryRoot.Find(), "build", "bin", built.Parent!.Name, built.Name, "Payments.Build.dll");
        var start = new ProcessStartInfo("dotnet", ["exec", program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["PAYMENTS_LOCAL"] = local;
        return new StackProcess(Process.Start(start)!, new Uri($"http://localhost:{apiPort}"));
    }

    /// <summary>Waits for its last line of a good start.</summary>
    public async Task<StackProcess> Ready()
    {
        var first = await Task.WhenAny(ready.Task, process.WaitForExitAsync(), Task.Delay(ReadyLimit));
        return first == ready.Task ? this : throw new InvalidOperationException($"The stack is not ready: {string.Join('\n', [.. lines, .. errors])}");
    }

    /// <summary>Sends a signal (TERM, KILL) to the stack's own process, not to what it started.</summary>
    public Task Signal(string name) => Command.Run(["sh", "-c", $"kill -{name} {process.Id}"], StopLimit);

    /// <summary>Waits for its end, within the time it promises; returns the exit code and what it said on the error stream.</summary>
    public async Task<(int ExitCode, string Errors)> Ended()
    {
        await process.WaitForExitAsync().WaitAsync(StopLimit);
        return (process.ExitCode, string.Join('\n', errors));
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await Signal("TERM");
            await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(StopLimit));
        }
        Api.Dispose();
        process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        lines.Enqueue(line);
        if (line == $"Ready: {Api.BaseAddress!.ToString().TrimEnd('/')}")
        {
            ready.TrySetResult();
        }
    }
}
