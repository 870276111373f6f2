using Payments.Application;
using Payments.Infrastructure;

namespace Payments.Api;

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

    /// <summary>Reads everything and lists every problem at once.</summary>
    public static Settings Read(ConfigurationManager configuration)
    {
        var problems = new List<ConfigurationProblem>();
        SecretFiles.Read(configuration, problems);
        var daraja = configuration.GetSection("Daraja").Get<DarajaOptions>() ?? new();
        var callbacks = configuration.GetSection("Callbacks").Get<CallbackOptions>() ?? new();
        var reconciliation = configuration.GetSection("Reconciliation").Get<ReconciliationOptions>() ?? new();
        var c2b = configuration.GetSection("C2B").Get<C2bOptions>() ?? new();
        var connection = configuration.GetConnectionString("Payments");
        if (string.IsNullOrWhiteSpace(connection))
        {
            problems.Add(new("ConnectionStrings__Payments", "is missing", "a PostgreSQL connection string such as Host=db;Database=payments;Username=payments;Password=…"));
        }

        var spool = configuration.GetSection("Spool").Get<SpoolOptions>() ?? new();
        problems.AddRange(spool.Validate());
        problems.AddRange(daraja.Validate());
        problems.AddRange(c2b.Problems().Select(problem => new ConfigurationProblem(problem.Key, problem.Wrong, problem.Right)));
        problems.AddRange(callbacks.Validate(isPublic: daraja.Kind != DarajaEnvironment.Simulator));
        var keys = configuration.GetSection("ApiKeys").GetChildren().Select(section => ApiKey.Read(section, problems)).OfType<ApiKey>().ToList();
        var operators = configuration.GetSection("Ops:Users").GetChildren().Select(section => Operator.Read(section, problems)).OfType<Operator>().ToList();
        var limits = configuration.GetSection("Limits").Get<LimitOptions>() ?? new();
        if (limits.RequestsPerKey < 100)
        {
            problems.Add(new("Limits__RequestsPerKey", "is below 100", "requests a second per key, 100 or more"));
        }

        var returns = configuration.GetSection("Return").Get<ReturnOptions>() ?? new();
        returns.AllowsAnyHost = daraja.Kind == DarajaEnvironment.Simulator;
        if (daraja.Kind != DarajaEnvironment.Simulator)
        {
            problems.AddRange(PublishedSecrets.Find(configuration, keys, operators));
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
            Inbox = configuration.GetSection("Inbox").Get<InboxOptions>() ?? new(),
            Spool = spool,
            C2b = c2b,
            Roles = ReadRoles(configuration["Roles"], problems),
            Problems = problems,
        };
    }

    private static Roles ReadRoles(string? text, List<ConfigurationProblem> problems)
    {
        var roles = Roles.None;
        foreach (var part in (text ?? "api,worker").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries))
        {
            roles |= part.ToLowerInvariant() switch
            {
                "api" => Roles.Api,
                "worker" => Roles.Worker,
                _ => Roles.None,
            };
        }

        if (roles == Roles.None)
        {
            problems.Add(new("Roles", $"'{text}' names nothing to do", "api, worker or api,worker"));
        }

        return roles;
    }
}
