using Payments.Api.Access;
using Payments.Api.Diagnostics;
using Payments.Api.Security;
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
using Payments.Infrastructure.Spooling;

namespace Payments.Api.Hosting;

/// <summary>The configuration of a process, read once and found to be right, or every problem with it.</summary>
internal sealed class Settings
{
    public required string ConnectionString { get; init; }

    public required DarajaOptions Daraja { get; init; }

    public required CallbackOptions Callbacks { get; init; }

    public required IReadOnlyList<ApiKey> ApiKeys { get; init; }

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
        var problems = new List<ConfigurationProblem>();
        SecretFiles.Read(configuration, problems);
        OptionKeys.Check(configuration, problems);
        var daraja = Bind<DarajaOptions>(configuration, "Daraja");
        var callbacks = Bind<CallbackOptions>(configuration, "Callbacks");
        var reconciliation = Bind<ReconciliationOptions>(configuration, "Reconciliation");
        var c2b = Bind<C2bOptions>(configuration, "C2B");
        var retention = Bind<RetentionOptions>(configuration, "Retention");
        var connection = configuration.GetConnectionString("Payments");
        var roles = ReadRoles(configuration["Roles"], problems);
        problems.AddRange(DatabaseSettings.Problems(connection, roles));
        var port = PortOf(configuration["urls"]);
        var logs = Bind<LogOptions>(configuration, "Logs");
        problems.AddRange(logs.Validate());
        var shutdown = Bind<ShutdownOptions>(configuration, "Shutdown");
        problems.AddRange(shutdown.Validate());
        var spool = Bind<SpoolOptions>(configuration, "Spool");
        problems.AddRange(spool.Validate());
        problems.AddRange(daraja.Validate());
        problems.AddRange(c2b.Problems().Concat(retention.Problems()).Select(problem => new ConfigurationProblem(problem.Key, problem.Wrong, problem.Right)));
        problems.AddRange(callbacks.Validate(isPublic: daraja.Kind != DarajaEnvironment.Simulator));
        problems.AddRange(TunnelSettings.Read(configuration, callbacks, daraja.Kind, port));
        problems.AddRange(Bind<DoctorOptions>(configuration, "Doctor").Validate(daraja.Kind));
        var keys = configuration.GetSection("ApiKeys").GetChildren().Select(section => ApiKey.Read(section, problems)).OfType<ApiKey>().ToList();
        var operators = configuration.GetSection("Ops:Users").GetChildren().Select(section => Operator.Read(section, problems)).OfType<Operator>().ToList();
        var limits = Bind<LimitOptions>(configuration, "Limits");
        var inbox = Bind<InboxOptions>(configuration, "Inbox");
        problems.AddRange(limits.Problems().Select(problem => new ConfigurationProblem(problem.Key, problem.Wrong, problem.Right)));
        problems.AddRange(inbox.Validate());

        var returns = Bind<ReturnOptions>(configuration, "Return");
        returns.AllowAnyHost(daraja.Kind == DarajaEnvironment.Simulator);
        if (daraja.Kind != DarajaEnvironment.Simulator)
        {
            problems.AddRange(DefaultSecretsGuard.Find(configuration, keys, operators));
        }

        problems.AddRange(reconciliation.Problems().Select(problem => new ConfigurationProblem(problem.Key, problem.Wrong, problem.Right)));
        return new()
        {
            ConnectionString = connection ?? "",
            Daraja = daraja,
            Callbacks = callbacks,
            ApiKeys = keys,
            Limits = limits,
            Operators = operators,
            Returns = returns,
            Origins = WebSettings.Origins(configuration, daraja.Kind == DarajaEnvironment.Simulator, problems),
            Proxies = WebSettings.Proxies(configuration, problems),
            Reconciliation = reconciliation,
            Inbox = inbox,
            Spool = spool,
            C2b = c2b,
            Retention = retention,
            Logs = logs,
            Shutdown = shutdown,
            Roles = roles,
            Problems = problems,
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
            Problems = [.. Problems.Select(problem => new ConfigurationFault(problem.Key, problem.Wrong, problem.Right))],
            HasSpool = Spool.IsOn,
            PullEvery = Daraja.Nominated is null ? null : C2b.PullEvery,
            HasAllowedNetworks = networks.AreLimited,
            Allows = networks.AllowsC2b,
        };
    }

    /// <summary>What cannot be read has been listed; its section is then as if it were empty.</summary>
    private static T Bind<T>(ConfigurationManager configuration, string section)
        where T : class, new()
    {
        try
        {
            return configuration.GetSection(section).Get<T>() ?? new();
        }
        catch (InvalidOperationException)
        {
            return new();
        }
    }

    /// <summary>The first port of <c>http://localhost:5080;https://…</c>.</summary>
    private static int? PortOf(string? urls) =>
        urls?.Split(';')[0].Split(':') is { Length: 3 } parts && int.TryParse(parts[2].TrimEnd('/'), out var port) ? port : null;

    private static Roles ReadRoles(string? text, List<ConfigurationProblem> problems)
    {
        var roles = Roles.None;
        var isKnown = true;
        foreach (var part in (text ?? "api,worker").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries))
        {
            var role = part.ToLowerInvariant() switch
            {
                "api" => Roles.Api,
                "worker" => Roles.Worker,
                _ => Roles.None,
            };
            roles |= role;
            isKnown &= role != Roles.None;
        }

        if (roles == Roles.None || !isKnown)
        {
            problems.Add(new("Roles", roles == Roles.None ? $"'{text}' names nothing to do" : $"'{text}' names more than there is", "api, worker or api,worker"));
        }

        return roles;
    }
}
