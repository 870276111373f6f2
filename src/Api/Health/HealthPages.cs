using Microsoft.Extensions.Diagnostics.HealthChecks;
using Payments.Api.Access;
using Payments.Api.Hosting;
using Payments.Api.Telemetry;
using Payments.Application.Common;
using Payments.Infrastructure.Health;
using Payments.Infrastructure.Hosting;
using Payments.Infrastructure.Inbox.Spool;

namespace Payments.Api.Health;

/// <summary>A process as those see it who may know why.</summary>
/// <param name="Status">What everybody sees: <c>ready</c>, <c>degraded</c> or <c>unavailable</c>; <c>live</c>.</param>
/// <param name="Checks">What was looked at; null where nothing was.</param>
internal sealed record HealthView(
    string Status, string Instance, string Version, IReadOnlyList<string> Roles, DateTimeOffset StartedAt, IReadOnlyList<CheckView>? Checks);

/// <summary>One thing looked at.</summary>
/// <param name="State"><c>ok</c>, <c>warning</c> or <c>failed</c>.</param>
internal sealed record CheckView(string Name, string State, string Detail);

/// <summary>Whether the process lives and can take callbacks: a word for everybody, the reasons for operators and ops keys.</summary>
internal static class HealthPages
{
    private static readonly DateTimeOffset StartedAt = DateTimeOffset.UtcNow;

    public static void Map(WebApplication app, Settings settings)
    {
        app.MapGet("/health/live", async (HttpContext http) => await OperatorAccessMiddleware.CanRead(http, settings)
            ? Results.Json(View(settings, "live", null))
            : Results.Json(new { status = "live" })).ExcludeFromDescription();
        app.MapGet("/health/ready", (HttpContext http, IServiceProvider services, HealthReports health, CancellationToken cancellation) =>
            Ready(http, settings, services, health, cancellation)).ExcludeFromDescription();
    }

    /// <summary>Ready: a callback can be stored durably. <c>degraded</c>: in the spool only. A process that was told to end wants no more.</summary>
    private static async Task<IResult> Ready(
        HttpContext http, Settings settings, IServiceProvider services, HealthReports health, CancellationToken cancellation)
    {
        var intake = health.IsEnding ? IntakeState.Unavailable
            : services.GetService<IntakeHealth>() is { } taking ? await taking.Check(cancellation)
            : await health.Works(cancellation) ? IntakeState.Ready : IntakeState.Unavailable;
        var code = intake == IntakeState.Unavailable ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        if (!await OperatorAccessMiddleware.CanRead(http, settings))
        {
            return Results.Json(new { status = EnumNames.Name(intake) }, statusCode: code);
        }

        var report = await health.Check(cancellation);
        return Results.Json(
            View(settings, EnumNames.Name(intake), [.. report.Entries.Select(check => new CheckView(check.Key, State(check.Value.Status), check.Value.Description!))]),
            statusCode: code);
    }

    private static string State(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "ok",
        HealthStatus.Degraded => "warning",
        HealthStatus.Unhealthy => "failed",
    };

    private static HealthView View(Settings settings, string status, IReadOnlyList<CheckView>? checks) => new(
        status, $"{Environment.MachineName}:{Environment.ProcessId}", TelemetryServices.Version,
        [.. new[] { Roles.Api, Roles.Worker }.Where(role => settings.Roles.HasFlag(role)).Select(EnumNames.Name)], StartedAt, checks);
}
