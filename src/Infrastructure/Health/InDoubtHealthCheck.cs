using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Payments.Infrastructure.Health;

/// <summary>Whether something sent has had no outcome for long.</summary>
internal sealed class InDoubtHealthCheck(BacklogProbe backlog) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        backlog.Judge(Judge, cancellationToken);

    private static HealthCheckResult Judge(Backlog behind)
    {
        var detail = behind.InDoubt.Count == 0 ? "Nothing." : string.Join(", ", behind.InDoubt.Select(Text)) + ".";
        return behind.InDoubt.Any(d => d is { Age: "over_1d" or "under_1d", Count: > 0 }) ? HealthCheckResult.Degraded(detail) : HealthCheckResult.Healthy(detail);
    }

    private static string Text(InDoubtCount doubt) => string.Create(CultureInfo.InvariantCulture, $"{doubt.Count:N0} {doubt.Kind}s {doubt.Age.Replace('_', ' ')}");
}
