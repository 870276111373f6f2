using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Payments.Infrastructure.Health;

/// <summary>Whether PostgreSQL answers.</summary>
internal sealed class DatabaseHealthCheck(DatabaseProbe database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var answer = await database.Read(cancellationToken);
        return answer.Answers ? HealthCheckResult.Healthy(answer.Detail) : HealthCheckResult.Unhealthy(answer.Detail);
    }
}
