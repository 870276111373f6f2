using Microsoft.Extensions.DependencyInjection;
using Payments.Application.C2b;
using Payments.Application.Callbacks;
using Payments.Application.Checkouts;
using Payments.Application.Reconciliation;

namespace Payments.Infrastructure.Callbacks;

/// <summary>Puts together what understands callbacks.</summary>
public static class CallbackHandlers
{
    /// <summary>Adds the dispatcher with every handler there is; the stores it reads and writes are expected.</summary>
    public static IServiceCollection AddCallbackHandlers(this IServiceCollection services)
    {
        foreach (var type in typeof(ICallbackHandler).Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(typeof(ICallbackHandler))))
        {
            services.AddSingleton(typeof(ICallbackHandler), type);
        }

        // In this order: what they lock is locked in one order by everybody, cases last (decision 48).
        services.AddSingleton<IEffectWriter, QueryEffects>();
        services.AddSingleton<IEffectWriter, ConfirmationEffects>();
        services.AddSingleton<ClaimedReceipts>();
        services.AddSingleton<IEffectWriter>(provider => provider.GetRequiredService<ClaimedReceipts>());
        services.AddSingleton<ConfirmationTrust>();
        services.AddSingleton<AskedConfirmations>();
        services.AddSingleton<BatchLoader>();
        services.AddSingleton<CallbackDispatcher>();
        return services;
    }
}
