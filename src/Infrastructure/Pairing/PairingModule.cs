using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Pairing;

namespace Payments.Infrastructure.Pairing;

/// <summary>Keys and webhooks for shops' programs, by an operator's word.</summary>
internal static class PairingModule
{
    public static void AddPairing(this IServiceCollection services) => services.AddSingleton<IPairings, PairingRepository>();
}
