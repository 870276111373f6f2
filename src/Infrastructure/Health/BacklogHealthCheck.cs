using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Payments.Infrastructure.Health;

/// <summary>Whether the backlog could be read at all: the checks after it judge a part of it each.</summary>
internal sealed class BacklogHealthCheck(BacklogProbe backlog) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        (await backlog.Read(cancellationToken)).Failure is { } why ? HealthCheckResult.Unhealthy($"It could not be read: {why}") : HealthReports.NothingToTell;
}
