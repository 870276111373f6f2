using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Payments.Application.Payouts;
using Payments.Application.Refunds;
using Payments.Application.Transfers;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Events;
using Payments.Infrastructure.Payouts;
using Payments.Infrastructure.Refunds;

namespace Payments.Infrastructure.Transfers;

/// <summary>Payouts and refunds.</summary>
internal static class TransfersModule
{
    public static void AddTransfers(this IServiceCollection services)
    {
        services.AddSingleton<IPayouts, PayoutRepository>();
        services.AddSingleton<IRefunds, RefundRepository>();
        services.AddSingleton<ITransfers, TransferRepository>();
        services.AddSingleton<IEventSubject, TransferEventSubjects.Payouts>();
        services.AddSingleton<IEventSubject, TransferEventSubjects.Refunds>();
        services.AddSingleton(provider => new RequestNames(provider.GetRequiredService<IOptions<DarajaOptions>>().Value.Paying.RequestScope));
    }
}
