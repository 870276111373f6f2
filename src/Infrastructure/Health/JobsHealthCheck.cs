using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Payments.Infrastructure.Jobs;

namespace Payments.Infrastructure.Health;

/// <summary>Whether every queue has somebody who works on it, and what failed for good.</summary>
internal sealed class JobsHealthCheck(BacklogProbe backlog) : IHealthCheck
{
    private static readonly string[] Queues = [CallbackJobs.Queue, "default", TransferJobs.Queue];

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        backlog.Judge(Judge, cancellationToken);

    private static HealthCheckResult Judge(Backlog behind)
    {
        var served = behind.Servers.SelectMany(s => s.Queues).ToHashSet(StringComparer.Ordinal);
        var lacking = Queues.Where(queue => !served.Contains(queue)).ToList();
        if (lacking.Count > 0)
        {
            return HealthCheckResult.Unhealthy($"No Hangfire server is alive for {string.Join(", ", lacking)}: is a worker running?");
        }

        var beat = behind.Servers.Min(s => s.Heartbeat);
        var detail = string.Create(
            CultureInfo.InvariantCulture,
            $"{behind.Servers.Count} Hangfire servers are alive, the last heartbeat {beat.TotalSeconds:0} s ago; {behind.FailedJobs:N0} jobs have failed for good.");
        return behind.FailedJobs > 0 ? HealthCheckResult.Degraded(detail) : HealthCheckResult.Healthy(detail);
    }
}
