using Dapper;
using Npgsql;
using Payments.Application.C2b;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;

namespace Payments.Infrastructure.C2b;

/// <summary>
/// The half of the repository that guesses what a customer meant who mistyped an account. It only shows: whoever is near by chance is a stranger whose
/// money it is not (R8).
/// </summary>
internal sealed partial class C2bPaymentRepository
{
    /// <summary>One statement for the page: each receipt asks the accounts' index for at most 131 keys, whatever the number of checkouts.</summary>
    private static async Task<Dictionary<ReceiptId, ReceiptProposal>> Proposals(NpgsqlConnection connection, IReadOnlyList<ReceiptViewRow> page)
    {
        // What went back in part cannot be matched any more.
        var near = page.Where(r => r.CheckoutId is null && r.Unsettled == r.Amount)
            .SelectMany(r => Account.Near(OrderReference.KeyOf(r.Account)).Select(key => (r.Id, Key: key, r.Amount))).ToList();
        if (near.Count == 0)
        {
            return [];
        }

        // Due as a prompt asks for it: rounded up to whole shillings. OFFSET 0 keeps it a look into the index for each key: joined freely, a whole page's
        // keys make PostgreSQL read all checkouts instead.
        var found = await connection.QueryAsync<(ReceiptId Receipt, CheckoutId Checkout, string Account, string? Reference)>(
            """
            SELECT n.receipt_id, c.id, c.order_reference, CASE WHEN c.account_is_reference THEN c.order_reference ELSE c.client_reference END
            FROM unnest(@receipts, @keys, @amounts) AS n (receipt_id, key, amount)
            CROSS JOIN LATERAL (SELECT * FROM checkouts WHERE reference_key = n.key OFFSET 0) c
            WHERE c.status IN ('open', 'pending', 'failed') AND n.amount IN (c.amount - c.paid, (c.amount - c.paid + 99) / 100 * 100)
            """,
            new { receipts = near.Select(n => n.Id).ToArray(), keys = near.Select(n => n.Key).ToArray(), amounts = near.Select(n => n.Amount).ToArray() });
        return found.GroupBy(f => f.Receipt).Where(f => f.Count() == 1)
            .ToDictionary(f => f.Key, f => new ReceiptProposal(f.First().Checkout.ToString(), f.First().Account, f.First().Reference));
    }
}
