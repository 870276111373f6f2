using Dapper;
using Payments.Application.Restores;
using Payments.Domain.Common;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Events;

namespace Payments.Infrastructure.Restores;

/// <summary>What a restore leaves to be done.</summary>
internal sealed class RestoreRepository(Connections database) : IRestores
{
    /// <summary>More events than any backup can be behind: so many places nobody is given twice. Nine thousand million restores fit.</summary>
    private const long Gap = 1_000_000_000;

    private const string Select = "SELECT prepared_at, released_at, feed_place FROM restores ORDER BY id DESC LIMIT 1";

    public async Task<Restore?> Last(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<Restore>(Select);
    }

    public async Task<bool> IsUnderWay()
    {
        await using var connection = await database.OpenConnectionAsync();
        return await connection.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM restores WHERE released_at IS NULL)");
    }

    public async Task<Restore> Begin(DateTimeOffset now)
    {
        await using var connection = await database.OpenConnectionAsync();

        // Restored once more before the last one was over: one is under way, and what it holds is the sum.
        await connection.ExecuteAsync(
            """
            SELECT pg_advisory_xact_lock(@PlacingLock);
            UPDATE restores SET released_at = @now WHERE released_at IS NULL;
            INSERT INTO restores (prepared_at, feed_place)
            SELECT @now, setval('event_positions', last_value + @Gap) FROM event_positions;
            SELECT setval(pg_get_serial_sequence('events', 'id'), nextval(pg_get_serial_sequence('events', 'id')) + @Gap)
            """,
            new { EventFeed.PlacingLock, now = now.UtcDateTime, Gap });
        return await connection.QuerySingleAsync<Restore>(Select);
    }

    public async Task<int> DoubtUnnamed(bool namesTransfers)
    {
        await using var connection = await database.OpenConnectionAsync();
        var doubted = 0;
        foreach (var (table, unnamed) in new[] { ("payouts", "method <> 'mpesa'"), ("refunds", "method = 'reversal'") })
        {
            // The reconciler takes it from there: in doubt, asked about where there is an id, else a case. A name that was never sent is none to ask by.
            doubted += await connection.ExecuteAsync(
                $"""
                UPDATE {table}
                SET status = 'sending', sending_at = now(), next_question_at = now(), waiting_for = NULL, retry_at = NULL, originator_id = NULL,
                    doubt = 'It was queued when the backup was made that these books were restored from; whether it was sent after that is not known.'
                WHERE status = 'queued' AND {(namesTransfers ? unnamed : "true")}
                """);
        }

        return doubted;
    }

    public async Task<bool> End(DateTimeOffset now)
    {
        await using var connection = await database.OpenConnectionAsync();
        return await connection.ExecuteAsync("UPDATE restores SET released_at = @now WHERE released_at IS NULL", new { now = now.UtcDateTime }) > 0;
    }

    public async Task<IReadOnlyList<(ReceiptId Id, string Account)>> FindLostPayments()
    {
        await using var connection = await database.OpenConnectionAsync();

        // Money that stands nowhere is a short list, by when it came; without a restore there is nothing to compare with, and no row.
        var found = await connection.QueryAsync<(ReceiptId Id, string Account)>(
            """
            SELECT r.id, r.account
            FROM (SELECT prepared_at FROM restores ORDER BY id DESC LIMIT 1) last
            JOIN receipts r ON r.created_at >= last.prepared_at AND r.at < last.prepared_at
            WHERE r.checkout_id IS NULL AND r.account <> ''
            """);
        return found.AsList();
    }

    public async Task<int> CountHeld(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleAsync<int>(
            """
            SELECT ((SELECT count(*) FROM payouts WHERE status = 'queued' AND waiting_for = 'restored')
                + (SELECT count(*) FROM refunds WHERE status = 'queued' AND waiting_for = 'restored'))::integer
            """);
    }
}
