using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Payments.Application.Callbacks;
using Payments.Application.Daraja;
using Payments.Application.Telemetry;
using Payments.Infrastructure.Callbacks;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Daraja;

/// <summary>Safaricom's API, as a client of it.</summary>
public static class DarajaModule
{
    /// <summary>
    /// Adds <see cref="IDaraja"/>, <see cref="ICallbackReader"/>, <see cref="CallbackTokens"/>, <see cref="CallbackUrls"/> and
    /// <see cref="DarajaBreakers"/> from the sections <c>Daraja</c> and <c>Callbacks</c>. An <see cref="Connections"/> is
    /// expected. Nothing is validated here: the host lists the problems of all sections at once.
    /// </summary>
    public static IServiceCollection AddDaraja(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<DarajaOptions>(configuration.GetSection("Daraja"));
        services.Configure<CallbackOptions>(configuration.GetSection("Callbacks"));
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.TryAddSingleton<PaymentsMetrics>();
        services.AddHttpClient(DarajaHttp.Client, DarajaHttp.Configure)
            .ConfigurePrimaryHttpMessageHandler(provider => DarajaHttp.CreateHandler(provider.GetRequiredService<IOptions<DarajaOptions>>().Value.Timeouts))

            // The handler renews its own connections; a new handler would only throw good ones away.
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)

            // The client logs each call itself, by what it means and without headers.
            .RemoveAllLoggers();
        services.AddCallbackAddresses();
        services.AddSingleton<DarajaStatusStore>();
        services.AddSingleton<DarajaBreakers>();
        services.AddSingleton<DarajaHttp>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<AuthorizedClient>();
        services.AddSingleton<IDaraja, DarajaClient>();
        services.AddSingleton<ICallbackReader, CallbackReader>();
        return services;
    }
}
