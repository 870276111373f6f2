using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Application.Intake;
using Payments.Infrastructure.Daraja;

namespace Payments.Infrastructure.Callbacks;

/// <summary>What stored callbacks mean, and the addresses and tokens they come to.</summary>
internal static class CallbacksModule
{
    public static void AddCallbacks(this IServiceCollection services)
    {
        services.AddSingleton<ICallbacks, CallbackRepository>();
        services.AddCallbackHandlers();
        services.AddSingleton<HintThrottle>();
        services.AddSingleton<DrainTelemetry>();
        services.AddHostedService<SigningKeys>();
    }

    /// <summary>The addresses we hand out and what they prove; also for what talks to Safaricom without a database.</summary>
    public static void AddCallbackAddresses(this IServiceCollection services)
    {
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<CallbackOptions>>().Value
            .CreateTokens(provider.GetRequiredService<IOptions<DarajaOptions>>().Value.Shortcode ?? ""));
        services.AddSingleton(provider => new PublicAddress(new(provider.GetRequiredService<IOptions<CallbackOptions>>().Value.PublicBaseUrl ?? "")));
        services.AddSingleton<CallbackUrls>();
        services.AddSingleton<ICallbackRoutes, CallbackRoutes>();
        services.AddSingleton(provider => new CallbackNetworks(
            [.. provider.GetRequiredService<IOptions<CallbackOptions>>().Value.AllowedNetworks], provider.GetRequiredService<IOptions<DarajaOptions>>().Value.Kind));
        services.AddSingleton<ITokenVerifier>(s => s.GetRequiredService<CallbackTokens>());
        services.AddSingleton<IPublicAddress>(s => s.GetRequiredService<PublicAddress>());
        services.AddSingleton<ICallbackNetworks>(s => s.GetRequiredService<CallbackNetworks>());
    }
}
