using Microsoft.Extensions.DependencyInjection;

namespace Payments.Infrastructure;

/// <summary>Puts the spool behind the inbox.</summary>
public static class AddSpoolExtension
{
    /// <summary>Adds the circuit and the drain; the spool itself only where a path is given. Call after the inbox is added: it stops first.</summary>
    public static IServiceCollection AddSpool(this IServiceCollection services, SpoolOptions options)
    {
        services.AddSingleton<DatabaseCircuit>();
        services.AddSingleton<IntakeHealth>();
        if (options.IsOn)
        {
            services.AddSingleton<Spool>();
        }

        return services.AddHostedService<SpoolDrain>();
    }
}
