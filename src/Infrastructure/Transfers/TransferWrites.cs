using Dapper;
using Npgsql;
using Payments.Application.Cases;
using Payments.Application.Refunds;
using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Payouts;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;
using Payments.Infrastructure.Cases;
using Payments.Infrastructure.Checkouts;
using Payments.Infrastructure.Events;

namespace Payments.Infrastructure.Transfers;

/// <summary>Writing payouts and refunds: one statement per table, whatever the number of rows.</summary>
internal sealed partial class TransferRepository
{
    public async Task Save(IReadOnlyCollection<Transfer> transfers)
    {
        var changed = transfers.Where(t => t.State == EntityState.Updated).ToList();
        if (changed.Count == 0)
        {
            return;
        }

        await Write(changed);
        await ReversedRefunds.Count(checkouts, changed);
    }

    /// <summary>Closes its connection when it is done: whoever writes next in this transaction gets the same one, and not another beside it.</summary>
    private async Task Write(List<Transfer> changed)
    {
        await using var connection = await database.OpenConnectionAsync();
        await Update(connection, "payouts", [.. changed.OfType<Payout>()]);
        await Update(connection, "refunds", [.. changed.OfType<Refund>()]);
        await ShowOnCheckouts(connection, [.. changed.OfType<Refund>().Where(r => r.Status != r.OriginalStatus).Select(r => r.CheckoutId).OfType<CheckoutId>()]);
        await EventStore.Append(connection, [.. changed.SelectMany(t => t.Events.Select(type => new NewEvent(t.Client, type, t.TransferId.Value, TransferEventSubjects.View(t))))]);
        await CaseStore.Open(connection, changed.SelectMany(t => t.Cases.Select(k => ((string?)t.Client, k))));
        await CaseStore.Close(
            connection, [.. changed.Where(HasStoppedWaiting).Select(t => t.TransferId.Value)], CaseKind.NotSent, CaseOutcome.Noted, "It waits no more.");
        await CaseStore.CloseFoundOut(
            connection,
            [.. changed.Where(t => t.IsSettled && t.OriginalStatus != t.Status && t.SettledBy is not (null or SettledBy.Operator))
                .Select(t => (t.TransferId.Value, t.Status == TransferStatus.Completed ? CaseOutcome.Paid : CaseOutcome.NotPaid))],
            CaseKind.OutcomeUnknown, CaseKind.ReversalRefused);
    }

    // A success is never left (R4): the WHERE refuses what the domain cannot ask for.
    private static Task Update(NpgsqlConnection connection, string table, List<Transfer> rows) => TransferColumns.Changed.Update(
        connection, table, rows,
        TransferColumns.Changed.SetAllBut("id", "loaded"),
        "t.status = u.loaded AND (t.status <> 'completed' OR u.status = 'completed')");

    /// <summary>A person was told that it waits, and it does no more, by no doing of theirs.</summary>
    private static bool HasStoppedWaiting(Transfer transfer) =>
        transfer.IsWaitAnnounced && IsUnsent(transfer.OriginalStatus) && !IsUnsent(transfer.Status) && transfer.SettledBy != SettledBy.Operator;

    private static bool IsUnsent(TransferStatus status) => status is TransferStatus.Queued or TransferStatus.Sending;

    /// <summary>
    /// A request whose name is made of what the caller said may have been made before, and forgotten by a restore: results that came for it
    /// since then, and found nothing, are looked at again. Answers how many.
    /// </summary>
    public static Task<int> TakeUnmatchedAgain(NpgsqlConnection connection, Transfer added) => !added.HasOwnName ? Task.FromResult(0) : connection.ExecuteAsync(
        """
        UPDATE callbacks SET state = 'new', done_at = NULL, verdict = NULL, detail = NULL, retry_at = NULL, blocked_by = NULL
        WHERE subject_id = @id AND verdict = 'unmatched' AND state = 'done' AND erased_at IS NULL
        """,
        new { id = added.TransferId });

    /// <summary>A refund is part of what a checkout shows: its version counts, and who watches it is told.</summary>
    public static async Task ShowOnCheckouts(NpgsqlConnection connection, IReadOnlyCollection<CheckoutId> checkouts)
    {
        if (checkouts.Count > 0)
        {
            await connection.ExecuteAsync(
                """
                WITH shown AS (
                    UPDATE checkouts SET version = version + 1, updated_at = now() WHERE id = ANY (@ids) RETURNING id)
                SELECT pg_notify(@Channel, string_agg(replace(id::text, '-', ''), ',')) FROM (SELECT id FROM shown LIMIT 200) named
                """,
                new { ids = checkouts.Distinct().ToArray(), CheckoutRepository.Channel });
        }
    }
}
