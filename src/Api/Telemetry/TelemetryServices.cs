using System.Diagnostics;
using System.Reflection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Payments.Api.Access;
using Payments.Application.Telemetry;

namespace Payments.Api.Telemetry;

/// <summary>
/// Sends traces and metrics where the standard <c>OTEL_*</c> variables say, and nowhere without them; metrics can be scraped at
/// <c>/metrics</c> in any case. <c>OTEL_SDK_DISABLED=true</c> leaves out all of it.
/// </summary>
internal static class TelemetryServices
{
    /// <summary>Where metrics are scraped; <see cref="OperatorAccessMiddleware"/> stands before it.</summary>
    public const string Path = "/metrics";

    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Ours, and of the platform what tells load: requests by route, connections, memory and threads, the connection pool.</summary>
    private static readonly string[] Meters =
        [PaymentsMetrics.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "Npgsql"];

    /// <summary>False when the standard variable says that there shall be none of this.</summary>
    public static bool IsOn(IConfiguration configuration) =>
        !string.Equals(configuration["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase);

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        // Whoever shows no key has no say in our traces: what Safaricom's side, or a stranger, writes into a header is not gone on with.
        builder.Services.AddSingleton<DistributedContextPropagator, CallersContext>();
        var configuration = builder.Configuration;
        if (!IsOn(configuration))
        {
            return;
        }

        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService("payments", serviceVersion: Version, serviceInstanceId: $"{Environment.MachineName}:{Environment.ProcessId}")
                .AddEnvironmentVariableDetector())
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(Meters).AddPrometheusExporter();
                if (Sends(configuration, "METRICS"))
                {
                    metrics.AddOtlpExporter();
                }
            });
        if (Sends(configuration, "TRACES"))
        {
            telemetry.WithTracing(traces => traces.AddSource(Traces.Name, RequestSpans.Source).AddOtlpExporter());
        }
    }

    /// <summary>The version of this build.</summary>
    public static string Version { get; } =
        typeof(TelemetryServices).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    private static bool Sends(ConfigurationManager configuration, string signal) =>
        (configuration[Endpoint] ?? configuration[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"]) is { Length: > 0 }
        && !string.Equals(configuration[$"OTEL_{signal}_EXPORTER"], "none", StringComparison.OrdinalIgnoreCase);
}

/// <summary>
/// Goes on with a trace only for callers who show a key of ours, and never takes baggage along. Any other header would let a stranger have each of
/// his requests recorded, whatever the sampler says.
/// </summary>
internal sealed class CallersContext(CallerKeys keys) : DistributedContextPropagator
{
    private static readonly DistributedContextPropagator W3C = CreateDefaultPropagator();

    public override IReadOnlyCollection<string> Fields => W3C.Fields;

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter)
    {
        // Nothing here is told our trace ids.
    }

    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState)
    {
        (traceId, traceState) = (null, null);
        if (carrier is IHeaderDictionary { TraceParent.Count: > 0, Authorization: [{ } header] } && keys.Knows(header))
        {
            W3C.ExtractTraceIdAndState(carrier, getter, out traceId, out traceState);
        }
    }

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;
}
