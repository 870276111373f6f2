using System.Text.Json;
using Dapper;
using Payments.Application.Access;
using Payments.Application.Common;
using Payments.Domain.Common;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Access;

/// <summary>Keys in PostgreSQL.</summary>
public sealed class ApiKeyRepository(Connections database) : IApiKeys, IPayoutCeilings
{
    private const string Columns =
        "id, client, family, ending, scopes, payout_limit, daily_payout_limit, created_at, expires_at, revoked_at, last_used_at";

    /// <summary>Kenya has had one offset since 1960.</summary>
    private static readonly TimeSpan Nairobi = TimeSpan.FromHours(3);

    public async Task Add(ApiKeyRow row, byte[] hash)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            INSERT INTO api_keys (id, client, hash, ending, scopes, family, payout_limit, daily_payout_limit, created_at, expires_at)
            VALUES (@Id, @Client, @hash, @Ending, @scopes, @Family, @payout, @daily, @CreatedAt, @expires)
            """,
            new
            {
                row.Id,
                row.Client,
                hash,
                row.Ending,
                scopes = row.Scopes.ToArray(),
                row.Family,
                payout = row.PayoutLimit?.Cents,
                daily = row.DailyPayoutLimit?.Cents,
                row.CreatedAt,
                expires = row.ExpiresAt?.UtcDateTime,
            });
    }

    public async Task<ApiKeyRow?> LoadForChange(KeyId id)
    {
        await using var connection = await database.OpenConnectionAsync();
        var row = await connection.QuerySingleOrDefaultAsync<Row>($"SELECT {Columns} FROM api_keys WHERE id = @id FOR UPDATE", new { id });
        return row?.ToKey();
    }

    public async Task<ApiKeyRow?> Find(KeyId id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return (await connection.QuerySingleOrDefaultAsync<Row>($"SELECT {Columns} FROM api_keys WHERE id = @id", new { id }))?.ToKey();
    }

    public async Task End(KeyId id, DateTimeOffset? expiresAt, DateTimeOffset? revokedAt)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "UPDATE api_keys SET expires_at = @expires, revoked_at = @revoked WHERE id = @id AND revoked_at IS NULL",
            new { id, expires = expiresAt?.UtcDateTime, revoked = revokedAt?.UtcDateTime });
    }

    public async Task<IReadOnlyList<ApiKeyRow>> List(string? client, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(
            $"SELECT {Columns} FROM api_keys WHERE @client::text IS NULL OR client = @client ORDER BY created_at DESC, id DESC LIMIT 1000", new { client });
        return [.. rows.Select(row => row.ToKey())];
    }

    /// <summary>All keys that open something now, by the hex of their hash.</summary>
    public async Task<IReadOnlyDictionary<string, ApiKeyRow>> LoadValid(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(
            $"SELECT {Columns}, hash FROM api_keys WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())");
        return rows.ToDictionary(row => Convert.ToHexStringLower(row.Hash!), row => row.ToKey(), StringComparer.Ordinal);
    }

    /// <summary>Notes that a key is in use, at most once a minute however many processes see it.</summary>
    public async Task Touch(KeyId id)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "UPDATE api_keys SET last_used_at = now() WHERE id = @id AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')", new { id });
    }

    public async Task<Refusal?> Reserve(Caller caller, Money amount, DateTimeOffset now)
    {
        if (caller.KeyId is not { } id)
        {
            return null;
        }

        await using var connection = await database.OpenConnectionAsync();
        var key = (await connection.QuerySingleOrDefaultAsync<Row>($"SELECT {Columns} FROM api_keys WHERE id = @id", new { id }))?.ToKey();
        if (key?.PayoutLimit is { } each && amount > each)
        {
            return new("payout_ceiling_exceeded", $"This key may send at most {each} at once.");
        }

        if (key?.DailyPayoutLimit is not { } daily)
        {
            return null;
        }

        // The row's lock makes payouts of one family queue here; the last one over the ceiling changes nothing.
        var counted = amount > daily ? 0 : await connection.ExecuteAsync(
            """
            INSERT INTO payout_allowances AS a (family, day, asked)
            VALUES (@Family, @day, @cents)
            ON CONFLICT (family, day) DO UPDATE SET asked = a.asked + excluded.asked WHERE a.asked + excluded.asked <= @most
            """,
            new { key.Family, day = now.ToOffset(Nairobi).Date, cents = amount.Cents, most = daily.Cents });
        LockOrder.Took(LockStep.Allowance);
        var midnight = new DateTimeOffset(now.ToOffset(Nairobi).Date.AddDays(1), Nairobi);
        return counted == 1
            ? null
            : new("payout_ceiling_exceeded", $"This key may send at most {daily} a day.", amount > daily ? null : midnight.ToUniversalTime());
    }

    public async Task Return(Caller caller, Money amount, DateTimeOffset now)
    {
        if (caller.KeyId is not { } id)
        {
            return;
        }

        // A family without a daily ceiling has no row, and nothing is taken back; an empty row goes.
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            DELETE FROM payout_allowances a USING api_keys k
            WHERE k.id = @id AND a.family = k.family AND a.day = @day AND a.asked <= @cents;
            UPDATE payout_allowances a SET asked = a.asked - @cents FROM api_keys k
            WHERE k.id = @id AND a.family = k.family AND a.day = @day AND a.asked > @cents;
            """,
            new { id, day = now.ToOffset(Nairobi).Date, cents = amount.Cents });
    }

    private sealed record Row
    {
        public KeyId Id { get; init; }

        public required string Client { get; init; }

        public byte[]? Hash { get; init; }

        public KeyId Family { get; init; }

        public required string Ending { get; init; }

        public required string[] Scopes { get; init; }

        public long? PayoutLimit { get; init; }

        public long? DailyPayoutLimit { get; init; }

        public DateTimeOffset CreatedAt { get; init; }

        public DateTimeOffset? ExpiresAt { get; init; }

        public DateTimeOffset? RevokedAt { get; init; }

        public DateTimeOffset? LastUsedAt { get; init; }

        public ApiKeyRow ToKey() => new(
            Id, Client, Family, Ending, Scopes, PayoutLimit is { } p ? Money.FromCents(p) : null, DailyPayoutLimit is { } d ? Money.FromCents(d) : null,
            CreatedAt, ExpiresAt, RevokedAt, LastUsedAt);
    }
}

/// <summary>The audit log in PostgreSQL, which refuses to change or delete a line.</summary>
internal sealed class Audit(Connections database) : IAudit
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public async Task Write(string actor, string action, string subject, object? before, object? after)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "INSERT INTO audit_log (actor, action, subject, before, after) VALUES (@actor, @action, @subject, @before, @after)",
            new { actor, action, subject, before = Text(before), after = Text(after) });
    }

    private static string? Text(object? value) => value is null ? null : JsonSerializer.Serialize(value, value.GetType(), Json);
}
