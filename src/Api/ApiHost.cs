using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Hangfire;
using Hangfire.Dashboard;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging.Console;
using Payments.Api.Access;
using Payments.Api.Callbacks;
using Payments.Api.Health;
using Payments.Api.Hosting;
using Payments.Api.Hosting.Contract;
using Payments.Api.Network;
using Payments.Api.Pages;
using Payments.Api.Pairing;
using Payments.Api.Security;
using Payments.Api.Telemetry;
using Payments.Application.Access;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Infrastructure.Access;
using Payments.Infrastructure.Callbacks;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Diagnostics;
using Payments.Infrastructure.Hosting;
using Payments.Infrastructure.Inbox.Spool;
using Scalar.AspNetCore;

namespace Payments.Api;

/// <summary>Builds the API; a class of its own so that tests start the same thing on a port of their own.</summary>
public static class ApiHost
{
    /// <summary>The largest body, in bytes: nothing here takes more; callbacks have a smaller limit of their own.</summary>
    internal const int MaxBodyBytes = 256 * 1024;

    /// <summary>
    /// Letters of every language as they are, but nothing that a page would take for a tag: what customers type is in these answers, and
    /// somebody may put one into a page.
    /// </summary>
    private static readonly JavaScriptEncoder HtmlSafe = JavaScriptEncoder.Create(UnicodeRanges.All);
    /// <summary>What ASP.NET Core writes about each request.</summary>
    private const string HostingLog = "Microsoft.AspNetCore.Hosting.Diagnostics";

    /// <summary>Builds the web application, configured but not started. Throws <see cref="ConfigurationException"/> listing every problem.</summary>
    public static WebApplication Build(string[] args)
    {
        // A file watcher on the folder the process was started in would hear of every write below it, PostgreSQL's on a laptop included.
        var builder = WebApplication.CreateBuilder([.. args, "--hostBuilder:reloadConfigOnChange=false"]);
        var settings = Settings.Read(builder.Configuration);
        if (settings.Problems.Count > 0)
        {
            throw new ConfigurationException(settings.Problems);
        }

        AddLogging(builder, settings.Logs);
        AddServices(builder, settings);
        builder.AddTelemetry();
        var app = builder.Build();
        Map(app, settings);
        return app;
    }

    private static void AddLogging(WebApplicationBuilder builder, LogOptions options)
    {
        if (options.IsJson)
        {
            builder.Logging.AddConsole(console => console.FormatterName = JsonLines.FormatterName);
            builder.Logging.AddConsoleFormatter<JsonLines, ConsoleFormatterOptions>();
        }
        else
        {
            builder.Logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "HH:mm:ss.fff ";
            });
        }

        // Its request lines carry callback tokens: never, whatever levels are configured. Without it there is also no scope and no span for
        // each request while nobody listens.
        builder.Logging.AddFilter(HostingLog, LogLevel.None);
        builder.Logging.AddFilter<ConsoleLoggerProvider>(HostingLog, LogLevel.None);
        LogLimit.Add(builder);

        // Its keys are not used: cookies and forms are sealed with keys made of our own secrets.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        builder.Logging.AddFilter("Hangfire", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http.HttpClient", LogLevel.Warning);
        builder.Logging.AddFilter("Polly", LogLevel.Error);
    }

    private static void AddServices(WebApplicationBuilder builder, Settings settings)
    {
        var services = builder.Services;
        services.AddSingleton(settings.ApiKeys);
        services.AddSingleton(settings.Limits);
        services.AddSingleton(settings.Reconciliation);
        services.AddSingleton(settings.Inbox);
        services.AddSingleton(settings.C2b);
        services.AddSingleton(settings.Retention);
        services.AddInfrastructure(
            settings.ConnectionString, settings.Roles, new(settings.Daraja.Kind.ToString(), settings.Daraja.Shortcode ?? ""), settings.Spool);
        services.AddDaraja(builder.Configuration);
        services.AddDiagnostics(
            builder.Configuration, provider => settings.Facts(() => provider.GetRequiredService<PublicAddress>().Current.AbsoluteUri), settings.Port);
        services.AddSingleton(new ClientSecrets(settings.Callbacks.Secrets.Select(Convert.FromBase64String)));
        services.AddSingleton<IClientSecrets>(s => s.GetRequiredService<ClientSecrets>());
        services.AddSingleton<IClientSecretVerifier>(s => s.GetRequiredService<ClientSecrets>());
        services.AddSingleton<IAccountNumbers>(new AccountNumbers(Convert.FromBase64String(settings.Callbacks.Secrets[0])));
        services.AddSingleton(new AccountPrefixes(settings.Clients));
        services.AddSingleton(new ConfiguredClients(
            [.. settings.ApiKeys.Where(key => key.Scopes.Contains(Scope.Checkouts) && !key.Scopes.Contains(Scope.Ops)).Select(key => key.Client).Distinct()]));
        services.AddSingleton<IDataProtectionProvider>(new SecretsProtection(settings.Callbacks.Secrets.Select(Convert.FromBase64String)));
        services.AddSingleton<CallerKeys>();

        services.AddAuthentication(BearerAuthentication.Name)
            .AddScheme<AuthenticationSchemeOptions, BearerAuthentication>(BearerAuthentication.Name, null);
        services.AddAuthorization(options => options.AddScopes());
        services.AddApiControllers(HtmlSafe);
        services.AddPages(settings);
        services.AddExceptionHandler<UnhandledExceptions>();
        services.AddProblemDetails();
        services.ConfigureHttpJsonOptions(options =>
        {
            // The OpenAPI document is written by these: the controllers take no number that is text.
            options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            options.SerializerOptions.Encoder = HtmlSafe;
            options.SerializerOptions.Converters.Add(new UtcTimes());
        });
        services.AddOpenApi("v1", Documentation.Describe);
        services.AddSingleton<ContractDocument>();

        services.AddDefences(settings);
        services.AddSingleton<CallbackPathReader>();
        if (settings.Roles.HasFlag(Roles.Api))
        {
            services.AddCallbackIntake();
        }

        services.AddSingleton(provider => ConnectionLimits.Of(
            settings.Limits, DescriptorLimit.Read(), provider.GetRequiredService<ConnectionBudget>().Total, settings.IsKept));
        services.AddSingleton<ConnectionTable>();
        services.AddSingleton<IConnectionListenerFactory, LimitedListenerFactory>();
        services.AddHostedService<ConnectionWatch>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            WebSecurity.Limit(kestrel, settings.Limits);
            kestrel.ConfigureEndpointDefaults(endpoint =>
            {
                endpoint.Use(ConnectionWatch.Connection);
                endpoint.Use(next => ShutdownNotice.Watch(endpoint.ApplicationServices, next));
            });
        });

        // Last, so that it waits before anything else is told to stop.
        services.AddSingleton(settings.Shutdown);
        services.AddSingleton<ShutdownNotice>();
        services.AddHostedService(provider => provider.GetRequiredService<ShutdownNotice>());
        services.Configure<HostOptions>(host => host.ShutdownTimeout = settings.Shutdown.Notice + settings.Shutdown.Limit);
    }

    private static void Map(WebApplication app, Settings settings)
    {
        app.Use(ConnectionWatch.Request);
        app.Use(RequestPurpose.Set);
        app.Use(RequestSpans.Name);
        app.UseDefences(settings);
        app.UseExceptionHandler();
        app.UsePages();
        app.UseRouting();
        if (settings.Roles.HasFlag(Roles.Api))
        {
            app.Use(app.Services.GetRequiredService<UnroutedCallbacks>().Watch);
        }

        app.UseStatusCodePages(Problems.OfStatus);
        app.UseCors();
        app.Use(app.Services.GetRequiredService<PageLimits>().Pass);
        app.Use(WaitForDatabase);
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseMiddleware<RequestConcurrencyLimit>();
        app.UseAuthorization();
        app.UseMiddleware<OperatorAccessMiddleware>();
        if (settings.Roles.HasFlag(Roles.Api))
        {
            app.Services.GetRequiredService<CallbackEndpoint>().Map(app);
        }

        app.MapControllers();
        ContractDocument.Map(app);
        app.MapScalarApiReference("/docs", reference =>
        {
            // Our calls and nothing of others: no assistant, no client to download, no sharing, no fonts or proxy of another host, no counting of visits.
            reference.WithTitle("Payments API").DisableAgent().DisableMcp().DisableTelemetry().DisableDefaultFonts().HideClientButton().HideDeveloperTools();
            reference.ProxyUrl = "";
        });
        app.UseHangfireDashboard("/hangfire", new DashboardOptions
        {
            Authorization = [new AllowAll()],
            IsReadOnlyFunc = context => !OperatorAccessMiddleware.CanWrite(context.GetHttpContext(), settings),
            DisplayStorageConnectionString = false,
            DashboardTitle = "Payments jobs",
        });
        app.MapPages();
        SignInPages.Map(app);
        PairPages.Map(app);
        HealthPages.Map(app, settings);
        if (TelemetryServices.IsOn(app.Configuration))
        {
            app.MapPrometheusScrapingEndpoint(TelemetryServices.Path);
        }
    }

    /// <summary>While the database is away, or not yet migrated, the API answers 503 itself; callbacks are taken all the same.</summary>
    private static Task WaitForDatabase(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path;
        if (!path.StartsWithSegments("/api") || path.StartsWithSegments("/api/mpesa") || IsThere(context.RequestServices))
        {
            return next(context);
        }

        context.Response.Headers.RetryAfter = "5";
        return Problems.Write(context, new Refusal("unavailable", "The service is waiting for its database; try again shortly."));
    }

    // A worker has no inbox and so no circuit.
    private static bool IsThere(IServiceProvider services) =>
        services.GetService<DatabaseCircuit>() is { } circuit ? !circuit.IsAway : services.GetRequiredService<DatabaseState>().IsReady;
}
