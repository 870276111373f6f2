using System.Net;
using Payments.Application.Common;

namespace Payments.Application.Diagnostics;

/// <summary>What a deployment is configured to be, as far as the doctor looks at it.</summary>
public sealed record DeploymentFacts
{
    /// <summary><c>Simulator</c>, <c>Sandbox</c> or <c>Production</c>.</summary>
    public required string Environment { get; init; }

    public required string Shortcode { get; init; }

    /// <summary>Where Safaricom is told to call now; null when it is not configured.</summary>
    public Func<string?> PublicBaseUrl { get; init; } = () => null;

    /// <summary>What is wrong in the configuration; empty in a process that started.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems { get; init; } = [];

    /// <summary>True when callbacks survive an outage of the database.</summary>
    public bool HasSpool { get; init; }

    /// <summary>How often Pull is asked; null where it is off.</summary>
    public TimeSpan? PullEvery { get; init; }

    /// <summary>True when C2B callbacks are believed from some networks only.</summary>
    public bool HasAllowedNetworks { get; init; }

    /// <summary>Whether an address is inside them.</summary>
    public Func<IPAddress, bool> Allows { get; init; } = _ => true;

    /// <summary>True against the simulator: plain http and this machine are allowed then.</summary>
    public bool IsSimulator => Environment == "Simulator";

    /// <summary>True when money moves.</summary>
    public bool IsProduction => Environment == "Production";

    /// <summary>The first problem under one of these beginnings of keys that stops what is built on it; null when there is none.</summary>
    public ConfigurationProblem? Broken(params string[] keys) => Problems.FirstOrDefault(
        problem => problem.Wrong != ConfigurationProblem.Unknown && keys.Any(key => problem.Key.StartsWith(key, StringComparison.OrdinalIgnoreCase)));
}
