using Dapper;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Reconciliation;

namespace Payments.Infrastructure.Checkouts;

/// <summary>What customers say that they paid with.</summary>
internal sealed class ReceiptClaimRepository(Connections database) : IReceiptClaims
{
    private static readonly Unnest<(ReceiptClaimId Id, ClaimAnswer Answer, bool HasCase)> Answers = new Unnest<(ReceiptClaimId Id, ClaimAnswer Answer, bool HasCase)>()
        .Uuid("id", a => a.Id)
        .Text("answer", a => EnumNames.Name(a.Answer))
        .Boolean("has_case", a => a.HasCase);

    private sealed record WaitingRow
    {
        public ReceiptClaimId Id { get; init; }
        public CheckoutId CheckoutId { get; init; }
        public ReceiptNumber Code { get; init; }
        public bool HasCase { get; init; }
    }

    public async Task<EarlierClaims> Before(CheckoutId checkoutId, ReceiptNumber code, int most, TimeSpan window, DateTimeOffset now)
    {
        await using var connection = await database.OpenConnectionAsync();
        var hasCase = await connection.QuerySingleAsync<bool>(
            "SELECT EXISTS (SELECT FROM receipt_claims WHERE checkout_id = @checkoutId AND has_case)", new { checkoutId });
        var others = (await connection.QueryAsync<DateTimeOffset>(
            $"SELECT at FROM receipt_claims WHERE checkout_id = @checkoutId AND code <> @code AND at > @since AND at <= @now + {ClockStep.Slack} ORDER BY at DESC LIMIT @most",
            new { checkoutId, code, since = now - window, now, most })).AsList();
        return new(others.Count < most ? null : others[^1] + window, hasCase);
    }

    public async Task<NumberPlace> PlaceOf(ReceiptNumber code)
    {
        await using var connection = await database.OpenConnectionAsync();
        return EnumNames.Read<NumberPlace>(await connection.QuerySingleAsync<string>(
            """
            SELECT coalesce(
                (SELECT CASE WHEN checkout_id IS NULL THEN 'unmatched' ELSE 'on_checkout' END FROM receipts WHERE receipt = @code),
                (SELECT 'went_out' WHERE EXISTS (SELECT FROM payouts WHERE receipt = @code) OR EXISTS (SELECT FROM refunds WHERE receipt = @code)),
                'unknown')
            """,
            new { code }));
    }

    public async Task Keep(CheckoutId checkoutId, ReceiptNumber code, ClaimAnswer answer, bool hasCase, DateTimeOffset now)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            INSERT INTO receipt_claims (id, checkout_id, code, at, answer, has_case) VALUES (@id, @checkoutId, @code, @now, @answer, @hasCase)
            ON CONFLICT (checkout_id, code) DO UPDATE SET at = excluded.at, answer = excluded.answer, has_case = receipt_claims.has_case OR excluded.has_case
            """,
            new { id = NewId.Next<ReceiptClaimId>(), checkoutId, code, now, answer = EnumNames.Name(answer), hasCase });
    }

    public async Task<IReadOnlyList<WaitingClaim>> Waiting(IReadOnlyCollection<ReceiptNumber> codes)
    {
        await using var connection = await database.OpenConnectionAsync();
        var rows = await connection.QueryAsync<WaitingRow>(
            """
            SELECT id, checkout_id, code, EXISTS (SELECT FROM receipt_claims o WHERE o.checkout_id = c.checkout_id AND o.has_case) AS has_case
            FROM receipt_claims c WHERE code = ANY (@codes) AND answer = 'asking'
            ORDER BY id
            """,
            new { codes = codes.ToArray() });
        return [.. rows.Select(r => new WaitingClaim(r.Id, r.CheckoutId, r.Code, r.HasCase))];
    }

    public async Task<IReadOnlyList<ReceiptClaimId>> Among(IReadOnlyCollection<Guid> ids)
    {
        await using var connection = await database.OpenConnectionAsync();
        return (await connection.QueryAsync<ReceiptClaimId>("SELECT id FROM receipt_claims WHERE id = ANY (@ids)", new { ids = ids.ToArray() })).AsList();
    }

    public async Task Answer(IReadOnlyCollection<(ReceiptClaimId Id, ClaimAnswer Answer, bool HasCase)> answers)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            $"UPDATE receipt_claims c SET answer = u.answer, has_case = c.has_case OR u.has_case FROM {Answers.Rows} WHERE c.id = u.id AND c.answer = 'asking'",
            Answers.Parameters(answers));
    }

    public async Task<ReceiptClaimId?> BeginQuestion(CheckoutId checkoutId, ReceiptNumber code, int most, TimeSpan pause, DateTimeOffset now)
    {
        await using var connection = await database.OpenConnectionAsync();
        return await connection.QuerySingleOrDefaultAsync<ReceiptClaimId?>(
            $"""
            UPDATE receipt_claims c SET questions = questions + 1, asked_at = @now
            WHERE checkout_id = @checkoutId AND code = @code AND answer = 'asking' AND questions < @most
              AND NOT EXISTS (SELECT FROM receipt_claims o WHERE o.code = c.code AND o.asked_at > @since AND o.asked_at <= @now + {ClockStep.Slack})
            RETURNING id
            """,
            new { checkoutId, code, most, now, since = now - pause });
    }

    public async Task DiscountQuestion(ReceiptClaimId id)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync("UPDATE receipt_claims SET questions = questions - 1 WHERE id = @id AND questions > 0", new { id });
    }

    public async Task<IReadOnlyList<(CheckoutId CheckoutId, ReceiptNumber Code)>> Unasked(TimeSpan pause, int most, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<(CheckoutId, ReceiptNumber)>(
            """
            SELECT checkout_id, code FROM receipt_claims
            WHERE answer = 'asking' AND questions = 0 AND at > now() - interval '1 hour' AND (asked_at IS NULL OR asked_at <= now() - @pause)
            ORDER BY at
            LIMIT @most
            """,
            new { pause, most })).AsList();
    }
}
