using Dapper;
using Payments.Application.Pairing;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Pairing;

/// <summary>Agreed pairings; cleaned with what else lives for a day at most.</summary>
internal sealed class PairingRepository(Connections database) : IPairings
{
    private sealed record Row
    {
        public Guid Id { get; init; }
        public string App { get; init; } = "";
        public string Client { get; init; } = "";
        public string[] Scopes { get; init; } = [];
        public string ReturnUrl { get; init; } = "";
        public string? WebhookUrl { get; init; }
        public string? CodeChallenge { get; init; }
        public string AgreedBy { get; init; } = "";
        public DateTimeOffset ExpiresAt { get; init; }
    }

    public async Task Add(StoredPairing pairing, byte[] codeHash)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            INSERT INTO pairings (id, code_hash, app, client, scopes, return_url, webhook_url, code_challenge, agreed_by, expires_at)
            VALUES (@Id, @codeHash, @App, @Client, @scopes, @ReturnUrl, @WebhookUrl, @CodeChallenge, @AgreedBy, @ExpiresAt)
            """,
            new
            {
                pairing.Id,
                codeHash,
                pairing.App,
                pairing.Client,
                scopes = pairing.Scopes.ToArray(),
                pairing.ReturnUrl,
                pairing.WebhookUrl,
                pairing.CodeChallenge,
                pairing.AgreedBy,
                pairing.ExpiresAt,
            });
    }

    public async Task<StoredPairing?> Take(byte[] codeHash, DateTimeOffset now)
    {
        await using var connection = await database.OpenConnectionAsync();
        var row = (await connection.QueryAsync<Row>(
            """
            UPDATE pairings SET used_at = @now WHERE code_hash = @codeHash AND used_at IS NULL AND expires_at > @now
            RETURNING id, app, client, scopes, return_url, webhook_url, code_challenge, agreed_by, expires_at
            """,
            new { codeHash, now = now.UtcDateTime })).SingleOrDefault();
        return row is null ? null : new(row.Id, row.App, row.Client, row.Scopes, row.ReturnUrl, row.WebhookUrl, row.CodeChallenge, row.AgreedBy, row.ExpiresAt);
    }
}
