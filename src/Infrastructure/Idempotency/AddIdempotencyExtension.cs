using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Idempotency;
using Payments.Infrastructure.Jobs;

namespace Payments.Infrastructure.Idempotency;

/// <summary>Puts Idempotency-Keys together.</summary>
internal static class AddIdempotencyExtension
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

/// <summary>The recurring job that forgets old keys.</summary>
public sealed class IdempotencyJobs(IMediator mediator, JobShutdown end)
{
    /// <summary>One round; what it does not finish the next hour's does.</summary>
    [Hangfire.AutomaticRetry(Attempts = 0)]
    public Task Clean() => end.Run(stop => mediator.Send(new CleanIdempotencyKeys(), stop));
}
