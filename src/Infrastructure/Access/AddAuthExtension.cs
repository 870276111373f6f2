using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Access;

namespace Payments.Infrastructure.Access;

/// <summary>Puts keys, ceilings and the audit log together.</summary>
internal static class AddAuthExtension
{
    public static void AddApiKeys(this IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<ApiKeyRepository>();
        services.AddSingleton<IApiKeys>(s => s.GetRequiredService<ApiKeyRepository>());
        services.AddSingleton<IPayoutCeilings>(s => s.GetRequiredService<ApiKeyRepository>());
        services.AddSingleton<ApiKeyCache>();
        services.AddSingleton<IAudit, Audit>();
    }
}
