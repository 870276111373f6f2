using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Tests.SystemTests;

/// <summary>Two thousand shoppers who wait before their pay pages, at one process as it is deployed.</summary>
public sealed class WaitingPagesTests(TestDatabase databases) : IAsyncLifetime
{
    private const int Pages = 2000;

    /// <summary>As many as one clientSecret may have.</summary>
    private const int PagesPerCheckout = 4;

    private const long MaxBytes = 150L * 1024 * 1024;

    private const int MaxConnections = 25;

    private readonly string folder = Directory.CreateTempSubdirectory("payments-pages-").FullName;
    private readonly ConcurrentBag<HttpResponseMessage> streams = [];
    private HttpClient shop = null!, browser = null!;
    private ChildProcess process = null!;
    private string connectionString = "";

    public async ValueTask InitializeAsync()
    {
        connectionString = await databases.CreateDatabase();
        var url = new Uri($"http://127.0.0.1:{ChildProcess.FreePort()}");
        process = ChildProcess.Start(
            "Api",
            ApiSettings.Api(
                url, url, new Uri("http://127.0.0.1:9"), connectionString + $";Maximum Pool Size={MaxConnections}", Path.Combine(folder, "spool"),
                ("Limits__ConnectionsPerSource", "4000"), ("Limits__RequestsPerKey", "2000"), ("Limits__ConcurrentRequestsPerSource", "64")),
            Path.Combine(folder, "api.log"));
        shop = new() { BaseAddress = url };
        shop.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ApiSettings.Key);
        browser = new(new SocketsHttpHandler { MaxConnectionsPerServer = Pages + 100 }) { BaseAddress = url, Timeout = TimeSpan.FromMinutes(2) };
        await PaymentsHost.Eventually(
            async () => (string?)(await shop.GetFromJsonAsync<JsonNode>("/health/ready"))!["status"] == "ready", "the API is ready", 60);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var stream in streams)
        {
            stream.Dispose();
        }

        shop.Dispose();
        browser.Dispose();
        await process.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task They_cost_little_memory_and_no_connection_to_the_database_each()
    {
        var checkouts = new ConcurrentBag<(string Id, string Secret)>();
        await Parallel.ForAsync(0, Pages / PagesPerCheckout, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, stop) =>
        {
            var answer = await shop.PostAsJsonAsync("/api/checkouts", new { amount = 20 }, stop);
            var made = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonNode>(stop))!;
            checkouts.Add(((string)made["id"]!, (string)made["clientSecret"]!));
            await View((string)made["id"]!, (string)made["clientSecret"]!, stop);
        });
        await Task.Delay(1000);
        var before = process.Memory;
        await Parallel.ForEachAsync(
            checkouts.SelectMany(one => Enumerable.Repeat(one, PagesPerCheckout)), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (one, stop) =>
            {
                await View(one.Id, one.Secret, stop);
                var answer = await browser.SendAsync(Request($"/api/checkouts/{one.Id}/events", one.Secret), HttpCompletionOption.ResponseHeadersRead, stop);
                streams.Add(answer);
                Assert.True(answer.IsSuccessStatusCode, $"a page's stream was answered {(int)answer.StatusCode}");
            });
        Assert.Equal(Pages, streams.Count);
        var most = 0L;
        for (var second = 0; second < 20; second++)
        {
            await Task.Delay(1000);
            most = Math.Max(most, process.Memory);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{Pages} waiting pages: {(most - before) >> 20} MiB more than {before >> 20} MiB");
        Assert.True(most - before < MaxBytes, $"{Pages} waiting pages cost {(most - before) >> 20} MiB");
        await using var database = Npgsql.NpgsqlDataSource.Create(connectionString);
        await using var count = database.CreateCommand("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        Assert.InRange((long)(await count.ExecuteScalarAsync())!, 1, MaxConnections);
    }

    private async Task View(string id, string secret, CancellationToken stop)
    {
        using var answer = await browser.SendAsync(Request($"/pay/{id}/view", secret), stop);
        Assert.Contains("data-status=\"open\"", await answer.Content.ReadAsStringAsync(stop), StringComparison.Ordinal);
    }

    private static HttpRequestMessage Request(string path, string secret) =>
        new(HttpMethod.Get, path) { Headers = { Authorization = new("Bearer", secret) } };
}
