using Dapper;
using Payments.Application.Idempotency;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Reconciliation;

namespace Payments.Infrastructure.Idempotency;

/// <summary>Keys in PostgreSQL: any number of API processes meet at one row.</summary>
internal sealed class IdempotencyKeys(Connections database) : IIdempotencyKeys
{
    /// <summary>
    /// How long a request is believed to be at work: it waits at most 8 s for Safaricom, the rest is for locks. Too short does no
    /// harm, since a rebuilt answer is only read from the row.
    /// </summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);

    /// <summary>Keys that need not be kept for ever: twice the 24 hours promised, since clients' clocks and queues differ.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(48);

    /// <summary>Answers hold personal data: where the key stays, its answer goes after a week and is rebuilt from the row from then on.</summary>
    private static readonly TimeSpan AnswerLife = TimeSpan.FromDays(7);

    public async Task<UsedKey?> Find(string owner, string key, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(
            $"""
            SELECT hash, intent_kind, intent_id, intent_note, status, answer, running_until > now() AND running_until <= now() + @Lease + {ClockStep.Slack} AS is_running
            FROM idempotency_keys
            WHERE owner = @owner AND key = @key
            """,
            new { owner, key, Lease });
        return row is null
            ? null
            : new(row.Hash, row.IntentId is { } id ? new(row.IntentKind!, id, row.IntentNote) : null, row.Status, row.Answer, row.IsRunning);
    }

    /// <summary>Takes the key for the transaction that is open; throws <see cref="KeyTakenException"/> when another request has it.</summary>
    public async Task Claim(IdempotentRequest request)
    {
        await using var connection = await database.OpenConnectionAsync();

        // The advisory lock (seed 4, for migration 0004; phones use 0) makes the loser of a tie turn away at once instead of waiting
        // for the winner's commit with a connection in its hands.
        var claimed = await connection.ExecuteAsync(
            """
            WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(hashtextextended(@Owner || ' ' || @Key, 4)) AS mine)
            INSERT INTO idempotency_keys (owner, key, hash, running_until, keep_for_ever)
            SELECT @Owner, @Key, @hash, now() + @Lease, @KeepForEver
            FROM turn
            WHERE mine
            ON CONFLICT DO NOTHING
            """,
            new { request.Owner, request.Key, hash = request.Hash.ToArray(), Lease, request.KeepForEver });
        if (claimed == 0)
        {
            throw new KeyTakenException();
        }
    }

    /// <summary>Ends the claim with its transaction: the row it made keeps the key, without one it is given back.</summary>
    public async Task Settle(IdempotentRequest request, CreatedResource? created)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            created is null
                ? "DELETE FROM idempotency_keys WHERE owner = @Owner AND key = @Key"
                : "UPDATE idempotency_keys SET intent_kind = @Kind, intent_id = @Id, intent_note = @Note WHERE owner = @Owner AND key = @Key",
            new { request.Owner, request.Key, created?.Kind, created?.Id, created?.Note });
    }

    public async Task Answered(IdempotentRequest request, int status, string answer)
    {
        await using var connection = await database.OpenConnectionAsync();

        // An insert only where the request needed no transaction of its own; another request's row is left alone.
        await connection.ExecuteAsync(
            """
            INSERT INTO idempotency_keys AS k (owner, key, hash, running_until, keep_for_ever, status, answer)
            VALUES (@Owner, @Key, @hash, now(), @KeepForEver, @status, @answer)
            ON CONFLICT (owner, key) DO UPDATE SET status = excluded.status, answer = excluded.answer, running_until = now()
            WHERE k.hash = excluded.hash AND k.answer IS NULL
            """,
            new { request.Owner, request.Key, hash = request.Hash.ToArray(), request.KeepForEver, status, answer });
    }

    public async Task Abandoned(IdempotentRequest request)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "UPDATE idempotency_keys SET running_until = now() WHERE owner = @Owner AND key = @Key AND answer IS NULL",
            new { request.Owner, request.Key });
    }

    public async Task<int> Clean(int batch, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var deleted = await connection.ExecuteAsync(
            """
            DELETE FROM idempotency_keys k
            USING (
                SELECT owner, key FROM idempotency_keys
                WHERE NOT keep_for_ever AND created_at < now() - @Lifetime
                ORDER BY created_at LIMIT @batch
                FOR UPDATE SKIP LOCKED) old
            WHERE k.owner = old.owner AND k.key = old.key
            """,
            new { Lifetime, batch });
        return deleted + await connection.ExecuteAsync(
            """
            UPDATE idempotency_keys k
            SET answer = NULL
            FROM (
                SELECT owner, key FROM idempotency_keys
                WHERE keep_for_ever AND answer IS NOT NULL AND intent_id IS NOT NULL AND created_at < now() - @AnswerLife
                ORDER BY created_at LIMIT @batch
                FOR UPDATE SKIP LOCKED) old
            WHERE k.owner = old.owner AND k.key = old.key
            """,
            new { AnswerLife, batch });
    }

    private sealed record Row
    {
        public required byte[] Hash { get; init; }

        public string? IntentKind { get; init; }

        public Guid? IntentId { get; init; }

        public string? IntentNote { get; init; }

        public int? Status { get; init; }

        public string? Answer { get; init; }

        public bool IsRunning { get; init; }
    }
}
