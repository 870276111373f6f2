using Npgsql;
using Payments.Application.Events;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Infrastructure.Events;

namespace Payments.Infrastructure.C2b;

/// <summary>Receipts, as events tell of them. They are nobody's until they stand on a checkout, and so for operators.</summary>
internal sealed class ReceiptEventSubject : IEventSubject
{
    public string TypePrefix => "receipt.";

    public async Task<IReadOnlyDictionary<Guid, object>> Show(NpgsqlConnection connection, IReadOnlyCollection<Guid> ids) =>
        (await C2bPaymentRepository.Receipts(connection, [.. ids.Select(id => new ReceiptId(id))]))
        .ToDictionary(view => ReceiptId.Parse(view.Id).Value, object (view) => view);

    /// <summary>Tells of money that has come without an order.</summary>
    public static async Task TellUnmatched(NpgsqlConnection connection, IReadOnlyCollection<Receipt> receipts)
    {
        if (receipts.Count > 0)
        {
            await EventStore.Append(connection, [
                .. (await C2bPaymentRepository.Receipts(connection, [.. receipts.Select(r => r.Id)]))
                    .Select(view => new NewEvent(null, EventTypes.ReceiptUnmatched, ReceiptId.Parse(view.Id).Value, view))]);
        }
    }
}
