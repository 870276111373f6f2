using Payments.Infrastructure.Hosting;

namespace Payments.Api.Hosting;

/// <summary>No section: what this process is.</summary>
internal sealed class ProcessOptions
{
    /// <summary>
    /// What this process does: <c>api</c> (takes calls and callbacks), <c>worker</c> (understands callbacks, pays out, asks), or
    /// <c>api,worker</c>. Any number of processes of either kind share one database.
    /// </summary>
    public string? Roles { get; set; } = "api,worker";

    /// <summary><see cref="Roles"/> as read: what is known of it.</summary>
    public Roles Parsed => Names.Select(Role).Aggregate(Infrastructure.Hosting.Roles.None, (all, role) => all | role);

    /// <summary>False where a name is none.</summary>
    public bool AreKnown => Names.All(name => Role(name) != Infrastructure.Hosting.Roles.None);

    private string[] Names => (Roles ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);

    private static Roles Role(string name) => name.ToLowerInvariant() switch
    {
        "api" => Infrastructure.Hosting.Roles.Api,
        "worker" => Infrastructure.Hosting.Roles.Worker,
        _ => Infrastructure.Hosting.Roles.None,
    };
}
