using Dapper;
using Npgsql;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Payouts;
using Payments.Application.Transfers;
using Payments.Domain.Common;
using Payments.Domain.Transfers;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Jobs;
using Payments.Infrastructure.Requests;

namespace Payments.Infrastructure.Transfers;

/// <summary>Payouts and refunds as money on its way out: loading them to change, finding what is due, finding what lost its job.</summary>
internal sealed partial class TransferRepository(Connections database, ICheckouts checkouts, IJobs jobs) : ITransfers
{
    /// <summary>The filter both lists share, after the table's own part.</summary>
    public const string Filter =
        """
        (@client::text IS NULL OR client = @client)
          AND (@status::text IS NULL OR (status = @status AND (sending_at IS NULL) = (@isCancelled OR @status = 'queued')))
          AND (@from::timestamptz IS NULL OR created_at >= @from)
          AND (@to::timestamptz IS NULL OR created_at < @to)
          AND (@afterAt::timestamptz IS NULL OR (created_at, id) < (@afterAt, @afterId))
        ORDER BY created_at DESC, id DESC
        LIMIT @limit
        """;

    /// <summary>The checkouts that refunds in <c>@ids</c> are of by now: money that stood alone may have been matched since.</summary>
    private const string CheckoutsOfRefunds =
        """
        SELECT checkout_id FROM refunds WHERE id = ANY (@ids)
        UNION SELECT r.checkout_id FROM refunds f JOIN receipts r ON r.id = f.receipt_id WHERE f.id = ANY (@ids)
        """;

    private const string ReceiptsAlone =
        "SELECT DISTINCT r.id, true FROM refunds f JOIN receipts r ON r.id = f.receipt_id WHERE f.id = ANY (@ids) AND r.checkout_id IS NULL";

    private sealed record Guard(Guid Id, bool IsReceipt);

    private static readonly RequestTable[] Tables = [RequestTable.Payouts, RequestTable.Refunds];

    /// <summary>The parameters of <see cref="Filter"/>.</summary>
    public static object Parameters(TransferFilter filter) => new
    {
        client = filter.Client,
        reference = filter.Reference,
        status = filter.IsCancelled ? "failed" : filter.Status is { } status ? EnumNames.Name(status) : null,
        isCancelled = filter.IsCancelled,
        from = filter.From?.ToUniversalTime(),
        to = filter.To?.ToUniversalTime(),
        afterAt = filter.After?.At,
        afterId = filter.After?.Id,
        limit = filter.Limit,
    };

    public async Task<IReadOnlyList<Transfer>> LoadForChange(IReadOnlyCollection<TransferId> ids)
    {
        var sorted = ids.Distinct().Order().ToArray();
        await using var connection = await database.OpenConnectionAsync();

        await LockReceipts(connection, sorted);
        var payouts = (await connection.QueryAsync<PayoutRow>(
            $"SELECT {PayoutRow.Columns} FROM payouts WHERE id = ANY (@sorted) ORDER BY id FOR NO KEY UPDATE", new { sorted })).AsList();
        LockOrder.Took(LockStep.Payouts, payouts.Select(row => row.Id));
        var refunds = (await connection.QueryAsync<RefundRow>(
            $"SELECT {RefundRow.Columns} FROM refunds WHERE id = ANY (@sorted) ORDER BY id FOR NO KEY UPDATE", new { sorted })).AsList();
        LockOrder.Took(LockStep.Refunds, refunds.Select(row => row.Id));
        return [.. payouts.Select(row => row.ToDomain()), .. refunds.Select(row => row.ToDomain())];
    }

    public async Task<(IReadOnlyList<CheckoutId> Checkouts, IReadOnlyList<ReceiptId> Receipts)> GuardsOf(IReadOnlyCollection<TransferId> ids)
    {
        await using var connection = await database.OpenConnectionAsync();
        var found = (await connection.QueryAsync<Guard>(
            $"""
            SELECT checkout_id AS id, false AS is_receipt FROM ({CheckoutsOfRefunds}) guards WHERE checkout_id IS NOT NULL
            UNION ALL {ReceiptsAlone}
            """,
            new { ids = ids.ToArray() })).AsList();
        return ([.. found.Where(g => !g.IsReceipt).Select(g => new CheckoutId(g.Id))], [.. found.Where(g => g.IsReceipt).Select(g => new ReceiptId(g.Id))]);
    }

    /// <summary>
    /// What refunds are reserved under, the checkout's lock, or the receipt's where it has none: whoever changes one holds it.
    /// </summary>
    private static async Task LockReceipts(NpgsqlConnection connection, TransferId[] ids)
    {
        var guards = (await connection.QueryAsync<Guard>(
            $"""
            WITH locked AS (SELECT id FROM checkouts WHERE id IN ({CheckoutsOfRefunds}) ORDER BY id FOR NO KEY UPDATE)
            SELECT id, false AS is_receipt FROM locked
            UNION ALL {ReceiptsAlone}
            """,
            new { ids })).AsList();
        LockOrder.Took(LockStep.Checkouts, guards.Where(g => !g.IsReceipt).Select(g => g.Id));
        var alone = guards.Where(g => g.IsReceipt).Select(g => g.Id).ToArray();
        if (alone.Length == 0)
        {
            return;
        }

        var locked = (await connection.QueryAsync<Guid>(
            "SELECT id FROM receipts WHERE checkout_id IS NULL AND id = ANY (@alone) ORDER BY id FOR NO KEY UPDATE", new { alone })).AsList();
        LockOrder.Took(LockStep.Receipts, alone);
        if (locked.Count < alone.Length)
        {
            // Matched between the look and the lock: it is locked all the same, and its checkout comes before it.
            throw new StartOverException("The receipt");
        }
    }

    public async Task<IReadOnlyList<DueTransfer>> ClaimDue(int askable, int others, TimeSpan lease)
    {
        await using var connection = await database.OpenConnectionAsync();
        var due = new List<DueTransfer>();
        foreach (var table in Tables)
        {
            due.AddRange(await DueQueries.ClaimDue<DueTransfer>(connection, table, askable - due.Count(d => d.HasQueryId), others, lease));
        }

        return due;
    }

    public async Task<int> BringForward(IReadOnlyCollection<string> ids, int most)
    {
        await using var connection = await database.OpenConnectionAsync();
        var moved = 0;
        foreach (var table in Tables)
        {
            moved += await DueQueries.BringForward(connection, table, ids, most - moved);
        }

        return moved;
    }
}
