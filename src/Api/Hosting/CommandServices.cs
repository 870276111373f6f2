using Payments.Application.Access;
using Payments.Application.Common;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Hosting;

namespace Payments.Api.Hosting;

/// <summary>What the commands that change something have in common: the use cases, without serving anything.</summary>
internal static class CommandServices
{
    /// <summary>Who runs a command, in the audit log.</summary>
    public static Caller Caller() => new("", SeesAll: true, null) { Actor = "command/" + Environment.UserName, Scopes = KeyScopes.All };

    /// <summary>The use cases over the configured database.</summary>
    /// <param name="database">Another database of the same server; null: the configured one.</param>
    public static async Task<ServiceProvider> Open(IEnumerable<string> configuration, string? database = null)
    {
        var settings = Settings.Read(WebApplication.CreateBuilder([.. configuration]).Configuration);
        if (settings.Problems.Where(p => p.Key.StartsWith("ConnectionStrings", StringComparison.Ordinal)).ToList() is { Count: > 0 } wrong)
        {
            throw new ConfigurationException(wrong);
        }

        var services = new ServiceCollection();
        services.AddLogging();
        var connection = database is null
            ? settings.ConnectionString
            : new Npgsql.NpgsqlConnectionStringBuilder(settings.ConnectionString) { Database = database }.ConnectionString;
        services.AddInfrastructure(connection, Roles.None, new("", ""));
        var provider = services.BuildServiceProvider();
        provider.GetRequiredService<Hangfire.PostgreSql.PostgreSqlStorageOptions>().SchemaName =
            await Migrator.Migrate(provider.GetRequiredService<Connections>().Pool, CancellationToken.None);
        return provider;
    }
}
