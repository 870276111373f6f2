using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Payments.Application.Webhooks;
using Payments.Infrastructure.Hosting;
using Payments.Infrastructure.Network;

namespace Payments.Infrastructure.Webhooks;

/// <summary>Telling shops what happened.</summary>
internal static class WebhooksModule
{
    public static void AddWebhooks(this IServiceCollection services, Roles roles)
    {
        services.TryAddSingleton(NameResolver.System);
        services.AddSingleton<WebhookClient>();
        services.AddSingleton<IWebhookEndpoints>(s => s.GetRequiredService<WebhookClient>());
        services.AddSingleton<IWebhookSecrets, WebhookSecrets>();
        services.AddSingleton<IWebhooks, WebhookRepository>();
        if (roles.HasFlag(Roles.Worker))
        {
            services.AddSingleton<SenderClock>();
            services.AddSingleton<DeliveryStore>();
            services.AddSingleton<SenderServices>();
            services.AddHostedService<WebhookSender>();
        }
    }
}
