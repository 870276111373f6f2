using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Payments.Infrastructure.Health;

/// <summary>Whether a shop is told nothing because its endpoint takes nothing: its own affair, until it does not notice.</summary>
internal sealed class WebhooksHealthCheck(BacklogProbe backlog) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        backlog.Judge(Judge, cancellationToken);

    private static HealthCheckResult Judge(Backlog behind) => behind.Webhooks.Count == 0
        ? HealthCheckResult.Healthy("None is out of reach.")
        : HealthCheckResult.Degraded(
            "Out of reach: " + string.Join(", ", behind.Webhooks.Select(w => string.Create(CultureInfo.InvariantCulture, $"{w.Count:N0} {w.Why}"))) + "; GET /api/webhooks says whose.");
}
