using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Privacy;

namespace Payments.Infrastructure.Privacy;

/// <summary>The erasing of personal data, and the answers to the people it is about.</summary>
internal static class PrivacyModule
{
    public static void AddPrivacy(this IServiceCollection services) => services.AddSingleton<IErasure, ErasureRepository>();
}
