using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Checkouts;
using Payments.Infrastructure.Events;

namespace Payments.Infrastructure.Checkouts;

/// <summary>Checkouts with their attempts and receipts.</summary>
internal static class CheckoutsModule
{
    public static void AddCheckouts(this IServiceCollection services)
    {
        services.AddSingleton<ICheckouts, CheckoutRepository>();
        services.AddSingleton<IReceiptClaims, ReceiptClaimRepository>();
        services.AddSingleton<IEventSubject, CheckoutEventSubject>();
        services.AddSingleton<AccountPolicy>();
        services.AddSingleton<AccountAllocator>();
    }
}
