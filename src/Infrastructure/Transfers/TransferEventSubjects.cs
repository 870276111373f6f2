using Dapper;
using Npgsql;
using Payments.Application.Payouts;
using Payments.Application.Refunds;
using Payments.Domain.Payouts;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;
using Payments.Infrastructure.Events;

namespace Payments.Infrastructure.Transfers;

/// <summary>Payouts and refunds, as events tell of them.</summary>
internal static class TransferEventSubjects
{
    public static object View(Transfer transfer) => transfer switch
    {
        Payout payout => PayoutView.Of(payout),
        Refund refund => RefundView.Of(refund, toShop: true),
        _ => throw new InvalidOperationException($"There is no event for a {transfer.GetType().Name}."),
    };

    internal sealed class Payouts : IEventSubject
    {
        public string TypePrefix => "payout.";

        public async Task<IReadOnlyDictionary<Guid, object>> Show(NpgsqlConnection connection, IReadOnlyCollection<Guid> ids) =>
            (await connection.QueryAsync<PayoutRow>($"SELECT {PayoutRow.Columns} FROM payouts WHERE id = ANY (@ids)", new { ids = ids.ToArray() }))
            .Select(row => row.ToDomain()).ToDictionary(payout => payout.Id.Value, View);
    }

    internal sealed class Refunds : IEventSubject
    {
        public string TypePrefix => "refund.";

        public async Task<IReadOnlyDictionary<Guid, object>> Show(NpgsqlConnection connection, IReadOnlyCollection<Guid> ids) =>
            (await connection.QueryAsync<RefundRow>($"SELECT {RefundRow.Columns} FROM refunds WHERE id = ANY (@ids)", new { ids = ids.ToArray() }))
            .Select(row => row.ToDomain()).ToDictionary(refund => refund.Id.Value, View);
    }
}
