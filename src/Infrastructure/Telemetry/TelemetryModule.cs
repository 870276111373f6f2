using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Telemetry;

namespace Payments.Infrastructure.Telemetry;

/// <summary>Gauges read from the database, and the traces rows carry.</summary>
internal static class TelemetryModule
{
    public static void AddTelemetry(this IServiceCollection services)
    {
        services.AddSingleton<ITraceContexts, TraceContexts>();
        services.AddHostedService<Gauges>();
    }
}
