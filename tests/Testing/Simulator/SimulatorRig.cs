using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Payments.Simulator;
using Xunit;

namespace Payments.Testing;

/// <summary>An answer read whole; status 0 when the connection was cut.</summary>
internal sealed record SimulatorReply(int Status, string Text)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string? this[string field] => Json.GetProperty(field).GetString();
}

/// <summary>A simulator of its own on a free port, a shop that catches its callbacks, and a Daraja client between them.</summary>
internal sealed class SimulatorRig : IAsyncDisposable
{
    public const string Phone = "254700000000";

    private const string Timestamp = "20261124091500";

    private readonly WebApplication host;
    private readonly Lazy<Task<string>> bearer;

    private SimulatorRig(WebApplication simulator, CallbackCatcher shop)
    {
        (host, Shop) = (simulator, shop);
        Http = new() { BaseAddress = new(simulator.Urls.First()) };
        // Logged in once: a second login at the same instant would kill the first one's token.
        bearer = new(() => Login());
    }

    public CallbackCatcher Shop { get; }

    public HttpClient Http { get; }

    /// <summary>Outcomes after 10 ms: what is tested is what happens, not how long people take.</summary>
    public static async Task<SimulatorRig> Start(params string[] args)
    {
        var simulator = SimulatorHost.Build(["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "Warning", "--Simulator:DelayMs", "10", .. args]);
        await simulator.StartAsync();
        return new(simulator, await CallbackCatcher.Start());
    }

    public async Task<SimulatorReply> Send(HttpMethod method, string path, object? body = null, string? token = null, string type = "application/json")
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        }

        try
        {
            using var response = await Http.SendAsync(request);
            return new((int)response.StatusCode, await response.Content.ReadAsStringAsync());
        }
        catch (HttpRequestException)
        {
            return new(0, "");
        }
    }

    public async Task<string> Login(string secret = "local-consumer-secret")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/oauth/v1/generate?grant_type=client_credentials");
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"local-consumer-key:{secret}")));
        using var response = await Http.SendAsync(request);
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
    }

    /// <summary>A Daraja call with a live token.</summary>
    public async Task<SimulatorReply> Call(string path, object body) => await Send(HttpMethod.Post, path, body, await bearer.Value);

    public static string Password(string shortcode = "174379", string timestamp = Timestamp) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"{shortcode}local-passkey{timestamp}"));

    /// <summary>A push with good fields; <paramref name="changes"/> lays others over them, null leaves one out.</summary>
    public Dictionary<string, object?> PushBody(string phone = Phone, params (string Field, object? Value)[] changes) => Fields(
        new()
        {
            ["BusinessShortCode"] = 174379,
            ["Password"] = Password(),
            ["Timestamp"] = Timestamp,
            ["TransactionType"] = "CustomerPayBillOnline",
            ["Amount"] = 5,
            ["PartyA"] = phone,
            ["PartyB"] = 174379,
            ["PhoneNumber"] = phone,
            ["CallBackURL"] = $"{Shop.Url}/stk",
            ["AccountReference"] = "ORDER-1",
            ["TransactionDesc"] = "Order 1",
        },
        changes);

    public Task<SimulatorReply> Push(string phone = Phone, params (string Field, object? Value)[] changes) =>
        Call("/mpesa/stkpush/v1/processrequest", PushBody(phone, changes));

    public Task<SimulatorReply> Query(string? checkoutRequestId) => Call(
        "/mpesa/stkpushquery/v1/query",
        new { BusinessShortCode = "174379", Password = Password(), Timestamp, CheckoutRequestID = checkoutRequestId });

    /// <summary>One of the initiator's APIs, with the shared fields filled in.</summary>
    public async Task<SimulatorReply> Command(string path, string commandId, params (string Field, object? Value)[] fields) => await Call(path, Fields(
        new()
        {
            [path.Contains("b2c", StringComparison.Ordinal) ? "InitiatorName" : "Initiator"] = "local-initiator",
            ["SecurityCredential"] = await Encrypt("local-initiator-password"),
            ["CommandID"] = commandId,
            ["Remarks"] = "Test",
            ["QueueTimeOutURL"] = $"{Shop.Url}/timeout",
            ["ResultURL"] = $"{Shop.Url}/result",
        },
        fields));

    public Task<SimulatorReply> B2c(string phone = Phone, params (string Field, object? Value)[] changes) => Command(
        "/mpesa/b2c/v3/paymentrequest",
        "BusinessPayment",
        [("OriginatorConversationID", Guid.NewGuid().ToString()), ("Amount", 10), ("PartyA", 174379), ("PartyB", phone), .. changes]);

    public async Task<string> Encrypt(string password)
    {
        using var certificate = X509Certificate2.CreateFromPem(await Http.GetStringAsync("/simulator/certificate"));
        using var key = certificate.GetRSAPublicKey()!;
        return Convert.ToBase64String(key.Encrypt(Encoding.UTF8.GetBytes(password), RSAEncryptionPadding.Pkcs1));
    }

    public async Task<JsonElement> Put(string path, object body)
    {
        var reply = await Send(HttpMethod.Put, path, body);
        Assert.True(reply.Status == 200, reply.Text);
        return reply.Json;
    }

    public Task<JsonElement> Settings(object settings) => Put("/simulator/settings", settings);

    public Task<JsonElement> Script(string phone, object script) => Put($"/simulator/phones/{phone}", script);

    public async Task<JsonElement[]> Items(string path) => [.. (await Send(HttpMethod.Get, path)).Json.GetProperty("items").EnumerateArray()];

    public Task<JsonElement[]> Ledger() => Items("/simulator/ledger");

    public async Task<SimulatorReply> PayByHand(object payment) => await Send(HttpMethod.Post, "/simulator/c2b", payment);

    /// <summary>Registers the shop's own C2B URLs.</summary>
    public Task<SimulatorReply> Register(int version = 2, string responseType = "Completed", string shortcode = "174379", string path = "c2b") => Call(
        $"/mpesa/c2b/v{version}/registerurl",
        new
        {
            ShortCode = shortcode,
            ResponseType = responseType,
            ConfirmationURL = $"{Shop.Url}/{path}/confirm",
            ValidationURL = $"{Shop.Url}/{path}/validate",
        });

    /// <summary>The folder of the solution.</summary>
    public static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Payments.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("Payments.sln is nowhere above the tests.");
    }

    /// <summary>Waits until something holds that no callback tells.</summary>
    public static async Task Until(Func<Task<bool>> holds)
    {
        for (var tries = 0; tries < 500; tries++)
        {
            if (await holds())
            {
                return;
            }

            await Task.Delay(10);
        }

        Assert.Fail("It did not happen within five seconds.");
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await host.StopAsync();
        await host.DisposeAsync();
        await Shop.DisposeAsync();
    }

    private static Dictionary<string, object?> Fields(Dictionary<string, object?> fields, (string Field, object? Value)[] changes)
    {
        foreach (var (field, value) in changes)
        {
            if (value is null)
            {
                fields.Remove(field);
            }
            else
            {
                fields[field] = value;
            }
        }

        return fields;
    }
}
