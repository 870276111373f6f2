using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Payments.Application.C2b;
using Payments.Application.Intake;
using Payments.Domain.C2b;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Events;

namespace Payments.Infrastructure.C2b;

/// <summary>C2B payments: confirmations, validation, registration and Pull.</summary>
internal static class C2bModule
{
    public static void AddC2b(this IServiceCollection services)
    {
        services.AddSingleton<IC2bPayments, C2bPaymentRepository>();
        services.AddSingleton<IEventSubject, ReceiptEventSubject>();
        services.AddSingleton<IPullProgress, PullProgress>();
        services.AddSingleton<RegistrationTokenCache>();
        services.AddSingleton<IRegistrationTokens>(s => s.GetRequiredService<RegistrationTokenCache>());
        services.AddTransient<VerifyConfirmation>();
        services.AddSingleton(provider =>
        {
            var daraja = provider.GetRequiredService<IOptions<DarajaOptions>>().Value;
            return new OurShortcodes(daraja.Shortcode ?? "", daraja.TillNumber);
        });
    }
}
