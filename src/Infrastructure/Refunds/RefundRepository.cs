using Dapper;
using Npgsql;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Payouts;
using Payments.Application.Refunds;
using Payments.Application.Telemetry;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Domain.Refunds;
using Payments.Infrastructure.Checkouts;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Jobs;
using Payments.Infrastructure.Transfers;

namespace Payments.Infrastructure.Refunds;

/// <summary>Making and showing refunds.</summary>
internal sealed class RefundRepository(Connections database, ICheckouts checkouts, IJobs jobs) : IRefunds
{
    private static readonly Unnest<Refund> Sources = new Unnest<Refund>()
        .Uuid("id", r => r.Id)
        .Name<RefundSource>("taken_from", r => r.Source);

    public async Task Add(Refund refund)
    {
        int again;
        await using (var connection = await database.OpenConnectionAsync())
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO refunds (
                    id, client, checkout_id, receipt_id, original_receipt, order_reference, method, recipient, amount, reason, of_surplus, taken_from, status,
                    originator_id, created_at, updated_at, enqueued_at, trace_parent)
                VALUES (
                    @Id, @Client, @OfCheckout, @ReceiptId, @OriginalReceipt, @OrderReference, @method, @recipient, @amount, @Reason, @OfSurplus, @source, @status,
                    @OriginatorId, @CreatedAt, @UpdatedAt, @CreatedAt, @trace)
                """,
                new
                {
                    refund.Id,
                    refund.Client,
                    refund.OfCheckout,
                    refund.ReceiptId,
                    refund.OriginalReceipt,
                    refund.OrderReference,
                    method = EnumNames.Name(refund.Method),
                    recipient = refund.Recipient?.Value,
                    amount = refund.Amount.Cents,
                    refund.Reason,
                    refund.OfSurplus,
                    source = EnumNames.Name(refund.Source),
                    status = EnumNames.Name(refund.Status),
                    refund.OriginatorId,
                    refund.CreatedAt,
                    refund.UpdatedAt,
                    trace = Traces.Current,
                });
            await TransferRepository.ShowOnCheckouts(connection, refund.OfCheckout is { } checkout ? [checkout] : []);
            again = await TransferRepository.TakeUnmatchedAgain(connection, refund);
        }

        jobs.SendTransfer(refund.Id);
        if (again > 0)
        {
            jobs.Drain(again);
        }
    }

    public async Task<ReceiptToRefund?> LoadReceipt(ReceiptId receiptId)
    {
        CheckoutId? checkoutId;
        await using (var connection = await database.OpenConnectionAsync())
        {
            var standing = (await connection.QueryAsync<CheckoutId?>("SELECT checkout_id FROM receipts WHERE id = @receiptId", new { receiptId })).AsList();
            if (standing is not [var on])
            {
                return null;
            }

            checkoutId = on;
            if (checkoutId is null)
            {
                var locked = (await connection.QueryAsync<ReceiptRow>(
                    $"SELECT {ReceiptRow.Columns} FROM receipts WHERE id = @receiptId AND checkout_id IS NULL FOR NO KEY UPDATE", new { receiptId })).AsList();

                // Matched between the look and the lock: it is locked all the same, and its checkout comes before it.
                LockOrder.Took(LockStep.Receipts, receiptId);
                if (locked is not [var row])
                {
                    throw new StartOverException("The receipt");
                }

                var alone = row.ToDomain();
                await HandOut(connection, [alone]);
                return new(alone, null);
            }
        }

        var loaded = await checkouts.LoadForChange(new(Ids: [checkoutId.Value]));
        return loaded.Checkouts is [var checkout] && checkout.Receipts.Find(r => r.Id == receiptId) is { } receipt
            ? new(receipt, checkout)
            : throw new StartOverException("The receipt");
    }

    public async Task<Refund?> Find(RefundId id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<RefundRow>($"SELECT {RefundRow.Columns} FROM refunds WHERE id = @id", new { id });
        return rows.SingleOrDefault()?.ToDomain();
    }

    public async Task<IReadOnlyList<Refund>> List(TransferFilter filter, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<RefundRow>(
            $"""
            SELECT {RefundRow.Columns} FROM refunds
            WHERE (@reference::text IS NULL OR (checkout_id IS NOT NULL AND receipt_id IN (
                SELECT r.id FROM checkouts c JOIN receipts r ON r.checkout_id = c.id WHERE {CheckoutRow.ReferenceKey} = @reference)))
              AND {TransferRepository.Filter}
            """,
            TransferRepository.Parameters(filter));
        return [.. rows.Select(row => row.ToDomain())];
    }

    /// <summary>Writes where refunds of these receipts take their amounts from, if that is another place than it was.</summary>
    public static async Task UpdateSources(NpgsqlConnection connection, IEnumerable<Receipt> receipts)
    {
        var moved = receipts.SelectMany(r => r.Refunds).Where(r => r.State != EntityState.Added && r.Source != r.LoadedSource).OrderBy(r => r.Id).ToList();
        if (moved.Count > 0)
        {
            await connection.ExecuteAsync(
                $"UPDATE refunds f SET taken_from = u.taken_from FROM {Sources.Rows} WHERE f.id = u.id", Sources.Parameters(moved));
        }
    }

    /// <summary>
    /// Gives each receipt its refunds, oldest first; what they mean for it is the domain's business. Asked once the receipts are locked: a
    /// refund reserved while we waited for a lock is seen.
    /// </summary>
    public static async Task HandOut(NpgsqlConnection connection, IReadOnlyCollection<Receipt> receipts)
    {
        if (receipts.Count == 0)
        {
            return;
        }

        var byId = receipts.ToDictionary(r => r.Id);
        var rows = await connection.QueryAsync<RefundRow>(
            $"SELECT {RefundRow.Columns} FROM refunds WHERE receipt_id = ANY (@ids) ORDER BY created_at, id", new { ids = byId.Keys.ToArray() });
        foreach (var row in rows)
        {
            byId[row.ReceiptId].Refunds.Add(row.ToDomain());
        }
    }
}
