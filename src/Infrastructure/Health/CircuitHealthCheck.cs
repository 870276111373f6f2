using Microsoft.Extensions.Diagnostics.HealthChecks;
using Payments.Infrastructure.Inbox.Spool;

namespace Payments.Infrastructure.Health;

/// <summary>Whether callbacks go to the database.</summary>
internal sealed class CircuitHealthCheck(DatabaseCircuit circuit) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(circuit switch
    {
        { IsAway: true } => HealthCheckResult.Unhealthy("Open: the database does not store callbacks, and a probe failed too; /api answers 503."),
        { IsOpen: true } => HealthCheckResult.Degraded("Open: a commit failed or was too slow; callbacks go to the spool until a probe has written."),
        _ => HealthCheckResult.Healthy("Closed: callbacks go to the database."),
    });
}
