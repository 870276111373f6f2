using Dapper;
using Payments.Application.Common;
using Payments.Domain.Common;
using Payments.Domain.Payouts;
using Payments.Domain.Transfers;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Jobs;
using Payments.Infrastructure.Reconciliation;

namespace Payments.Infrastructure.Transfers;

/// <summary>
/// The queue of what is to be sent. The row is the truth and the job a hint: a sweep gives a job to what has none, a bounded number at a time.
/// Of what waits one tries for all: whatever keeps it back, Safaricom meets one request of each kind at a time until one gets through.
/// </summary>
internal sealed partial class TransferRepository
{
    /// <summary>After an outage as many as these are in line at once; those left over follow when one of them that waited is sent.</summary>
    private const int MaxLetGo = 1000;

    /// <summary>Rows that are sent through the same API, and so wait for the same.</summary>
    private static readonly (string Table, Action<IJobs, Guid> Send, string Sends, DarajaOperation Api)[] Queues =
    [
        .. from api in DarajaOperations.All
           let methods = api.Payouts?.Methods.Select(method => $"'{EnumNames.Name(method)}'")
           where methods is not null
           select ("payouts", (Action<IJobs, Guid>)SendPayout, $"method IN ({string.Join(", ", methods)})", api),
        ("refunds", SendRefund, "method = 'b2c'", DarajaOperations.B2c),
        ("refunds", SendRefund, "method = 'reversal'", DarajaOperations.Reversal),
    ];

    /// <summary>What waits for the end of a restore is in line once that is over.</summary>
    private const string IsInLine = "(waiting_for IS NULL OR (waiting_for = 'restored' AND NOT EXISTS (SELECT FROM restores WHERE released_at IS NULL)))";

    /// <summary>A wait that seems to have begun in the future was begun before PostgreSQL's clock was set back, and is over.</summary>
    private const string IsDue = $"(coalesce(retry_at, enqueued_at + @age) <= now() OR enqueued_at > now() + {ClockStep.Slack})";

    private sealed record Found(Guid Id, bool HadLostJob);

    private static void SendPayout(IJobs jobs, Guid id) => jobs.SendTransfer(new PayoutId(id));

    private static void SendRefund(IJobs jobs, Guid id) => jobs.SendTransfer(new RefundId(id));

    public async Task<int> RequeueStale(TimeSpan age, int limit)
    {
        var found = new List<(Action<IJobs, Guid> Send, Found Row)>();
        await using (var connection = await database.OpenConnectionAsync())
        {
            foreach (var (table, send, sends, _) in Queues)
            {
                // A row that is being tried has no time to be tried again at; its job counts as lost in turn.
                var rows = await connection.QueryAsync<Found>(
                    $"""
                    WITH in_line AS (
                        SELECT id, retry_at IS NULL AND waiting_for IS NULL AS had_lost_job FROM {table}
                        WHERE status = 'queued' AND {sends} AND {IsDue} AND {IsInLine}
                        ORDER BY created_at, id
                        LIMIT @limit
                        FOR UPDATE SKIP LOCKED),
                    waiting AS (
                        SELECT id, false FROM {table}
                        WHERE status = 'queued' AND {sends} AND {IsDue} AND waiting_for <> 'restored'
                        ORDER BY coalesce(retry_at, enqueued_at)
                        LIMIT 1
                        FOR UPDATE SKIP LOCKED)
                    UPDATE {table} t
                    SET enqueued_at = now(), retry_at = NULL
                    FROM (SELECT * FROM in_line UNION ALL SELECT * FROM waiting) taken
                    WHERE t.id = taken.id
                    RETURNING t.id, taken.had_lost_job
                    """,
                    new { age, limit });
                found.AddRange(rows.Select(row => (send, row)));
            }
        }

        found.ForEach(taken => taken.Send(jobs, taken.Row.Id));
        return found.Count(taken => taken.Row.HadLostJob);
    }

    public async Task<int> LetWaitingGo(Transfer sent)
    {
        var api = sent is Payout payout ? DarajaOperations.OfPayout(payout.Method) : sent.HasOwnName ? DarajaOperations.B2c : DarajaOperations.Reversal;
        var let = 0;
        await using var connection = await database.OpenConnectionAsync();
        foreach (var (table, _, sends, _) in Queues.Where(queue => queue.Api == api))
        {
            // Not what is being tried at this moment: a second job would find it under way and doubt it.
            let += await connection.ExecuteAsync(
                $"""
                UPDATE {table} t
                SET waiting_for = NULL, retry_at = now()
                FROM (
                    SELECT id FROM {table}
                    WHERE status = 'queued' AND {sends} AND waiting_for <> 'restored' AND retry_at IS NOT NULL
                    ORDER BY created_at, id
                    LIMIT @MaxLetGo
                    FOR UPDATE SKIP LOCKED) waiting
                WHERE t.id = waiting.id
                """,
                new { MaxLetGo });
        }

        return let;
    }

    public async Task<IReadOnlyList<TransferId>> FindUntold(TimeSpan after, int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var found = await connection.QueryAsync<TransferId>(
            """
            SELECT id FROM (
                SELECT id, created_at FROM payouts WHERE status = 'queued' AND NOT wait_told AND created_at < now() - @after
                UNION ALL SELECT id, created_at FROM refunds WHERE status = 'queued' AND NOT wait_told AND created_at < now() - @after) untold
            ORDER BY created_at
            LIMIT @limit
            """,
            new { after, limit });
        return [.. found];
    }
}
