using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Restores;

namespace Payments.Infrastructure.Restores;

/// <summary>Starting from a backup that is older than the last payments.</summary>
internal static class RestoresModule
{
    public static void AddRestores(this IServiceCollection services)
    {
        services.AddSingleton<IRestores, RestoreRepository>();
        services.AddSingleton<LostPayments>();
    }
}
