using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Payments.Infrastructure.Health;

/// <summary>Whether the access tokens are good.</summary>
internal sealed class TokensHealthCheck(BacklogProbe backlog) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        backlog.Judge(Judge, cancellationToken);

    private static HealthCheckResult Judge(Backlog behind)
    {
        if (behind.Tokens.Count == 0)
        {
            return HealthCheckResult.Healthy("None was needed yet.");
        }

        var detail = string.Join("; ", behind.Tokens.Select(Text)) + ".";
        return behind.Tokens.Any(t => t.Left < TimeSpan.Zero) ? HealthCheckResult.Degraded(detail) : HealthCheckResult.Healthy(detail);
    }

    private static string Text(TokenAge token) => string.Create(
        CultureInfo.InvariantCulture,
        $"{token.App}: {token.Age.TotalMinutes:0} minutes old, {(token.Left < TimeSpan.Zero ? "ended" : "good")} for {token.Left.Duration().TotalMinutes:0}");
}
