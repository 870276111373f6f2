using Microsoft.Extensions.DependencyInjection;
using Payments.Application.C2b;
using Payments.Application.Callbacks;
using Payments.Application.Checkouts;
using Payments.Application.Reconciliation;
using Payments.Application.Transfers;
using Payments.Domain.C2b;
using Payments.Infrastructure.Callbacks;

namespace Payments.Tests.Unit;

/// <summary>Dispatchers with every handler there is, over a test's own stores.</summary>
internal static class Dispatchers
{
    public static CallbackDispatcher Of(
        ICallbackReader reader, ICheckouts checkouts, IC2bPayments paybill, OurShortcodes ours, ITransfers transfers, IStatusQueries questions) =>
        new ServiceCollection()
            .AddSingleton(reader).AddSingleton(checkouts).AddSingleton(paybill).AddSingleton(ours).AddSingleton(transfers).AddSingleton(questions)
            .AddSingleton<IReceiptClaims, NoClaims>()
            .AddCallbackHandlers()
            .BuildServiceProvider().GetRequiredService<CallbackDispatcher>();
}
