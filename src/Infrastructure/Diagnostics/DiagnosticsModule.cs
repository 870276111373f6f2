using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Payments.Application.Diagnostics;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Network;

namespace Payments.Infrastructure.Diagnostics;

/// <summary>The doctor, and the watch over a tunnel where there is one.</summary>
public static class DiagnosticsModule
{
    /// <summary>Call after <see cref="DarajaModule.AddDaraja"/>.</summary>
    /// <param name="facts">What the host knows of its configuration.</param>
    /// <param name="port">The port the host listens on; null when that is not known.</param>
    public static IServiceCollection AddDiagnostics(
        this IServiceCollection services, IConfiguration configuration, Func<IServiceProvider, DeploymentFacts> facts, int? port)
    {
        services.Configure<DoctorOptions>(configuration.GetSection("Doctor"));
        services.AddSingleton(facts);
        services.AddSingleton(new TunnelPort(port));
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<DoctorOptions>>().Value.Limits);
        services.TryAddSingleton(NameResolver.System);
        services.AddSingleton<IDatabaseInspector, DatabaseInspector>();
        services.AddSingleton<IPublicEndpointClient, PublicEndpointClient>();
        services.AddSingleton<IProbes, Probes>();
        services.AddSingleton<IDarajaInspector, DarajaInspector>();
        services.AddSingleton<IDiagnosticsStore, DiagnosticsStore>();
        foreach (var check in DiagnosticChecks.InOrder)
        {
            services.AddTransient(typeof(IDiagnosticCheck), check);
        }

        if (configuration["Callbacks:Tunnel"] is not null)
        {
            services.AddHostedService<TunnelWatch>();
        }

        return services;
    }
}
