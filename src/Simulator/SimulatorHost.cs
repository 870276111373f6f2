namespace Payments.Simulator;

/// <summary>Builds the simulator; a class of its own so that tests start the same thing on a port of their own.</summary>
public static class SimulatorHost
{
    // Where the laptop stack and the README expect it.
    private const string DefaultUrl = "http://localhost:5090";

    // A callback is at most some kilobytes; a client that sends more than this by mistake should hear of it.
    private const long LargestBody = 1024 * 1024;

    /// <summary>Builds the web application, configured but not started.</summary>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            // No file watchers: many simulators may run in one test process, and nothing is read from files.
            Args = ["--hostBuilder:reloadConfigOnChange=false", .. args],
            ContentRootPath = AppContext.BaseDirectory,
        });
        if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey]))
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
        });
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        // Slow answers and cut connections are its trade: nothing here is worth waiting for.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.Services.AddSimulator(builder.Configuration.GetSection("Simulator").Get<SimulatorOptions>() ?? new());

        var app = builder.Build();
        WriteCertificate(app.Services);
        app.MapDesk();
        app.MapScripts();
        app.MapPaybill();
        app.MapPayouts();
        app.MapPhone();
        app.MapHandset();
        // A mistyped path of the simulator's own is no Daraja call: it does not belong in the log of those.
        app.MapFallback("/simulator/{**rest}", () => ScriptEndpoints.Problem(["There is no such page; see src/Simulator/README.md."], 404));
        app.MapDaraja();
        return app;
    }

    // A client's configuration names the file before it starts, so it is there before anything listens.
    private static void WriteCertificate(IServiceProvider services)
    {
        if (services.GetRequiredService<SimulatorOptions>().CertificatePath is not { Length: > 0 } path)
        {
            return;
        }

        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        // Whole or not at all: somebody may be reading it.
        var fresh = $"{path}.{Guid.NewGuid():N}";
        File.WriteAllText(fresh, Credentials.CertificatePem);
        File.Move(fresh, path, overwrite: true);
    }

    private static void AddSimulator(this IServiceCollection services, SimulatorOptions options)
    {
        services.AddSingleton(options);
        foreach (var part in new[]
        {
            typeof(Organisations), typeof(SettingsStore), typeof(Tokens), typeof(Journals), typeof(Gateway), typeof(Background), typeof(Deliveries),
            typeof(Chance), typeof(ScriptStore), typeof(Planner), typeof(PendingPrompts), typeof(Ledger), typeof(Accounts), typeof(Prompts),
            typeof(GenerateToken), typeof(StkPush), typeof(StkQuery), typeof(StkLifecycle),
            typeof(Registrations), typeof(RegisterUrl), typeof(Validation), typeof(C2bPayments), typeof(SimulateC2b),
            typeof(Credentials), typeof(Commands), typeof(PayoutMoney), typeof(Pull),
            typeof(HeldPhones), typeof(FaultSwitches), typeof(Wallets), typeof(Handset), typeof(PhoneView),
        })
        {
            services.AddSingleton(part);
        }

        foreach (var api in typeof(IDarajaApi).Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(typeof(IDarajaApi))))
        {
            services.AddSingleton(api);
            services.AddSingleton(typeof(IDarajaApi), provider => provider.GetRequiredService(api));
        }
    }
}
