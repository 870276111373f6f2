using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Payments.Infrastructure.Health;

/// <summary>Whether callbacks could not be applied so far.</summary>
internal sealed class SetAsideHealthCheck(BacklogProbe backlog) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        backlog.Judge(Judge, cancellationToken);

    private static HealthCheckResult Judge(Backlog behind) => behind.SetAside == 0
        ? HealthReports.NothingToTell
        : HealthCheckResult.Degraded(string.Create(
            CultureInfo.InvariantCulture,
            $"{behind.SetAside:N0} could not be applied so far and are tried again every few seconds: the log says why (callbacks_set_aside, callback_parked)."));
}
