using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;

namespace Payments.Tests.Faults;

/// <summary>One API or worker process at one address, which may be killed, frozen and started again.</summary>
internal sealed class Api(Run run, string name, TestEnvironment world, string connectionString, string spool, (string Name, string Value)[] more) : IAsyncDisposable
{
    private ChildProcess? process;

    public Uri Url { get; } = new($"http://127.0.0.1:{ChildProcess.FreePort()}");

    public string Spool => spool;

    public ChildProcess Process => process!;

    /// <summary>Where Safaricom is told to call; another process's where this one takes no callbacks.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>When it was started last.</summary>
    public long LaunchedAt { get; private set; }

    /// <summary>A shop's client with every scope.</summary>
    public HttpClient Client => field ??= TestEnvironment.Client(Url, ApiSettings.Key);

    private Dictionary<string, string> Settings =>
        ApiSettings.Api(Url, PublicUrl ?? Url, world.SimulatorUrl, $"{connectionString};Maximum Pool Size=20", spool, [.. world.Initiator, .. more]);

    /// <summary>Starts the process without waiting. <paramref name="through"/> is a program that starts it.</summary>
    public void Launch(IReadOnlyList<string>? through = null)
    {
        process = ChildProcess.Start("Api", Settings, Path.Combine(run.Folder, $"{name}.log"), through);
        LaunchedAt = Stopwatch.GetTimestamp();
    }

    /// <summary>Runs one of the program's commands with this process's configuration; throws when it could not.</summary>
    public async Task Command(params IReadOnlyList<string> line)
    {
        await using var command = ChildProcess.Start("Api", Settings, Path.Combine(run.Folder, $"{string.Join('-', line)}.log"), arguments: line);
        var code = await command.Ended(run.Stop);
        if (code != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', line)} ended with {code}; its log is {command.Log}");
        }
    }

    /// <summary>Waits until it says it is ready, database included.</summary>
    public async Task<TimeSpan> Ready() =>
        await run.Until(async () => (await Client.GetStringAsync("/health/ready")).Contains("\"ready\"", StringComparison.Ordinal), TimeSpan.FromSeconds(90))
            ?? throw new InvalidOperationException($"{name} does not become ready.");

    /// <summary>Reads, and asks again for ten seconds while it is answered that the database cannot be reached: so does a shop.</summary>
    public async Task<JsonNode> Read(string path)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            using var answer = await Client.GetAsync(path, run.Stop);
            var body = await answer.Content.ReadAsStringAsync(run.Stop);
            if (answer.IsSuccessStatusCode)
            {
                return JsonNode.Parse(body)!;
            }

            if (answer.StatusCode != HttpStatusCode.ServiceUnavailable || clock.Elapsed > TimeSpan.FromSeconds(10))
            {
                throw new HttpRequestException($"{path} is answered {(int)answer.StatusCode} by {name}: {body}");
            }

            await Task.Delay(500, run.Stop);
        }
    }

    /// <summary>kill -9.</summary>
    public async Task Kill()
    {
        await Process.Kill();
        await Process.DisposeAsync();
        process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await process.DisposeAsync();
        }
    }
}
