using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Payments.Infrastructure.Health;

/// <summary>Whether Safaricom's list of payments is read.</summary>
internal sealed class PullHealthCheck(BacklogProbe backlog) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        backlog.Judge(Judge, cancellationToken);

    private static HealthCheckResult Judge(Backlog behind)
    {
        if (behind.Pull is not { } pull)
        {
            return HealthReports.NothingToTell;
        }

        var upTo = string.Create(CultureInfo.InvariantCulture, $"What customers paid was read up to {pull.Age.TotalMinutes:0} minutes ago");
        return pull.Why is null ? HealthCheckResult.Healthy(upTo + ".") : HealthCheckResult.Degraded($"{upTo}: {pull.Why}.");
    }
}
