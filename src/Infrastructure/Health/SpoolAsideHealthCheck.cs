using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Payments.Infrastructure.Inbox.Spool;

namespace Payments.Infrastructure.Health;

/// <summary>Whether something spooled could not be stored.</summary>
internal sealed class SpoolAsideHealthCheck(CallbackSpool? spool = null) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(spool is { AsideBytes: > 0 }
        ? HealthCheckResult.Degraded(string.Create(
            CultureInfo.InvariantCulture,
            $"{spool.AsideBytes:N0} bytes could not be stored and are kept beside the segments: the log says why (spool_…), docs/operations.md what to do."))
        : HealthReports.NothingToTell);
}
