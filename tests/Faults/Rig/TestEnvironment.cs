using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;

namespace Payments.Tests.Faults;

/// <summary>A whole deployment of one scenario's own: PostgreSQL, the simulator, API and worker processes, a shop.</summary>
internal sealed class TestEnvironment : IAsyncDisposable
{
    private readonly Run run;
    private readonly List<Api> apis = [];
    private readonly HttpClient simulator;
    private ChildProcess simulatorProcess = null!;
    private int numbers;
    private bool isRegistered;

    private TestEnvironment(Run run, PostgresServer postgres, Uri simulatorUrl)
    {
        this.run = run;
        Postgres = postgres;
        Told = new(run);
        SimulatorUrl = simulatorUrl;
        simulator = Client(simulatorUrl, null);
        Database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { MaxPoolSize = 5, SearchPath = "payments" }.ConnectionString);
    }

    public Run Run => run;

    public PostgresServer Postgres { get; }

    public Uri SimulatorUrl { get; }

    /// <summary>The books of a shop that only listens.</summary>
    public ToldBooks Told { get; }

    /// <summary>The rig's own way into the database, past every proxy.</summary>
    public NpgsqlDataSource Database { get; }

    public IReadOnlyList<Api> Apis => apis;

    /// <summary>What an API needs to act in an initiator's name: the simulator writes the certificate when it starts.</summary>
    public (string Name, string Value)[] Initiator =>
    [
        ("Daraja__InitiatorName", "local-initiator"), ("Daraja__InitiatorPassword", "local-initiator-password"), ("Daraja__CertificatePath", Certificate),
    ];

    private string Certificate => Path.Combine(run.Folder, "certificate.pem");

    /// <param name="postgresSettings">For PostgreSQL's command line, such as <c>shared_buffers=1GB</c>.</param>
    public static async Task<TestEnvironment> Start(Run run, params string[] postgresSettings)
    {
        var url = new Uri($"http://127.0.0.1:{ChildProcess.FreePort()}");
        var postgres = await PostgresServer.Start(Path.Combine(run.Folder, "postgres"), run.Stop, postgresSettings);
        var world = new TestEnvironment(run, postgres, url);
        try
        {
            world.simulatorProcess = ChildProcess.Start("Simulator", ApiSettings.Simulator(url, run.Options.Seed, world.Certificate), Path.Combine(run.Folder, "simulator.log"));
            if (await run.Until(async () => (await world.simulator.GetAsync("/simulator/health")).IsSuccessStatusCode, TimeSpan.FromSeconds(60)) is null)
            {
                throw new InvalidOperationException("The simulator does not start.");
            }

            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds an API process and waits until it is ready.</summary>
    public async Task<Api> AddApi(
        string name = "api", string? connectionString = null, string? spool = null, IReadOnlyList<string>? through = null, Uri? publicUrl = null,
        params (string Name, string Value)[] more)
    {
        var api = new Api(run, name, this, connectionString ?? Postgres.ConnectionString, spool ?? Path.Combine(run.Folder, "spool"), more) { PublicUrl = publicUrl };
        apis.Add(api);
        api.Launch(through);
        await api.Ready();
        if (!isRegistered && !more.Contains(("Roles", "worker")))
        {
            isRegistered = true;
            _ = await run.Until(async () => (await api.Client.PostAsync("/api/ops/c2b/register", null, run.Stop)).IsSuccessStatusCode, TimeSpan.FromMinutes(3))
                ?? throw new InvalidOperationException("The C2B URLs could not be registered.");
            await Told.Register(api);
        }

        return api;
    }

    /// <summary>The number before the first of twenty thousand nobody else in this world has.</summary>
    public int NextNumbers() => Interlocked.Add(ref numbers, 20_000) - 20_000;

    /// <summary>A customer pays the Pay Bill by hand.</summary>
    public async Task PayByHand(object payment) => (await simulator.PostAsJsonAsync("/simulator/c2b", payment, run.Stop)).EnsureSuccessStatusCode();

    /// <summary>Changes the simulator's settings.</summary>
    public async Task Set(object settings) => (await simulator.PutAsJsonAsync("/simulator/settings", settings, run.Stop)).EnsureSuccessStatusCode();

    /// <summary>Says what happens on a phone.</summary>
    public async Task Script(string phone, object script) =>
        (await simulator.PutAsJsonAsync($"/simulator/phones/{phone}", script, run.Stop)).EnsureSuccessStatusCode();

    /// <summary>The callbacks that were delivered since then, as they were: to which path, and what.</summary>
    public async Task<IReadOnlyList<(string Path, string Body)>> Deliveries(DateTimeOffset since) =>
    [
        .. (await simulator.GetFromJsonAsync<JsonNode>("/simulator/deliveries", run.Stop))!["items"]!.AsArray()
            .Where(item => (DateTimeOffset)item!["at"]! >= since).Select(item => (new Uri(apis[0].Url, (string)item!["path"]!).PathAndQuery, item["body"]!.ToJsonString())),
    ];

    /// <summary>How many requests for money Safaricom refused because it had seen their names.</summary>
    public async Task<int> Duplicates() =>
        (await simulator.GetFromJsonAsync<JsonNode>("/simulator/requests", run.Stop))!["items"]!.AsArray()
            .Count(item => item!["answer"]?.ToJsonString().Contains("Duplicate OriginatorConversationID", StringComparison.Ordinal) == true);

    /// <summary>The money that really moved.</summary>
    public async Task<IReadOnlyList<JsonNode>> Ledger() =>
        [.. (await simulator.GetFromJsonAsync<JsonNode>("/simulator/ledger", run.Stop))!["items"]!.AsArray().Select(item => item!)];

    /// <summary>One value from the database.</summary>
    public async Task<T> Sql<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        command.CommandTimeout = 120;
        return (T)(await command.ExecuteScalarAsync(run.Stop))!;
    }

    /// <summary>A client that keeps away from proxies.</summary>
    public static HttpClient Client(Uri address, string? key)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 64 }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(40) };
        client.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var api in apis)
        {
            await api.DisposeAsync();
        }

        if (simulatorProcess is not null)
        {
            await simulatorProcess.DisposeAsync();
        }

        await Told.DisposeAsync();
        await Database.DisposeAsync();
        await Postgres.DisposeAsync();
        simulator.Dispose();
    }
}
