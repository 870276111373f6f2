using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Payments.Infrastructure.Inbox;

namespace Payments.Infrastructure.Health;

/// <summary>How full the room is in which callbacks wait for their commit.</summary>
internal sealed class InboxQueueHealthCheck(InboxQueueMetrics queue) : IHealthCheck
{
    /// <summary>Half full is far from 503, and much more than the wait for a commit ever fills.</summary>
    private const double MaxShare = 0.5;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var share = Math.Max((double)queue.Waiting / queue.Max, (double)queue.Bytes / queue.MaxBytes);
        var detail = string.Create(
            CultureInfo.InvariantCulture,
            $"{queue.Waiting:N0} callbacks ({queue.Bytes:N0} bytes) wait for their commit; at {queue.Max:N0} or {queue.MaxBytes:N0} bytes 503 is answered.");
        return Task.FromResult(share > MaxShare ? HealthCheckResult.Degraded(detail) : HealthCheckResult.Healthy(detail));
    }
}
