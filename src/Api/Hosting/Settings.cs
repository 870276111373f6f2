using Payments.Api.Access;
using Payments.Api.Diagnostics;
using Payments.Api.Pages;
using Payments.Api.Security;
using Payments.Application.Access;
using Payments.Application.C2b;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Diagnostics;
using Payments.Application.Privacy;
using Payments.Application.Reconciliation;
using Payments.Infrastructure.Callbacks;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Diagnostics;
using Payments.Infrastructure.Hosting;
using Payments.Infrastructure.Inbox;
using Payments.Infrastructure.Inbox.Spool;

namespace Payments.Api.Hosting;

/// <summary>The configuration of a process, read once and found to be right, or every problem with it.</summary>
internal sealed class Settings
{
    public required string ConnectionString { get; init; }

    public required DarajaOptions Daraja { get; init; }

    public required CallbackOptions Callbacks { get; init; }

    public required IReadOnlyList<ApiKey> ApiKeys { get; init; }

    /// <summary>What clients have of their own, beside their keys.</summary>
    public required IReadOnlyList<ClientOptions> Clients { get; init; }

    public required LimitOptions Limits { get; init; }

    public required ReconciliationOptions Reconciliation { get; init; }

    public required InboxOptions Inbox { get; init; }

    public required SpoolOptions Spool { get; init; }

    public required C2bOptions C2b { get; init; }

    public required RetentionOptions Retention { get; init; }

    public required LogOptions Logs { get; init; }

    public required ShutdownOptions Shutdown { get; init; }

    public required Roles Roles { get; init; }

    public required IReadOnlyList<Operator> Operators { get; init; }

    public required ReturnOptions Returns { get; init; }

    /// <summary>What shoppers see of the shop.</summary>
    public required ShopOptions Shop { get; init; }

    /// <summary>Origins whose pages may call the API from a browser.</summary>
    public required IReadOnlyList<string> Origins { get; init; }

    /// <summary>Whose X-Forwarded-For is believed.</summary>
    public required IReadOnlyList<System.Net.IPNetwork> Proxies { get; init; }

    /// <summary>True against the simulator: a laptop or a test, never money.</summary>
    public bool IsSimulator => Daraja.Kind == DarajaEnvironment.Simulator;

    public required IReadOnlyList<ConfigurationProblem> Problems { get; init; }

    /// <summary>The port this process listens on; null when its address does not say.</summary>
    public required int? Port { get; init; }

    /// <summary>Whether a connection from there may have a place of those kept free: a proxy of ours, or Safaricom itself.</summary>
    public Func<System.Net.IPAddress?, bool> IsKept
    {
        get
        {
            var networks = new CallbackNetworks([.. Callbacks.AllowedNetworks], Daraja.Kind);
            return address => networks.IsSafaricoms(address)
                || (Plain(address) is { } plain && Proxies.Any(proxy => proxy.Contains(plain)));

            static System.Net.IPAddress? Plain(System.Net.IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        }
    }

    /// <summary>Reads everything and lists every problem at once.</summary>
    public static Settings Read(ConfigurationManager configuration)
    {
        var sections = new SectionReader(configuration);
        SecretFiles.Read(configuration, sections.Problems);
        OptionKeys.Check(configuration, sections.Problems);
        var roles = sections.Read(new ProcessOptionsValidator()).Parsed;
        var connection = sections.Read(new ConnectionOptionsValidator(roles));
        var logs = sections.Read(new LogOptionsValidator());
        var shutdown = sections.Read(new ShutdownOptionsValidator());
        var spool = sections.Read(new SpoolOptionsValidator());
        var daraja = sections.Read(new DarajaOptionsValidator());
        var isSimulator = daraja.Kind == DarajaEnvironment.Simulator;
        var c2b = sections.Read(new C2bOptionsValidator());
        var retention = sections.Read(new RetentionOptionsValidator());
        var callbacks = sections.Read(new CallbackOptionsValidator(isPublic: !isSimulator));
        var port = PortOf(configuration["urls"]);
        sections.Problems.AddRange(TunnelSettings.Read(configuration, callbacks, daraja.Kind, port));
        sections.Read(new DoctorOptionsValidator(daraja.Kind));
        var keys = sections.ReadList(new ApiKeyOptionsValidator()).ConvertAll(ApiKey.Of);
        var clients = sections.ReadList(new ClientOptionsValidator());
        sections.Problems.AddRange(ClientOptionsValidator.Between(clients));
        var operators = sections.ReadList(new OperatorOptionsValidator()).ConvertAll(Operator.Of);
        var limits = sections.Read(new LimitOptionsValidator());
        var inbox = sections.Read(new InboxOptionsValidator());
        var returns = sections.Read<ReturnOptions>();
        returns.AllowAnyHost(isSimulator);
        if (!isSimulator)
        {
            sections.Problems.AddRange(DefaultSecretsGuard.Find(configuration, keys, operators));
        }

        var reconciliation = sections.Read(new ReconciliationOptionsValidator());
        return new()
        {
            ConnectionString = connection.Payments ?? "",
            Daraja = daraja,
            Callbacks = callbacks,
            ApiKeys = keys,
            Clients = clients,
            Limits = limits,
            Operators = operators,
            Returns = returns,
            Shop = sections.Read(new ShopOptionsValidator()),
            Origins = [.. sections.ReadValues(cors => cors.Origins, nameof(CorsOptions.Origins), new CorsOptionsValidator(isSimulator)).Origins],
            Proxies = sections.ReadValues(proxy => proxy.KnownProxies, nameof(ProxyOptions.KnownProxies), new ProxyOptionsValidator()).Networks,
            Reconciliation = reconciliation,
            Inbox = inbox,
            Spool = spool,
            C2b = c2b,
            Retention = retention,
            Logs = logs,
            Shutdown = shutdown,
            Roles = roles,
            Problems = sections.Problems,
            Port = port,
        };
    }

    /// <summary>What the doctor has to know of this configuration.</summary>
    /// <param name="address">The public address of the moment.</param>
    public DeploymentFacts Facts(Func<string?> address)
    {
        var networks = new CallbackNetworks([.. Callbacks.AllowedNetworks], Daraja.Kind);
        return new()
        {
            Environment = Daraja.Kind.ToString(),
            Shortcode = Daraja.Shortcode ?? "",
            PublicBaseUrl = address,
            Problems = Problems,
            HasSpool = Spool.IsOn,
            PullEvery = Daraja.Nominated is null ? null : C2b.PullEvery,
            HasAllowedNetworks = networks.AreLimited,
            Allows = networks.AllowsC2b,
        };
    }

    /// <summary>The first port of <c>http://localhost:5080;https://…</c>.</summary>
    private static int? PortOf(string? urls) =>
        urls?.Split(';')[0].Split(':') is { Length: 3 } parts && int.TryParse(parts[2].TrimEnd('/'), out var port) ? port : null;
}
