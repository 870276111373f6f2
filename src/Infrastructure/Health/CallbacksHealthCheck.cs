using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Payments.Infrastructure.Health;

/// <summary>Whether stored callbacks are drained.</summary>
internal sealed class CallbacksHealthCheck(BacklogProbe backlog) : IHealthCheck
{
    /// <summary>A drain takes half a second at the busiest, the sweeper comes after ten: older than this is stuck.</summary>
    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(30);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        backlog.Judge(Judge, cancellationToken);

    private static HealthCheckResult Judge(Backlog behind)
    {
        if (behind.OldestNew is not { } age)
        {
            return HealthCheckResult.Healthy("None waits for its drain.");
        }

        var detail = string.Create(CultureInfo.InvariantCulture, $"{behind.New:N0} wait for their drain, the oldest for {age.TotalSeconds:0.0} s.");
        return age > StuckAfter ? HealthCheckResult.Unhealthy(detail) : HealthCheckResult.Healthy(detail);
    }
}
