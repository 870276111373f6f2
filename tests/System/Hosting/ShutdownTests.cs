using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Payments.Application.Callbacks;
using Payments.Infrastructure.Callbacks;
using Payments.Simulator;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Tests.SystemTests;

/// <summary>SIGTERM under load: whatever was answered 200 is stored, the process ends well and in time, and the next start pays it out.</summary>
public sealed class ShutdownTests(TestDatabase databases)
{
    /// <summary>Prompts whose success comes in the middle of the load, some on each side of the signal.</summary>
    private const int Prompts = 150;

    /// <summary>Callbacks a second: a busy shop's busiest minute.</summary>
    private const int Rate = 300;

    private static readonly CallbackTokens Tokens = new([SHA256.HashData("faults"u8)], "174379");

    [Fact]
    public async Task Nothing_that_was_acknowledged_is_lost_and_slow_clients_do_not_spoil_the_end()
    {
        var folder = Directory.CreateTempSubdirectory("payments-shutdown-").FullName;
        await using var simulator = SimulatorHost.Build(["--urls", "http://127.0.0.1:0", "--Simulator:DelayMs", "50"]);
        await simulator.StartAsync();
        var connection = await databases.CreateDatabase();
        var url = new Uri($"http://127.0.0.1:{ChildProcess.FreePort()}");
        var settings = ApiSettings.Api(
            url, url, new Uri(simulator.Urls.First()), connection + ";Maximum Pool Size=20", Path.Combine(folder, "spool"), ("Logs__Format", "json"),
            ("Limits__RequestsPerKey", "1000"));
        var acknowledged = new ConcurrentBag<string>();
        IReadOnlyList<Waiting> prompts;
        await using (var process = ChildProcess.Start("Api", settings, Path.Combine(folder, "first.log")))
        {
            using var shop = Client(url);
            await Ready(shop);
            prompts = await Prompt(shop, new Uri(simulator.Urls.First()));

            // Somebody watches a checkout, somebody keeps a silent connection, somebody sends a body and does not come to its end.
            var watching = shop.GetAsync($"/api/checkouts/{prompts[0].CheckoutId}/events", HttpCompletionOption.ResponseHeadersRead);
            using var silent = new TcpClient("127.0.0.1", url.Port);
            using var slow = new TcpClient("127.0.0.1", url.Port);
            await slow.GetStream().WriteAsync("POST /callbacks/stk/callback HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nslow"u8.ToArray());

            using var stop = new CancellationTokenSource();
            var load = Load(url, prompts, acknowledged, stop.Token);
            await PaymentsHost.Eventually(() => Task.FromResult(acknowledged.Count >= 2 * Rate), "the load is on", 30);
            var watch = Stopwatch.StartNew();
            Assert.True(await process.Terminate(TimeSpan.FromSeconds(40)), "It did not end after SIGTERM.");
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(25), $"It took {watch.Elapsed}.");
            Assert.Equal(0, process.ExitCode);
            await stop.CancelAsync();
            await load;
            await watching;
        }

        var log = (await File.ReadAllLinesAsync(Path.Combine(folder, "first.log"))).Where(l => l.Length > 0).Select(l => JsonNode.Parse(l)!).ToList();
        Assert.Contains(log, line => (string?)line["event"] == "process_ended");
        Assert.DoesNotContain(log, line => (string?)line["level"] is "error" or "critical");

        var stored = await Stored(connection);
        Assert.Empty(acknowledged.Except(stored));
        Assert.Equal(stored.Count, stored.Distinct().Count());
        await using (var next = ChildProcess.Start("Api", settings, Path.Combine(folder, "next.log")))
        {
            using var shop = Client(url);
            await Ready(shop);
            var told = prompts.Where(p => acknowledged.Contains(p.Body)).ToList();
            Assert.NotEmpty(told);
            Assert.NotEqual(prompts.Count, told.Count);
            await PaymentsHost.Eventually(
                async () => await Count(connection, "callbacks WHERE state <> 'done'") == 0
                    && await Count(connection, "checkouts WHERE status = 'paid'") >= told.Count, "the next start applies all", 60);
            foreach (var prompt in told)
            {
                Assert.Equal("paid", (string?)(await shop.GetFromJsonAsync<JsonNode>($"/api/checkouts/{prompt.CheckoutId}"))!["status"]);
            }
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_balancer_is_told_before_the_door_closes()
    {
        var folder = Directory.CreateTempSubdirectory("payments-shutdown-").FullName;
        var connection = await databases.CreateDatabase();
        var url = new Uri($"http://127.0.0.1:{ChildProcess.FreePort()}");
        var settings = ApiSettings.Api(url, url, url, connection + ";Maximum Pool Size=20", null, ("Shutdown__Notice", "00:00:03"));
        await using var process = ChildProcess.Start("Api", settings, Path.Combine(folder, "api.log"));
        using var http = Client(url);
        await Ready(http);

        var ending = process.Terminate(TimeSpan.FromSeconds(40));
        await PaymentsHost.Eventually(async () => (await http.GetAsync("/health/ready")).StatusCode == HttpStatusCode.ServiceUnavailable, "it says so", 3);
        var reasons = await http.GetFromJsonNode("/health/ready");
        var late = await http.PostAsync("/callbacks/stk/callback", new StringContent("late but in time"));

        Assert.Equal("process", (string?)reasons["checks"]![0]!["name"]);
        Assert.Equal(HttpStatusCode.OK, late.StatusCode);
        Assert.True(await ending);
        Assert.Equal(0, process.ExitCode);
        Assert.Contains("late but in time", await Stored(connection));
        Directory.Delete(folder, recursive: true);
    }

    private sealed record Waiting(string CheckoutId, string Path, string Body);

    /// <summary>Checkouts whose prompts ring until their callback comes.</summary>
    private static async Task<IReadOnlyList<Waiting>> Prompt(HttpClient shop, Uri simulator)
    {
        using var phones = new HttpClient { BaseAddress = simulator };
        var made = new ConcurrentBag<Waiting>();
        await Parallel.ForEachAsync(Enumerable.Range(0, Prompts), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, stop) =>
        {
            var answer = await shop.PostAsJsonAsync("/api/checkouts", new { orderReference = PaymentsHost.NewReference(), amount = 10, phone = $"2547{i:0000}7777" }, stop);
            var checkout = (await answer.Content.ReadFromJsonAsync<JsonNode>(stop))!;
            var attempt = checkout["attempts"]![0]!;
            var token = Tokens.Make(SubjectKind.Attempt, PaymentsHost.AttemptId(checkout));
            made.Add(new(
                (string)checkout["id"]!, $"/callbacks/stk/callback/{token}",
                PaymentsHost.SuccessBody((string?)attempt["checkoutRequestId"], PaymentsHost.NewReceipt(), 10)));
        });
        return [.. made];
    }

    /// <summary>Constant arrivals, one in four a success that somebody waits for, until nobody answers any more.</summary>
    private static async Task Load(Uri url, IReadOnlyList<Waiting> prompts, ConcurrentBag<string> acknowledged, CancellationToken stop)
    {
        using var http = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromSeconds(30) };
        var sent = new List<Task>();
        using var clock = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var i = 0; !stop.IsCancellationRequested;)
        {
            for (var burst = 0; burst < Rate / 50; burst++, i++)
            {
                // The last of them come long after the signal.
                var (path, body) = i % 24 == 0 && i / 24 < prompts.Count ? (prompts[i / 24].Path, prompts[i / 24].Body) : ("/callbacks/stk/callback", $"nobody-{i}");
                sent.Add(Task.Run(() => Send(path, body), CancellationToken.None));
            }

            await clock.WaitForNextTickAsync(CancellationToken.None);
        }

        await Task.WhenAll(sent);

        async Task Send(string path, string body)
        {
            try
            {
                using var answer = await http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"), CancellationToken.None);
                if (answer.IsSuccessStatusCode)
                {
                    acknowledged.Add(body);
                }
            }
            catch (Exception cut) when (cut is HttpRequestException or TaskCanceledException)
            {
                // Not acknowledged.
            }
        }
    }

    // Not only degraded: with a spool it would be that before its database is migrated.
    private static Task Ready(HttpClient client) =>
        PaymentsHost.Eventually(async () => (string?)(await client.GetFromJsonNode("/health/ready"))["status"] == "ready", "it is ready", 60);

    private static HttpClient Client(Uri url)
    {
        var client = new HttpClient { BaseAddress = url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ApiSettings.Key);
        return client;
    }

    private static async Task<List<string>> Stored(string connectionString)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand("SELECT convert_from(body, 'UTF8') FROM payments.callbacks");
        await using var reader = await command.ExecuteReaderAsync();
        var stored = new List<string>();
        while (await reader.ReadAsync())
        {
            stored.Add(reader.GetString(0));
        }

        return stored;
    }

    private static async Task<long> Count(string connectionString, string what)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand($"SELECT count(*) FROM payments.{what}");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}

/// <summary>Reading an answer whatever its status.</summary>
internal static class Answers
{
    public static async Task<JsonNode> GetFromJsonNode(this HttpClient client, string path) =>
        JsonNode.Parse(await (await client.GetAsync(path)).Content.ReadAsStringAsync())!;
}
