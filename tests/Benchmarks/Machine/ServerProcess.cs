using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Payments.Build;

namespace Payments.Benchmarks;

/// <summary>One contestant: a server in a process of its own.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    // It has migrations to run and everything to load for the first time, on a machine that may be busy.
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    private readonly Process process;

    private ServerProcess(Process process, int port) => (this.process, Address) = (process, new(IPAddress.Loopback, port));

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address { get; }

    public int ProcessId => process.Id;

    /// <summary>Starts the service's API with both roles, as the laptop stack does; Safaricom is not there and not needed.</summary>
    public static Task<ServerProcess> StartApi(
        string root, string local, string database, CancellationToken stop, Dictionary<string, string>? more = null)
    {
        var port = FreePort();

        // Port 9 (discard) for the simulator: nothing here has to be asked.
        var settings = StackSettings.Api(new StackOptions(port, SimulatorPort: 9), local, database);
        settings["Spool__Path"] = Path.Combine(local, "bench-spool");
        foreach (var (key, value) in more ?? [])
        {
            settings[key] = value;
        }

        return Start("API", [Path.Combine(root, "src", "Api", "bin", "Release", "net10.0", "Payments.Api.dll")], settings, port, "/health/ready", stop);
    }

    /// <summary>Starts one of the baselines, which are in this program.</summary>
    public static Task<ServerProcess> StartBaseline(string command, string database, CancellationToken stop)
    {
        var port = FreePort();
        var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        return Start(command, [Path.Combine(AppContext.BaseDirectory, "Payments.Benchmarks.dll"), command, url, database], [], port, "/ready", stop);
    }

    /// <summary>Largest resident memory since the start, in bytes; null where the system does not tell.</summary>
    public long? PeakMemory()
    {
        var status = $"/proc/{process.Id.ToString(CultureInfo.InvariantCulture)}/status";
        var line = File.Exists(status) ? File.ReadLines(status).FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)) : null;
        return line is null ? null : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await Command.Run(["kill", "-TERM", process.Id.ToString(CultureInfo.InvariantCulture)], TimeSpan.FromSeconds(5));
        }

        try
        {
            await process.WaitForExitAsync().WaitAsync(StopLimit);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }

    private static async Task<ServerProcess> Start(
        string name, string[] line, Dictionary<string, string> settings, int port, string ready, CancellationToken stop)
    {
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        var start = new ProcessStartInfo(dotnet, ["exec", .. line]) { RedirectStandardOutput = true, RedirectStandardError = true };
        StackSettings.Clean(start.Environment);
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, said) => Tell(name, said.Data);
        process.ErrorDataReceived += (_, said) => Tell(name, said.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var server = new ServerProcess(process, port);
        try
        {
            await server.WaitUntilReady(name, ready, stop);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private async Task WaitUntilReady(string name, string path, CancellationToken stop)
    {
        using var http = new HttpClient();
        for (var waiting = Stopwatch.StartNew(); waiting.Elapsed < StartLimit && !process.HasExited; await Task.Delay(100, stop))
        {
            try
            {
                // The service takes callbacks before its database is there, and says so: "degraded".
                using var answer = await http.GetAsync(new Uri($"http://{Address}{path}"), stop);
                if (answer.IsSuccessStatusCode && !(await answer.Content.ReadAsStringAsync(stop)).Contains("degraded", StringComparison.Ordinal))
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
        }

        throw new BenchProblemException($"The {name} did not become ready within {StartLimit.TotalSeconds:0} s.");
    }

    // Servers that do well say nothing; a warning in the middle of a measurement explains it.
    private static void Tell(string name, string? line)
    {
        if (line is not null && !line.Contains("info:", StringComparison.Ordinal))
        {
            Console.WriteLine($"{name} | {line}");
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
