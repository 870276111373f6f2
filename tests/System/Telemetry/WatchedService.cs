using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Payments.Simulator;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Tests.SystemTests;

/// <summary>An API in a process of its own, as it is deployed, whose traces and metrics go to a stand-in, with a simulator beside it.</summary>
public sealed class WatchedService(TestDatabase databases) : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("payments-watched-").FullName;
    private WebApplication simulator = null!;
    private ChildProcess process = null!;

    internal OtlpStandIn Otlp { get; private set; } = null!;

    public string ConnectionString { get; private set; } = "";

    public HttpClient Shop { get; private set; } = null!;

    public HttpClient Simulator { get; private set; } = null!;

    /// <summary>What the process wrote, a line each.</summary>
    public string[] LogLines => File.ReadAllLines(process.Log);

    public async ValueTask InitializeAsync()
    {
        var certificate = Path.Combine(folder, "simulator.pem");
        simulator = SimulatorHost.Build(["--urls", "http://127.0.0.1:0", "--Simulator:DelayMs", "50", "--Simulator:CertificatePath", certificate]);
        await simulator.StartAsync();
        var simulatorUrl = new Uri(simulator.Urls.First());
        Otlp = await OtlpStandIn.Start();
        ConnectionString = await databases.CreateDatabase();
        var url = new Uri($"http://127.0.0.1:{ChildProcess.FreePort()}");
        process = ChildProcess.Start(
            "Api",
            ApiSettings.Api(
                url, url, simulatorUrl, ConnectionString + ";Maximum Pool Size=20", Path.Combine(folder, "spool"),
                ("Daraja__InitiatorName", "local-initiator"), ("Daraja__InitiatorPassword", "local-initiator-password"), ("Daraja__CertificatePath", certificate),
                // What nobody knows the outcome of stays so for a while.
                ("C2B__PullEvery", "01:00:00"), ("Reconciliation__UnknownSchedule", "00:10:00"),
                ("Logs__Format", "json"), ("OTEL_EXPORTER_OTLP_ENDPOINT", Otlp.Url.ToString()), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
                ("OTEL_BSP_SCHEDULE_DELAY", "200"), ("OTEL_METRIC_EXPORT_INTERVAL", "1000"), ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")),
            Path.Combine(folder, "api.log"));
        Shop = new() { BaseAddress = url };
        Shop.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ApiSettings.Key);
        Simulator = new() { BaseAddress = simulatorUrl };
        await PaymentsHost.Eventually(
            async () => (string?)(await Shop.GetFromJsonAsync<JsonNode>("/health/ready"))!["status"] == "ready", "the API is ready", 60);
    }

    /// <summary>Makes a checkout that is prompted for and waits for its status.</summary>
    public async Task<JsonNode> Checkout(string phone, string status, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/checkouts")
        {
            Content = JsonContent.Create(new { orderReference = PaymentsHost.NewReference(), amount = 1500, phone }),
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        var answer = await Shop.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return await Until($"/api/checkouts/{(await answer.Content.ReadFromJsonAsync<JsonNode>())!["id"]}", status);
    }

    /// <summary>Waits for a status of what is at an address.</summary>
    public async Task<JsonNode> Until(string address, string status)
    {
        JsonNode? now = null;
        await PaymentsHost.Eventually(
            async () => (string?)(now = await Shop.GetFromJsonAsync<JsonNode>(address))!["status"] == status, $"{address} is {status}", 30, () => now?.ToJsonString() ?? "");
        return now!;
    }

    /// <summary>Waits until a span has been sent.</summary>
    internal async Task<SentSpan> Span(Func<SentSpan, bool> which, string what)
    {
        SentSpan? found = null;
        await PaymentsHost.Eventually(
            () => Task.FromResult((found = Otlp.Spans.FirstOrDefault(which)) is not null), what, 15, () => string.Join('\n', Otlp.Spans.Select(s => $"{s.TraceId} {s.Name}")));
        return found!;
    }

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        await Otlp.DisposeAsync();
        await simulator.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
