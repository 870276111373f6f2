using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Payments.Infrastructure.Health;

/// <summary>Whether something waits for a person.</summary>
internal sealed class CasesHealthCheck(BacklogProbe backlog) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        backlog.Judge(Judge, cancellationToken);

    private static HealthCheckResult Judge(Backlog behind) => behind.Cases.Count == 0
        ? HealthCheckResult.Healthy("None is open.")
        : HealthCheckResult.Degraded(
            "Open: " + string.Join(", ", behind.Cases.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Count:N0} {c.Kind}"))) + ".");
}
