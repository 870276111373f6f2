using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Common;
using Payments.Infrastructure.Hosting;

namespace Payments.Infrastructure.Database;

/// <summary>Connections to PostgreSQL, what is required of it, and transactions.</summary>
internal static class DatabaseModule
{
    public static void AddDatabase(this IServiceCollection services, string connectionString, Roles roles, DeploymentStamp stamp)
    {
        services.AddSingleton(_ =>
        {
            var settings = DatabaseSettings.Read(connectionString, roles);
            return roles == Roles.None ? settings : settings.Within(ConnectionLimit.TryRead(settings));
        });
        services.AddSingleton(provider => ConnectionBudget.For(roles, provider.GetRequiredService<DatabaseSettings>().Connection.MaxPoolSize));
        services.AddSingleton<Connections>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<DatabaseRequirements>(provider, roles));
        services.AddSingleton<DatabaseState>();
        services.AddSingleton(stamp);
        services.AddHostedService<DatabaseStartup>();
        services.AddSingleton<ITransactions, Transactions>();
    }
}
