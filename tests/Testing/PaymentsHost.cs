using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Payments.Api;
using Payments.Application.Access;
using Payments.Simulator;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Testing;

/// <summary>The API and the simulator as they run in earnest, in this process, over real sockets and a database of their own.</summary>
public sealed class PaymentsHost : IAsyncDisposable
{
    /// <summary>The setting of a host that has metrics.</summary>
    public const string Metrics = "OTEL_SDK_DISABLED=false";

    /// <summary>The customer of most tests.</summary>
    public const string Customer = "254708374149";

    private static int phones, newPhones;

    /// <summary>The simulator's certificate, the same for every simulator of this process.</summary>
    private static readonly string Certificate = Path.Combine(Path.GetTempPath(), $"payments-simulator-{Environment.ProcessId}.pem");

    private WebApplication api;
    private readonly WebApplication simulator;
    private readonly Lazy<HttpClient> otherShop;

    private PaymentsHost(WebApplication api, WebApplication simulator, Uri apiUrl, Uri simulatorUrl, string connectionString)
    {
        this.api = api;
        this.simulator = simulator;
        ConnectionString = connectionString;
        ApiUrl = apiUrl;
        Shop = Client(apiUrl, "sk_test_shop");
        otherShop = new(AddOtherShop);
        Ops = Client(apiUrl, "sk_test_ops");
        Anonymous = Client(apiUrl, null);
        Simulator = Client(simulatorUrl, null);
    }

    /// <summary>The database both sides of a test look into.</summary>
    public string ConnectionString { get; }

    public Uri ApiUrl { get; }

    /// <summary>A shop's key with every scope but ops.</summary>
    public HttpClient Shop { get; }

    /// <summary>Another shop's, there from when it is first asked for: order references are accounts while there is one shop.</summary>
    public HttpClient OtherShop => otherShop.Value;

    /// <summary>An operator's.</summary>
    public HttpClient Ops { get; }

    /// <summary>No key at all.</summary>
    public HttpClient Anonymous { get; }

    /// <summary>The simulator's own controls.</summary>
    public HttpClient Simulator { get; }

    /// <summary>What the API was configured with, as arguments: for commands that work on the same deployment.</summary>
    public IReadOnlyList<string> Configuration { get; private init; } = [];

    /// <summary>The API's container, for what cannot be seen from outside.</summary>
    public IServiceProvider Services => api.Services;

    /// <summary>Starts both. Settings are configuration keys of the API (<c>Limits:PromptsPerPhone=1</c>), or of the simulator.</summary>
    public static async Task<PaymentsHost> Start(TestDatabase databases, params string[] settings) =>
        await StartOn(await databases.CreateDatabase(), settings);

    /// <summary>Starts both on a database that is there already.</summary>
    public static Task<PaymentsHost> StartOn(string connectionString, params string[] settings) => StartThrough(connectionString, connectionString, settings);

    /// <summary>The same where the service has a way of its own to the database, which the test does not take.</summary>
    public static async Task<PaymentsHost> StartThrough(string direct, string connectionString, params string[] settings)
    {
        var simulator = SimulatorHost.Build([
            "--urls", "http://127.0.0.1:0", "--Simulator:DelayMs", "50", "--Simulator:CertificatePath", Certificate,
            .. settings.Where(s => s.StartsWith("Simulator:", StringComparison.Ordinal)).Select(s => "--" + s)]);
        await simulator.StartAsync();
        var simulatorUrl = new Uri(simulator.Urls.First());

        var apiUrl = new Uri($"http://127.0.0.1:{ChildProcess.FreePort()}");
        string[] configuration =
        [
            .. Arguments(apiUrl, simulatorUrl, connectionString),
            .. settings.Where(s => !s.StartsWith("Simulator:", StringComparison.Ordinal)).Select(s => "--" + s),
        ];
        var api = ApiHost.Build(["--urls", apiUrl.ToString(), .. configuration]);
        SilentHangfire.Use(api);
        try
        {
            await api.StartAsync();
        }
        catch (OperationCanceledException) when (settings.Contains("Wait=false") && api.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // It ended by itself before it listened.
        }

        var host = new PaymentsHost(api, simulator, apiUrl, simulatorUrl, direct)
        {
            Configuration = [.. configuration.Where(c => c.Contains(':', StringComparison.Ordinal))],
        };
        if (settings.Contains("Wait=false"))
        {
            return host;
        }

        await host.UntilReady();
        return host;
    }

    /// <summary>The API's process ends in order, and another begins at the same address and on the same database.</summary>
    public async Task RestartApi(Func<Task>? whileAway = null)
    {
        await api.StopAsync();
        await api.DisposeAsync();
        await (whileAway?.Invoke() ?? Task.CompletedTask);
        api = ApiHost.Build(["--urls", ApiUrl.ToString(), .. Configuration]);
        SilentHangfire.Use(api);
        await api.StartAsync();
        await UntilReady();
    }

    private async Task UntilReady()
    {
        var answer = "";
        await Eventually(
            async () => (string)JsonNode.Parse(answer = await (await Anonymous.GetAsync("/health/ready")).Content.ReadAsStringAsync())!["status"]! == "ready",
            "the API is ready", last: () => answer);
    }

    /// <summary>A caller with this key or clientSecret.</summary>
    public HttpClient WithKey(string key) => Client(ApiUrl, key);

    /// <summary>A checkout as events tell it: as it was shown, without the address that holds its secret.</summary>
    public static string AsTold(JsonNode shown)
    {
        var told = shown.DeepClone();
        told["payUrl"] = null;
        return told.ToJsonString();
    }

    /// <summary>Makes a checkout; the phone's last digits choose what happens.</summary>
    public async Task<JsonNode> Checkout(string? phone = Customer, int amount = 1500, string? reference = null, HttpClient? client = null)
    {
        var answer = await (client ?? Shop).PostAsJsonAsync("/api/checkouts", new { orderReference = reference ?? NewReference(), amount, phone });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    /// <summary>Makes a checkout whose prompt rings on a phone of its own until the test says what happens.</summary>
    public async Task<JsonNode> Ringing(int amount = 1500)
    {
        var phone = $"2547000{10_000 + Interlocked.Increment(ref phones)}";
        await Script(phone, new { outcome = "ringing" });
        return await Checkout(phone, amount);
    }

    /// <summary>Reads a checkout with the shop's key.</summary>
    public async Task<JsonNode> Get(JsonNode checkout) => (await Shop.GetFromJsonAsync<JsonNode>($"/api/checkouts/{checkout["id"]}"))!;

    /// <summary>Waits until a checkout has a status.</summary>
    public async Task<JsonNode> Until(JsonNode checkout, string status, int seconds = 30)
    {
        JsonNode now = checkout;
        await Eventually(async () => (string?)(now = await Get(checkout))["status"] == status, $"{checkout["id"]} is {status}", seconds, () => now.ToJsonString());
        return now;
    }

    /// <summary>The callbacks the simulator has delivered, as <c>(path, body)</c>.</summary>
    public async Task<IReadOnlyList<(string Path, string Body)>> Deliveries()
    {
        var log = await Simulator.GetFromJsonAsync<JsonNode>("/simulator/deliveries");
        return [.. log!["items"]!.AsArray().Select(item => (Address((string)item!["path"]!), item["body"]!.ToJsonString()))];
    }

    /// <summary>Posts a callback as Safaricom would.</summary>
    public Task<HttpResponseMessage> Call(string path, string body) =>
        Anonymous.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));

    /// <summary>Writes the script of a phone.</summary>
    public async Task Script(string phone, object script) =>
        (await Simulator.PutAsJsonAsync($"/simulator/phones/{phone}", script)).EnsureSuccessStatusCode();

    /// <summary>Runs SQL for what the API does not show.</summary>
    public async Task<T> Sql<T>(string sql)
    {
        // What a test writes into the service's connection string is not for this one.
        var whole = new NpgsqlConnectionStringBuilder(ConnectionString);
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder
        {
            Host = whole.Host,
            Port = whole.Port,
            Database = whole.Database,
            Username = whole.Username,
            Password = whole.Password,
            Pooling = whole.Pooling,
            Timeout = whole.Timeout,
            SearchPath = "payments",

            // Nor what a test sets for the sessions of its database.
            Options = "-c statement_timeout=0 -c lock_timeout=0 -c idle_session_timeout=0",
        }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Runs a use case as a job would.</summary>
    public async Task<T> Send<T>(MediatR.IRequest<T> request)
    {
        await using var scope = Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<MediatR.IMediator>().Send(request);
    }

    /// <summary>Waits until something holds; says what it was waiting for when it does not.</summary>
    public static async Task Eventually(Func<Task<bool>> holds, string what, int seconds = 30, Func<string>? last = null)
    {
        var until = DateTime.UtcNow.AddSeconds(seconds);
        for (var looks = 1; !await Quietly(holds); looks++)
        {
            Assert.True(DateTime.UtcNow < until, $"After {seconds} s it is still not so that {what}. {last?.Invoke()}");

            // Most of it happens at once. What does not is waited for by several tests at a time, and looking costs what they wait for: the processor.
            await Task.Delay(looks < 20 ? 25 : 100);
        }
    }

    /// <summary>The id of a checkout's first attempt, as the database has it.</summary>
    public static Guid AttemptId(JsonNode checkout) => Guid.ParseExact(((string)checkout["attempts"]![0]!["id"]!)["att_".Length..], "N");

    /// <summary>The path of the callback an attempt is waiting for, token included, and its success body.</summary>
    public (string Path, string Body) SuccessCallback(JsonNode checkout, string receipt, decimal? amount = null)
    {
        var attempt = checkout["attempts"]![0]!;
        var token = Services.GetRequiredService<Infrastructure.Callbacks.CallbackTokens>().Make(Application.Callbacks.SubjectKind.Attempt, AttemptId(checkout));
        return ($"/callbacks/stk/callback/{token}", SuccessBody((string?)attempt["checkoutRequestId"], receipt, amount ?? (decimal)attempt["amount"]!));
    }

    /// <summary>The same path, and the failure of a customer who cancelled.</summary>
    public (string Path, string Body) FailureCallback(JsonNode checkout) =>
        (SuccessCallback(checkout, "").Path,
            $$$$"""{"Body":{"stkCallback":{"MerchantRequestID":"1","CheckoutRequestID":"{{{{checkout["attempts"]![0]!["checkoutRequestId"]}}}}","ResultCode":1032,"ResultDesc":"Request cancelled by user."}}}""");

    /// <summary>A success as Safaricom writes it.</summary>
    public static string SuccessBody(string? requestId, string receipt, decimal amount) =>
        $$$$$"""
        {"Body":{"stkCallback":{"MerchantRequestID":"2654-4b64-97ff-b827b542881d3130","CheckoutRequestID":"{{{{{requestId}}}}}","ResultCode":0,
        "ResultDesc":"The service request is processed successfully.","CallbackMetadata":{"Item":[{"Name":"Amount","Value":{{{{{amount}}}}}.00},
        {"Name":"MpesaReceiptNumber","Value":"{{{{{receipt}}}}}"},{"Name":"TransactionDate","Value":20260710091544},{"Name":"PhoneNumber","Value":254708374149}]}}}}
        """;

    /// <summary>A phone no other test of this process has, which pays as soon as it is asked: no plan of the simulator's is for these last four digits.</summary>
    public static string NewPhone() => $"2547000{83_000 + (Interlocked.Increment(ref newPhones) % 4_000)}";

    /// <summary>A receipt number nobody used.</summary>
    public static string NewReceipt() => "UGA" + Convert.ToHexString(RandomNumberGenerator.GetBytes(4))[..7];

    /// <summary>An order reference nobody used.</summary>
    public static string NewReference() => "T" + Convert.ToHexString(RandomNumberGenerator.GetBytes(5));

    /// <summary>What the API says of itself: <c>ready</c>, <c>degraded</c> or <c>unavailable</c>.</summary>
    public async Task<string> Readiness() =>
        (string)(await (await Anonymous.GetAsync("/health/ready")).Content.ReadFromJsonAsync<JsonNode>())!["status"]!;

    /// <summary>Waits until the API has told itself to stop.</summary>
    public async Task Ended()
    {
        await Eventually(() => Task.FromResult(api.Lifetime.ApplicationStopping.IsCancellationRequested), "it ends by itself");

        // It is the test's own process that would end with its code.
        Environment.ExitCode = 0;
    }

    /// <summary>Stops the API alone, as a deployment would.</summary>
    public Task StopApi() => api.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await api.StopAsync();
        await api.DisposeAsync();
        await simulator.StopAsync();
        await simulator.DisposeAsync();
    }

    private static async Task<bool> Quietly(Func<Task<bool>> holds)
    {
        try
        {
            return await holds();
        }
        catch (Exception cut) when (cut is HttpRequestException or IOException or NpgsqlException { IsTransient: true })
        {
            // Whatever stands between may be just coming back.
            return false;
        }
    }

    private HttpClient AddOtherShop()
    {
        const string key = "sk_test_other";
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        using var connection = new NpgsqlConnection(ConnectionString);
        connection.Open();
        using var command = new NpgsqlCommand(
            $"""
            INSERT INTO payments.api_keys (id, client, hash, ending, scopes, family)
            SELECT id, 'other', '\x{hash}', 'ther', ARRAY['checkouts', 'payouts'], id FROM (SELECT gen_random_uuid() AS id) made
            WHERE NOT EXISTS (SELECT FROM payments.api_keys WHERE hash = '\x{hash}')
            """,
            connection);
        command.ExecuteNonQuery();

        // A key nobody has asked for yet is found at once, but not within a second of another that was not there.
        api.Services.GetRequiredService<IApiKeyCache>().Invalidate();
        return Client(ApiUrl, key);
    }

    private static string[] Arguments(Uri api, Uri simulator, string connectionString)
    {
        string[] keys = ["sk_test_shop:shop:checkouts,payouts", "sk_test_ops:ops:checkouts,payouts,ops"];
        return [
            $"--ConnectionStrings:Payments={connectionString}{(connectionString.Contains("Pool Size", StringComparison.Ordinal) ? "" : ";Maximum Pool Size=20")}",
            "--Daraja:Environment=Simulator",
            $"--Daraja:BaseUrl={simulator}",
            "--Daraja:ConsumerKey=local-consumer-key",
            "--Daraja:ConsumerSecret=local-consumer-secret",
            "--Daraja:Shortcode=174379",
            "--Daraja:Passkey=local-passkey",
            "--Daraja:InitiatorName=local-initiator",
            "--Daraja:InitiatorPassword=local-initiator-password",
            $"--Daraja:CertificatePath={Certificate}",
            $"--Callbacks:PublicBaseUrl={api}",
            $"--Callbacks:Secrets:0={Convert.ToBase64String(SHA256.HashData("test"u8))}",
            "--Limits:PromptsPerPhone=1000",

            // Metrics keep some ten megabytes for each host and count what every other host of this process does. Tests of them switch them on.
            "--OTEL_SDK_DISABLED=true",
            .. keys.SelectMany((key, i) => key.Split(':') is [var text, var client, var scopes]
                ? new[]
                {
                    $"--ApiKeys:{i}:Client={client}",
                    $"--ApiKeys:{i}:Hash={Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}",
                    $"--ApiKeys:{i}:Scopes={scopes}",
                }
                : [])];
    }

    private static HttpClient Client(Uri address, string? key)
    {
        var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    private static string Address(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri.PathAndQuery : url;
}
