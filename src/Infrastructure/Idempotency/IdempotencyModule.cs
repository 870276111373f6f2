using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Idempotency;

namespace Payments.Infrastructure.Idempotency;

/// <summary>Idempotency-Keys, and what repeats an answer from the row it created.</summary>
internal static class IdempotencyModule
{
    public static void AddIdempotency(this IServiceCollection services)
    {
        services.AddSingleton<IdempotencyKeys>();
        services.AddSingleton<IIdempotencyKeys>(s => s.GetRequiredService<IdempotencyKeys>());
        foreach (var type in typeof(IResponseReplayer).Assembly.GetTypes().Where(t => t.IsClass && t.IsAssignableTo(typeof(IResponseReplayer))))
        {
            services.AddTransient(typeof(IResponseReplayer), type);
        }
    }
}
