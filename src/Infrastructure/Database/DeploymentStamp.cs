using Dapper;

namespace Payments.Infrastructure.Database;

/// <summary>The environment and shortcode a database belongs to, written at the first start and compared at every other.</summary>
public sealed record DeploymentStamp(string Environment, string Shortcode)
{
    internal async Task<string?> Mismatch(Connections database)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "INSERT INTO deployment (environment, shortcode) VALUES (@Environment, @Shortcode) ON CONFLICT DO NOTHING", this);
        var found = await connection.QuerySingleAsync<DeploymentStamp>("SELECT environment, shortcode FROM deployment");
        return found == this
            ? null
            : $"This database belongs to {found.Environment} with shortcode {found.Shortcode}, but this process is configured for {Environment} "
                + $"with shortcode {Shortcode}. Point ConnectionStrings__Payments at another database.";
    }
}
