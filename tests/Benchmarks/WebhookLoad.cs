using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Npgsql;
using Payments.Build;

namespace Payments.Benchmarks;

/// <summary>
/// Events sent to a webhook whose endpoint is fast, beside five that never answer: a thousand a second as they happen, and then a backlog, as after a
/// shop's long night. The endpoint is in this process and takes its share of the same cores.
/// </summary>
internal static class WebhookLoad
{
    private const int PerSecond = 1000;
    private const int Dead = 5;

    public static async Task<IReadOnlyList<Figure>> Measure(BenchPostgres postgres, string root, BenchOptions options, CancellationToken stop)
    {
        await using var service = await Service.Start(root, RepositoryRoot.Local(root), await postgres.CreateDatabase("webhooks"), stop);
        using var client = new HttpClient { BaseAddress = new($"http://{service.Process.Address}"), Timeout = TimeSpan.FromSeconds(30) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", StackSettings.ApiKey);
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        for (var i = 0; i < Dead; i++)
        {
            await Create(client, $"http://{silent.LocalEndpoint}/{i}", stop);
        }

        var lags = new ConcurrentQueue<double>();
        var taken = new ConcurrentDictionary<string, byte>();
        await using var endpoint = BaselineHost.Build("http://127.0.0.1:0", _ => { });
        endpoint.MapPost("/", async (HttpRequest request) =>
        {
            using var body = await JsonDocument.ParseAsync(request.Body, default, CancellationToken.None);
            if (taken.TryAdd(request.Headers["webhook-id"].ToString(), 0))
            {
                lags.Enqueue((DateTimeOffset.UtcNow - body.RootElement.GetProperty("timestamp").GetDateTimeOffset()).TotalMilliseconds);
            }
        });
        await endpoint.StartAsync(stop);
        await Create(client, endpoint.Urls.First(), stop);
        await Add(service, 500, stop);
        await Until(taken, 500, stop);

        // As they happen.
        lags.Clear();
        var (seconds, before) = (options.Quick ? 10 : 60, taken.Count);
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < seconds * 10; i++)
        {
            await Add(service, PerSecond / 10, stop);
            var ahead = TimeSpan.FromMilliseconds((i + 1) * 100) - clock.Elapsed;
            await Task.Delay(ahead > TimeSpan.Zero ? ahead : TimeSpan.Zero, stop);
        }

        var behind = before + (seconds * PerSecond) - taken.Count;
        await Until(taken, before + (seconds * PerSecond), stop);
        var live = lags.Order().ToList();

        // After a long night.
        var backlog = options.Quick ? 20_000 : 1_000_000;
        before = taken.Count;
        var cpu = CpuTime.Read(service.Process.ProcessId, postgres.ProcessId);
        await client.PatchAsJsonAsync($"/api/webhooks/{await Fast(service, stop)}", new { status = "disabled" }, stop);
        await Add(service, backlog, stop);
        await client.PatchAsJsonAsync($"/api/webhooks/{await Fast(service, stop)}", new { status = "enabled" }, stop);
        clock.Restart();
        await Until(taken, before + backlog, stop);
        var rate = backlog / clock.Elapsed.TotalSeconds;
        var used = CpuTime.Read(service.Process.ProcessId, postgres.ProcessId).Since(cpu);
        return
        [
            new($"webhooks, {PerSecond}/s beside {Dead} dead endpoints: told p99", Statistics.Quantile(live, 0.99), 2000, false, "ms"),
            Figure.Info("… told p50", Statistics.Quantile(live, 0.5), "ms"),
            new("… untold at the end, in seconds of events", (double)behind / PerSecond, 2, false, "s"),
            new($"webhooks, {backlog:N0} undelivered: sent", rate, PerSecond, true, "a second"),
            Figure.Info("… processor time of the service an event", used.Api / backlog * 1e6, "µs"),
            Figure.Info("… memory of the service at its largest", (service.Process.PeakMemory() ?? 0) / 1024.0 / 1024.0, "MiB"),
        ];
    }

    private static async Task Create(HttpClient client, string url, CancellationToken stop)
    {
        using var answer = await client.PostAsJsonAsync("/api/webhooks", new { url }, stop);
        if (!answer.IsSuccessStatusCode)
        {
            throw new BenchProblemException($"The webhook was answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(stop)}");
        }
    }

    /// <summary>Events as the service writes them, each of a checkout of its own.</summary>
    private static async Task Add(Service service, int count, CancellationToken stop)
    {
        await using var command = service.Database.CreateCommand(
            """
            INSERT INTO payments.events (client, type, subject_id, data, nonce)
            SELECT 'local', 'checkout.paid', id, replace($2, '%', 'chk_' || replace(id::text, '-', '')), (random() * 9e18)::bigint + 1
            FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, $1)) made
            """);
        command.CommandTimeout = 600;
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Data });
        await command.ExecuteNonQueryAsync(stop);
    }

    private static async Task<string> Fast(Service service, CancellationToken stop)
    {
        await using var command = service.Database.CreateCommand("SELECT 'whk_' || replace(id::text, '-', '') FROM payments.webhooks ORDER BY created_at DESC LIMIT 1");
        return (string)(await command.ExecuteScalarAsync(stop))!;
    }

    private static async Task Until(ConcurrentDictionary<string, byte> taken, int count, CancellationToken stop)
    {
        for (var waiting = Stopwatch.StartNew(); taken.Count < count; await Task.Delay(20, stop))
        {
            if (waiting.Elapsed > TimeSpan.FromMinutes(20))
            {
                throw new BenchProblemException($"Only {taken.Count} of {count} events were told.");
            }
        }
    }

    private const string Data =
        """
        {"id":"%","status":"paid","account":"ORDER-123","orderReference":"ORDER-123","externalId":null,"amount":1500,"amountPaid":1500,"amountDue":0,"amountRefunded":0,"surplus":0,"late":false,"currency":"KES","description":"Two shirts","phone":"254708374149","metadata":{},"payment":{"receipt":"UGA7RT61SV","amount":1500,"method":"stk","settledBy":"callback","late":false,"at":"2026-07-10T06:15:44Z"},"payments":[{"receipt":"UGA7RT61SV","amount":1500,"method":"stk","settledBy":"callback","late":false,"at":"2026-07-10T06:15:44Z"}],"failure":null,"attempts":[{"id":"att_0197f1c2a5b87c3e9d4f60718293a4b5","status":"succeeded","phone":"254708374149","amount":1500,"checkoutRequestId":"ws_CO_10072026061520123708374149","startedAt":"2026-07-10T06:15:20Z","endedAt":"2026-07-10T06:15:44Z","resultCode":"0","failure":null}],"refunds":[],"returnUrl":null,"payUrl":null,"version":4,"createdAt":"2026-07-10T06:15:20Z","updatedAt":"2026-07-10T06:15:45Z","expiresAt":"2026-07-11T06:15:20Z"}
        """;
}
