using Microsoft.Extensions.Diagnostics.HealthChecks;
using Payments.Infrastructure.Daraja;

namespace Payments.Infrastructure.Health;

/// <summary>Whether Safaricom's APIs are called.</summary>
internal sealed class BreakersHealthCheck(DarajaBreakers breakers) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var open = breakers.States.Where(s => s.Value != "closed").Select(s => $"{s.Key} is {s.Value}").ToList();
        return Task.FromResult(open.Count == 0
            ? HealthCheckResult.Healthy("All are closed, as this process sees Safaricom.")
            : HealthCheckResult.Degraded(string.Join(", ", open) + ", as this process sees Safaricom."));
    }
}
