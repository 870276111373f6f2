using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Payments.Application.Callbacks;
using Payments.Application.Daraja;
using Payments.Domain.Common;
using Payments.Infrastructure.Callbacks;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Database;

namespace Payments.Tests.Integration;

/// <summary>A database with the service's own tables, for the tests of one class.</summary>
public sealed class TokenTable(TestDatabase databases) : IAsyncDisposable
{
    private readonly SemaphoreSlim once = new(1);
    private NpgsqlDataSource? source;

    public async Task<NpgsqlDataSource> Open()
    {
        await once.WaitAsync();
        try
        {
            if (source is null)
            {
                source = NpgsqlDataSource.Create(await databases.CreateDatabase());
            }

            return source;
        }
        finally
        {
            once.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        once.Dispose();
        if (source is not null)
        {
            await source.DisposeAsync();
        }
    }
}

/// <summary>The Daraja client put together as the service does it, against any address, with an app of its own.</summary>
public sealed class DarajaRig : IAsyncDisposable
{
    public const string Secret = "consumer-secret-nobody-may-see";
    public const string Passkey = "passkey-nobody-may-see";
    public const string InitiatorPassword = "Initiator#nobody-may-see";

    private static readonly Lazy<(RSA Key, string Path)> Certificate = new(MakeCertificate);
    private readonly ServiceProvider services;

    public DarajaRig(NpgsqlDataSource database, string url, Dictionary<string, string?>? settings = null, TimeProvider? clock = null)
    {
        Database = database;
        var values = new Dictionary<string, string?>
        {
            ["Daraja:Environment"] = "Simulator",
            ["Daraja:BaseUrl"] = url,
            ["Daraja:ConsumerKey"] = "key-" + Guid.NewGuid().ToString("N"),
            ["Daraja:ConsumerSecret"] = Secret,
            ["Daraja:Shortcode"] = "174379",
            ["Daraja:Passkey"] = Passkey,
            ["Daraja:InitiatorName"] = "apiuser",
            ["Daraja:InitiatorPassword"] = InitiatorPassword,
            ["Daraja:CertificatePath"] = Certificate.Value.Path,
            ["Callbacks:PublicBaseUrl"] = "https://pay.example.co.ke",
            ["Callbacks:Secrets:0"] = Convert.ToBase64String(new byte[32]),
        };
        foreach (var (key, value) in settings ?? [])
        {
            values[key] = value;
        }

        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        var collection = new ServiceCollection().AddSingleton(new Connections(database)).AddDaraja(configuration)
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new Capture(Log)));
        if (clock is not null)
        {
            collection.AddSingleton(clock);
        }

        Configuration = values;
        services = collection.BuildServiceProvider();
    }

    public NpgsqlDataSource Database { get; }

    public IReadOnlyDictionary<string, string?> Configuration { get; }

    public IDaraja Daraja => services.GetRequiredService<IDaraja>();

    public ICallbackReader Reader => services.GetRequiredService<ICallbackReader>();

    public CallbackTokens Tokens => services.GetRequiredService<CallbackTokens>();

    public DarajaBreakers Breakers => services.GetRequiredService<DarajaBreakers>();

    public DarajaOptions Options => services.GetRequiredService<Microsoft.Extensions.Options.IOptions<DarajaOptions>>().Value;

    /// <summary>Every line that was logged, with exceptions.</summary>
    public ConcurrentQueue<string> Log { get; } = new();

    public static StkPushRequest Prompt(long shillings = 10) =>
        new(new(Guid.NewGuid()), Phone("254708374149"), Money.FromShillings(shillings), "ORDER-123", "Two loaves");

    public static Msisdn Phone(string digits) =>
        Msisdn.TryParse(digits, out var phone) ? phone : throw new ArgumentException("No Kenyan number.", nameof(digits));

    public static string Decrypt(string credential) =>
        System.Text.Encoding.UTF8.GetString(Certificate.Value.Key.Decrypt(Convert.FromBase64String(credential), RSAEncryptionPadding.Pkcs1));

    /// <summary>Puts a token into the table, as another replica would have.</summary>
    public async Task Store(string token, TimeSpan age, TimeSpan left, TimeSpan? leasedFor = null)
    {
        await using var command = Database.CreateCommand(
            """
            INSERT INTO access_tokens (app, token, fetched_at, expires_at, lease, leased_until)
            VALUES ($1, $2, now() - $3, now() + $4, gen_random_uuid(), now() + $5)
            ON CONFLICT (app) DO UPDATE SET token = excluded.token, fetched_at = excluded.fetched_at, expires_at = excluded.expires_at,
                lease = excluded.lease, leased_until = excluded.leased_until
            """);
        command.Parameters.Add(new() { Value = Options.Main.TokenKey });
        command.Parameters.Add(new() { Value = token });
        command.Parameters.Add(new() { Value = age });
        command.Parameters.Add(new() { Value = left });
        command.Parameters.Add(new() { Value = leasedFor ?? TimeSpan.FromSeconds(-1) });
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync() => await services.DisposeAsync();

    private static (RSA Key, string Path) MakeCertificate()
    {
        var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var path = Path.Combine(Path.GetTempPath(), $"payments-test-{Guid.NewGuid():N}.cer");
        File.WriteAllText(path, certificate.ExportCertificatePem());
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(path);
        return (key, path);
    }

    private sealed class Capture(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{eventId.Name}: {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}

/// <summary>Says a given time and lets timers run as they do.</summary>
public sealed class StoppedClock(DateTimeOffset now) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => now;
}
