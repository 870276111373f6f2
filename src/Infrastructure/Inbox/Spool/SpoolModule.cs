using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Payments.Infrastructure.Callbacks;
using Payments.Infrastructure.Daraja;

namespace Payments.Infrastructure.Inbox.Spool;

/// <summary>The file that takes callbacks while the database is away.</summary>
public static class SpoolModule
{
    /// <summary>Adds the circuit and the drain; the spool itself only where a path is given. Call after the inbox is added: it stops first.</summary>
    public static IServiceCollection AddSpool(this IServiceCollection services, SpoolOptions options)
    {
        services.AddSingleton<DatabaseCircuit>();
        services.AddSingleton<IntakeHealth>();
        if (options.IsOn)
        {
            services.AddSingleton(provider => new SpoolSeal(
                provider.GetRequiredService<IOptions<CallbackOptions>>().Value.Secrets.Select(Convert.FromBase64String),
                provider.GetRequiredService<IOptions<DarajaOptions>>().Value.Shortcode ?? ""));
            services.AddSingleton<CallbackSpool>();
        }

        return services.AddHostedService<SpoolDrain>();
    }
}
