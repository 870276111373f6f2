using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Access;

namespace Payments.Infrastructure.Access;

/// <summary>API keys, ceilings of payouts, operators' sign-in and the audit log.</summary>
internal static class AccessModule
{
    public static void AddAccess(this IServiceCollection services)
    {
        services.AddSingleton<ApiKeyRepository>();
        services.AddSingleton<IApiKeys>(s => s.GetRequiredService<ApiKeyRepository>());
        services.AddSingleton<IPayoutCeilings>(s => s.GetRequiredService<ApiKeyRepository>());
        services.AddSingleton<IClients, Clients>();
        services.AddSingleton<IApiKeyCache, ApiKeyCache>();
        services.AddSingleton<ISignInTries, SignInTries>();
        services.AddSingleton<IAudit, Audit>();
    }
}
