using Dapper;
using Payments.Application.C2b;
using Payments.Application.Common;
using Payments.Domain.Cases;
using Payments.Domain.Checkouts;

namespace Payments.Infrastructure.C2b;

/// <summary>The part of the repository that keeps what authentic confirmations show of numbers: paid ones nobody configured, and hashed payers.</summary>
internal sealed partial class C2bPaymentRepository
{
    /// <inheritdoc/>
    public async Task OpenCases(IReadOnlyCollection<UnknownShortcodePayment> strays)
    {
        await using var connection = await database.OpenConnectionAsync();
        var first = strays.OrderBy(s => s.Shortcode, StringComparer.Ordinal).ThenBy(s => s.ReceiptId).DistinctBy(s => s.Shortcode).ToList();

        // However often a number is paid, one question about it is open; settled and paid again it is one again.
        await connection.ExecuteAsync(
            """
            INSERT INTO cases (id, kind, subject_id, story, shortcode)
            SELECT gen_random_uuid(), @kind, receipt, story, shortcode FROM unnest(@receipts, @stories, @shortcodes) AS u (receipt, story, shortcode)
            ON CONFLICT (shortcode) WHERE status = 'open' AND shortcode IS NOT NULL DO NOTHING
            """,
            new
            {
                kind = CaseKind.UnknownShortcode,
                receipts = first.ConvertAll(s => s.ReceiptId).ToArray(),
                shortcodes = first.ConvertAll(s => s.Shortcode).ToArray(),
                stories = first.ConvertAll(s =>
                    $"Receipt {s.Receipt} of {s.Amount} was paid to {s.Shortcode}: its confirmation came to our registered address, but that number is neither "
                    + "Daraja__Shortcode nor Daraja__TillNumber. It is money without an order, and so is what follows it (GET /api/ops/receipts?matched=false "
                    + "shows the shortcode). Is it a number of yours? Then configure it, or have its own URLs registered; match or give back what came, then "
                    + "settle this case.").ToArray(),
            });
    }

    /// <inheritdoc/>
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
