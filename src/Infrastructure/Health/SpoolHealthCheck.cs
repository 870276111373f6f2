using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Payments.Infrastructure.Inbox.Spool;

namespace Payments.Infrastructure.Health;

/// <summary>Whether the disk can take callbacks while the database is away.</summary>
internal sealed class SpoolHealthCheck(SpoolOptions options, CallbackSpool? spool = null) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(spool switch
    {
        null => HealthCheckResult.Degraded("Off: while the database is away callbacks are answered 503 and may be lost. Set Spool__Path."),
        { HasRoom: false } => HealthCheckResult.Unhealthy(Text($"No room: {spool.Bytes:N0} bytes wait of {options.MaxBytes:N0}, or the disk is full or failing.")),
        { Bytes: > 0 } => HealthCheckResult.Degraded(Text($"{spool.Bytes:N0} bytes wait for the database, {options.MaxBytes:N0} may.")),
        _ => HealthCheckResult.Healthy(Text($"Empty; {options.MaxBytes:N0} bytes may wait.")),
    });

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
