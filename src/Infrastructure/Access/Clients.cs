using Dapper;
using Payments.Application.Access;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Access;

/// <summary>The clients of the configuration that may make checkouts.</summary>
public sealed record ConfiguredClients(IReadOnlyCollection<string> WithCheckouts);

/// <summary>Those, and whoever has a key in the database that opens something now.</summary>
internal sealed class Clients(ConfiguredClients configured, Connections database) : IClients
{
    public async Task<IReadOnlyCollection<string>> WithCheckouts()
    {
        await using var connection = await database.OpenConnectionAsync();
        var stored = await connection.QueryAsync<string>(
            """
            SELECT DISTINCT client FROM api_keys
            WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
              AND @makes = ANY (scopes) AND NOT @operates = ANY (scopes)
            """,
            new { makes = KeyScopes.Checkouts, operates = KeyScopes.Ops });
        return configured.WithCheckouts.Concat(stored).ToHashSet(StringComparer.Ordinal);
    }
}
