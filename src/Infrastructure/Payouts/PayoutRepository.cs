using Dapper;
using Payments.Application.Common;
using Payments.Application.Payouts;
using Payments.Application.Telemetry;
using Payments.Domain.Common;
using Payments.Domain.Payouts;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Jobs;
using Payments.Infrastructure.Transfers;

namespace Payments.Infrastructure.Payouts;

/// <summary>Making and showing payouts.</summary>
internal sealed class PayoutRepository(Connections database, IJobs jobs) : IPayouts
{
    public async Task<PayoutId?> Add(Payout payout)
    {
        var again = 0;
        await using (var connection = await database.OpenConnectionAsync())
        {
            var added = await connection.ExecuteAsync(
                """
                INSERT INTO payouts (
                    id, client, reference, method, recipient, account, amount, reason, remarks, status, originator_id, created_at, updated_at, enqueued_at,
                    trace_parent)
                VALUES (
                    @Id, @Client, @Reference, @method, @Recipient, @Account, @amount, @Reason, @Remarks, @status, @OriginatorId, @CreatedAt, @UpdatedAt, @CreatedAt,
                    @trace)
                ON CONFLICT DO NOTHING
                """,
                new
                {
                    payout.Id,
                    payout.Client,
                    payout.Reference,
                    method = EnumNames.Name(payout.Method),
                    payout.Recipient,
                    payout.Account,
                    amount = payout.Amount.Cents,
                    payout.Reason,
                    payout.Remarks,
                    status = EnumNames.Name(payout.Status),
                    payout.OriginatorId,
                    payout.CreatedAt,
                    payout.UpdatedAt,
                    trace = Traces.Current,
                });
            if (added == 0)
            {
                // Whichever was met first, the reference or the id that is made of it.
                return await connection.QuerySingleAsync<PayoutId>(
                    "SELECT id FROM payouts WHERE client = @Client AND reference = @Reference", new { payout.Client, payout.Reference });
            }

            again = await TransferRepository.TakeUnmatchedAgain(connection, payout);
        }

        // Row and job are one commit: neither is ever there without the other (the sweep is for jobs lost later).
        jobs.SendTransfer(payout.Id);
        if (again > 0)
        {
            jobs.Drain(again);
        }

        return null;
    }

    public async Task<Payout?> Find(PayoutId id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<PayoutRow>($"SELECT {PayoutRow.Columns} FROM payouts WHERE id = @id", new { id });
        return rows.SingleOrDefault()?.ToDomain();
    }

    public async Task<IReadOnlyList<Payout>> List(TransferFilter filter, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<PayoutRow>(
            $"SELECT {PayoutRow.Columns} FROM payouts WHERE (@reference::text IS NULL OR reference = @reference) AND {TransferRepository.Filter}",
            TransferRepository.Parameters(filter));
        return [.. rows.Select(row => row.ToDomain())];
    }
}
