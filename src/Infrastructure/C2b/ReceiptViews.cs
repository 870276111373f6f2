using Dapper;
using Npgsql;
using Payments.Application.C2b;
using Payments.Application.Checkouts;
using Payments.Domain.Cases;
using Payments.Domain.Common;
using Payments.Infrastructure.Cases;

namespace Payments.Infrastructure.C2b;

/// <summary>The half of the repository that shows receipts to operators, and notes what they did with them.</summary>
internal sealed partial class C2bPaymentRepository
{
    /// <summary>
    /// <see cref="Domain.Receipts.Receipt.Unsettled"/> as SQL, for lists: surplus that has not gone back, or all of what stands nowhere or is held and
    /// has not, less what was written off. Only reads by it; what is decided is decided by the rules, under the lock.
    /// </summary>
    private const string Unsettled =
        """
        greatest(0, CASE
            WHEN r.checkout_id IS NULL OR (r.applied = 0 AND r.surplus = 0 AND r.surplus_due_at IS NULL AND NOT back.of_unpaid) THEN r.amount - back.gone
            ELSE least(r.surplus - back.of_surplus, r.amount - back.gone) END - r.written_off)
        """;

    private const string ReceiptsWithRefunds =
        """
        receipts r
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(f.amount), 0)::bigint AS gone, coalesce(bool_or(f.taken_from = 'unpaid'), false) AS of_unpaid,
                coalesce(sum(f.amount) FILTER (WHERE f.of_surplus AND f.taken_from = 'counted'), 0)::bigint AS of_surplus
            FROM refunds f
            WHERE f.receipt_id = r.id AND f.status <> 'failed') back
        """;

    private const string ReceiptColumns =
        $"""
        r.id, r.receipt, r.amount, r.account, r.payer, r.payer_name, r.method, r.settled_by, r.at, r.checkout_id, r.applied, r.surplus, r.matched_by,
        r.matched_at, r.written_off, r.written_off_by, r.written_off_at, r.written_off_reason, r.shortcode, {Unsettled} AS unsettled
        """;

    /// <summary>What can be open at all, as the index receipts_to_settle has it.</summary>
    private const string MayBeOpen = "(r.checkout_id IS NULL OR r.surplus > 0 OR (r.applied = 0 AND r.surplus_due_at IS NULL))";

    public async Task<IReadOnlyList<ReceiptView>> Receipts(ReceiptFilter filter, Cursor? after, int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = (await connection.QueryAsync<ReceiptViewRow>(
            $"""
            SELECT {ReceiptColumns} FROM {ReceiptsWithRefunds}
            WHERE {(filter.Matched switch { true => "r.checkout_id IS NOT NULL", false => "r.checkout_id IS NULL", null => "true" })}
              AND {(filter.Surplus switch { true => $"r.surplus > 0 AND {MayBeOpen}", false => "r.surplus = 0", null => "true" })}
              AND {(filter.Open switch { true => $"{MayBeOpen} AND {Unsettled} > 0", false => $"{Unsettled} = 0", null => "true" })}
              AND (@afterId::uuid IS NULL OR r.id < @afterId)
            ORDER BY r.id DESC
            LIMIT @limit
            """,
            new { afterId = after?.Id, limit })).AsList();
        var proposals = await Proposals(connection, rows);
        return [.. rows.Select(row => row.ToView() with { Proposal = proposals.GetValueOrDefault(row.Id) })];
    }

    public async Task<ReceiptView?> Receipt(ReceiptId id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<ReceiptViewRow>($"SELECT {ReceiptColumns} FROM {ReceiptsWithRefunds} WHERE r.id = @id", new { id });
        return rows.SingleOrDefault()?.ToView();
    }

    /// <summary>Reads several, without proposals; ids nobody has are left out.</summary>
    public static async Task<IReadOnlyList<ReceiptView>> Receipts(NpgsqlConnection connection, IReadOnlyCollection<ReceiptId> ids)
    {
        var rows = await connection.QueryAsync<ReceiptViewRow>(
            $"SELECT {ReceiptColumns} FROM {ReceiptsWithRefunds} WHERE r.id = ANY (@ids) ORDER BY r.id", new { ids = ids.ToArray() });
        return [.. rows.Select(row => row.ToView())];
    }

    public async Task NoteMatch(ReceiptId receiptId, string by)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync("UPDATE receipts SET matched_by = @by, matched_at = now() WHERE id = @receiptId", new { receiptId, by });

        // The question whose money it is has been answered.
        await CaseStore.Close(connection, [receiptId.Value], CaseKind.AmbiguousMatch, "matched", "The receipt was matched.", by);
    }

    public async Task NoteWriteOff(ReceiptId receiptId, string by, string reason)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "UPDATE receipts SET written_off_by = @by, written_off_at = now(), written_off_reason = @reason WHERE id = @receiptId",
            new { receiptId, by, reason });
    }

    private sealed record ReceiptViewRow
    {
        public ReceiptId Id { get; init; }
        public string? Receipt { get; init; }
        public long Amount { get; init; }
        public string Account { get; init; } = "";
        public string? Payer { get; init; }
        public string? PayerName { get; init; }
        public string Method { get; init; } = "";
        public string SettledBy { get; init; } = "";
        public DateTimeOffset At { get; init; }
        public CheckoutId? CheckoutId { get; init; }
        public long Applied { get; init; }
        public long Surplus { get; init; }
        public string? MatchedBy { get; init; }
        public DateTimeOffset? MatchedAt { get; init; }
        public long Unsettled { get; init; }
        public long WrittenOff { get; init; }
        public string? WrittenOffBy { get; init; }
        public DateTimeOffset? WrittenOffAt { get; init; }
        public string? WrittenOffReason { get; init; }
        public string? Shortcode { get; init; }

        public ReceiptView ToView() => new(
            Id.ToString(), Receipt, Money.FromCents(Amount).Shillings, Account, Payer, PayerName, Method, SettledBy, At,
            CheckoutId?.ToString(), Money.FromCents(Applied).Shillings,
            Money.FromCents(Surplus).Shillings, MatchedBy, MatchedAt, Money.FromCents(Unsettled).Shillings, Money.FromCents(WrittenOff).Shillings,
            WrittenOffBy, WrittenOffAt, WrittenOffReason)
        {
            Shortcode = Shortcode,
        };
    }
}
