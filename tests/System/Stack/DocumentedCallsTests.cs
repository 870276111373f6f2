using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Payments.Build;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Tests.SystemTests;

/// <summary>What docs/paybill.md and docs/payouts.md tell a reader to type, word for word, against the laptop stack.</summary>
public sealed partial class DocumentedCallsTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly int apiPort = ChildProcess.FreePort();
    private readonly int simulatorPort = ChildProcess.FreePort();
    private TemporaryPostgresFolder temporary = null!;
    private StackProcess stack = null!;
    private HttpClient simulator = null!;
    private int made;

    public async ValueTask InitializeAsync() => temporary = await TemporaryPostgresFolder.Create();

    public ValueTask DisposeAsync() => temporary.DisposeAsync();

    [Fact]
    public async Task Every_curl_line_is_answered_as_a_reader_would_expect()
    {
        var (binaries, reason) = await PostgresBinaries.Find(RepositoryRoot.Find(), null, CancellationToken.None);
        Assert.SkipWhen(binaries is null, $"No local PostgreSQL on this machine: {reason}");
        Assert.SkipWhen(!(await Command.Run(["curl", "--version"], TimeSpan.FromSeconds(10))).Succeeded, "There is no curl on this machine.");
        stack = await StackProcess.Start(temporary.Path, apiPort, simulatorPort).Ready();
        simulator = new HttpClient { BaseAddress = new Uri($"http://localhost:{simulatorPort}") };
        var ran = 0;
        foreach (var page in new[] { "paybill.md", "payouts.md" })
        {
            var (definitions, calls) = Read(await File.ReadAllLinesAsync(Path.Combine(RepositoryRoot.Find(), "docs", page), TestContext.Current.CancellationToken));

            // What a page before told the simulator is not this one's.
            (await simulator.PutAsJsonAsync("/simulator/settings", new { rates = new { loseCallback = 0 } })).EnsureSuccessStatusCode();
            foreach (var call in calls)
            {
                // A page's own words, but for our ports, and for what only the reader has: ids.
                var script = $"""
                    curl() {"{"} command curl --silent --show-error --fail-with-body --max-time 30 "$@"; {"}"}
                    {string.Join('\n', definitions)}
                    {await FillIn(call)}
                    """.Replace("5080", $"{apiPort}", StringComparison.Ordinal).Replace("5090", $"{simulatorPort}", StringComparison.Ordinal);
                var answer = await Command.Run(["bash", "-c", script], TimeSpan.FromSeconds(60));
                output.WriteLine($"{call}\n  {answer.Output.Trim()}");
                Assert.True(answer.Succeeded, $"{page}: {call}\n{answer.Output}");
                ran++;
            }
        }

        Assert.True(ran >= 25, $"Only {ran} calls were found.");
        simulator.Dispose();
        await stack.DisposeAsync();
    }

    /// <summary>The lines of code that define something, and those (also in a table's cells) that call.</summary>
    private static (List<string> Definitions, List<string> Calls) Read(string[] lines)
    {
        var (definitions, calls, isCode) = (new List<string>(), new List<string>(), false);
        foreach (var line in lines)
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                isCode = !isCode;
            }
            else if (isCode && Definition().IsMatch(line))
            {
                definitions.Add(line);
            }
            else if (isCode && line.StartsWith("curl ", StringComparison.Ordinal))
            {
                calls.Add(line);
            }
            else if (!isCode)
            {
                calls.AddRange(Inline().Matches(line).Select(m => m.Groups[1].Value));
            }
        }

        return (definitions, calls);
    }

    private async Task<string> FillIn(string call)
    {
        // "Here is an order, in doubt, …": each made as a reader would have come by it.
        var filled = call;
        foreach (var (name, make) in new (string, Func<Task<string>>)[]
        {
            ("rct_…", async () => await First("/api/ops/receipts?matched=false")), ("$RCT", async () => await First("/api/ops/receipts?matched=false")),
            ("chk_…", async () => await Open(700)), ("$CHK", Paid), ("$CB", async () => await First("/api/ops/callbacks?kind=stk")),
            ("case_…", async () => await First("/api/ops/cases?status=open")), ("$CASE", RefusedReversal),
        })
        {
            if (filled.Contains(name, StringComparison.Ordinal))
            {
                filled = filled.Replace(name, await make(), StringComparison.Ordinal);
            }
        }

        return filled;
    }

    private async Task<string> First(string path)
    {
        string? id = null;
        await PaymentsHost.Eventually(
            async () => (id = (string?)(await stack.Api.GetFromJsonAsync<JsonNode>(path))!["items"]!.AsArray().FirstOrDefault()?["id"]) is not null, $"{path} lists something");
        return id!;
    }

    private async Task<string> Open(int amount, string? phone = null)
    {
        var answer = await stack.Api.PostAsJsonAsync("/api/checkouts", new { orderReference = $"DOC-{++made}", amount, phone });
        return (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["id"]!;
    }

    private async Task<string> Paid()
    {
        var id = await Open(500, "254700000000");
        await PaymentsHost.Eventually(
            async () => (string?)(await stack.Api.GetFromJsonAsync<JsonNode>($"/api/checkouts/{id}"))!["payment"]?["receipt"] is not null, $"{id} is paid");
        return id;
    }

    private async Task<string> RefusedReversal()
    {
        (await simulator.PutAsJsonAsync("/simulator/apis/reversal", new { resultCode = "R000001", times = 1 })).EnsureSuccessStatusCode();
        using var refund = new HttpRequestMessage(HttpMethod.Post, $"/api/checkouts/{await Paid()}/refunds") { Content = JsonContent.Create(new { reason = "Out of stock" }) };
        refund.Headers.Add("Idempotency-Key", $"doc-{++made}");
        (await stack.Api.SendAsync(refund)).EnsureSuccessStatusCode();
        return await First("/api/ops/cases?status=open&kind=reversal_refused");
    }

    [GeneratedRegex(@"^\w+(\(\) \{|=')")]
    private static partial Regex Definition();

    [GeneratedRegex(@"`((?:curl|pay) [^`]+)`")]
    private static partial Regex Inline();
}
