using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Cases;
using Payments.Infrastructure.Events;

namespace Payments.Infrastructure.Cases;

/// <summary>What a person must decide.</summary>
internal static class CasesModule
{
    public static void AddCases(this IServiceCollection services)
    {
        services.AddSingleton<ICases, CaseRepository>();
        services.AddSingleton<IEventSubject, CaseEventSubject>();
    }
}
