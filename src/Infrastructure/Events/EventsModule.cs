using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Events;
using Payments.Infrastructure.Hosting;

namespace Payments.Infrastructure.Events;

/// <summary>The feed of events, and the live stream of one checkout.</summary>
internal static class EventsModule
{
    public static void AddEvents(this IServiceCollection services, Roles roles)
    {
        services.AddSingleton<EventFeed>();
        services.AddSingleton<IEvents, EventRepository>();
        if (roles.HasFlag(Roles.Api))
        {
            services.AddSingleton<WatchedCheckouts>();
            services.AddSingleton<ILiveCheckouts>(s => s.GetRequiredService<WatchedCheckouts>());
            services.AddHostedService(s => s.GetRequiredService<WatchedCheckouts>());
            services.AddHostedService<LiveEvents>();
        }
    }
}
