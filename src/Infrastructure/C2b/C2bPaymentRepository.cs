using Dapper;
using Payments.Application.C2b;
using Payments.Application.Common;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Infrastructure.Callbacks;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.C2b;

/// <summary>What only Paybill keeps: cases of confirmations, receipts for operators, what is known of how payers are shown.</summary>
internal sealed partial class C2bPaymentRepository(Connections database, CallbackUrls urls) : IC2bPayments
{
    private sealed record WantedRow
    {
        public string Status { get; init; } = "";
        public long Due { get; init; }
        public long[]? InFlight { get; init; }
    }

    public async Task<IReadOnlyList<(CallbackId Id, byte[] Body)>> StoredConfirmations(IReadOnlyCollection<CallbackId> callbackIds)
    {
        await using var connection = await database.OpenConnectionAsync();
        return (await connection.QueryAsync<(CallbackId, byte[])>(
            "SELECT id, body FROM callbacks WHERE id = ANY (@ids) AND kind = 'c2b_confirm'", new { ids = callbackIds.ToArray() })).AsList();
    }

    public async Task<AccountStatus?> Wanted(string accountKey, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<WantedRow>(new CommandDefinition(
            """
            SELECT c.status, c.amount - c.paid AS due, (
                SELECT array_agg(a.amount) FROM attempts a
                WHERE a.checkout_id = c.id AND a.ended_at IS NULL AND a.started_at > now() - @life AND a.started_at < now() + @life) AS in_flight
            FROM checkouts c
            WHERE c.reference_key = @accountKey
            """,
            new { accountKey, life = Attempt.PromptLifetime }, cancellationToken: cancellation));
        return rows.SingleOrDefault() is { } row
            ? new(EnumNames.Read<CheckoutStatus>(row.Status), Money.FromCents(row.Due), [.. (row.InFlight ?? []).Select(Money.FromCents)])
            : null;
    }

    public async Task NotePayerHash(string shortcode, PayerHash? used, int times)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            UPDATE c2b_registrations
            SET payer_hash = @used, payer_hash_seen = CASE WHEN payer_hash = @used THEN least(payer_hash_seen + @times, @enough) ELSE least(@times, @enough) END
            WHERE shortcode = @shortcode AND NOT (payer_hash IS NOT DISTINCT FROM @used AND payer_hash_seen >= CASE WHEN @used IS NULL THEN 0 ELSE @enough END)
            """,
            new { shortcode, used = used is { } form ? EnumNames.Name(form) : null, times, enough = PayerHint.SeenEnough });
    }
}
