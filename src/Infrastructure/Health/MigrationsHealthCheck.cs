using Microsoft.Extensions.Diagnostics.HealthChecks;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Health;

/// <summary>Whether the tables are those of this version.</summary>
internal sealed class MigrationsHealthCheck(DatabaseState state, DatabaseProbe database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!state.IsReady)
        {
            return HealthCheckResult.Unhealthy($"They have not run yet: {state.Problem ?? "the database was not reached so far"}");
        }

        return HealthCheckResult.Healthy(await database.Read(cancellationToken) is { Migration: { } newest } ? $"All have run; the newest is {newest}." : "All have run.");
    }
}
