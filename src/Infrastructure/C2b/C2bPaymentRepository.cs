using Dapper;
using Payments.Application.C2b;
using Payments.Application.Common;
using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Infrastructure.Callbacks;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.C2b;

/// <summary>What only Paybill keeps: cases of untrusted confirmations, receipts for operators.</summary>
internal sealed partial class C2bPaymentRepository(Connections database, CallbackUrls urls) : IC2bPayments
{
    /// <summary>The advisory lock under which cases of untrusted confirmations are opened.</summary>
    private const long CasesLock = 7_203_114_920;

    /// <summary>Cases of untrusted confirmations that are open at once, one for each order: a morning's work. The rest are one case together.</summary>
    private const int MaxUntrusted = 50;

    private const string ManyUntrusted =
        "More confirmations that are not trusted name orders with money due than have a case each. Somebody makes them up, or Safaricom's own come without "
        + "their token: see the registration (GET /api/ops/doctor) and where they come from (GET /api/ops/callbacks?kind=c2b_confirm&verdict=hint). Nothing was "
        + "counted; what is true is once Pull lists it. Settle the cases that are open, then this one: orders still named from then on have theirs.";

    private sealed record WantedRow
    {
        public string Status { get; init; } = "";
        public long Due { get; init; }
        public long[]? InFlight { get; init; }
    }

    /// <inheritdoc/>
    public async Task OpenCases(IReadOnlyCollection<UntrustedConfirmation> untrusted)
    {
        await using var connection = await database.OpenConnectionAsync();

        // One in a checkout's life, settled ones included, and only while money is due there: anybody can send these, so their number must cost
        // nothing. A number that is in the books already is no question. One batch at a time, and the INSERT's snapshot must be younger than the
        // last one's commit.
        await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(@CasesLock)", new { CasesLock });
        LockOrder.Took(LockStep.UntrustedCases);
        await connection.ExecuteAsync(
            """
            WITH told AS (
                SELECT DISTINCT ON (reference_key) callback, reference_key, receipt, story
                FROM unnest(@callbacks, @keys, @receipts, @stories) AS t (callback, reference_key, receipt, story)
                ORDER BY reference_key, receipt),
            wanted AS (
                SELECT u.callback, u.receipt, u.story, c.id AS checkout, c.client, row_number() OVER (ORDER BY c.id) AS place
                FROM told u JOIN checkouts c ON c.reference_key = u.reference_key
                WHERE c.status IN ('open', 'pending', 'failed', 'expired') AND c.paid < c.amount
                  AND NOT EXISTS (SELECT FROM cases k WHERE k.kind = @kind AND k.checkout_id = c.id)
                  AND NOT EXISTS (SELECT FROM receipts r WHERE r.receipt = u.receipt)),
            room AS (SELECT @MaxUntrusted - count(*) AS places FROM cases WHERE kind = @kind AND status = 'open'),
            each AS (
                INSERT INTO cases (id, kind, subject_id, checkout_id, client, story, receipt)
                SELECT gen_random_uuid(), @kind, callback, checkout, client, story, receipt FROM wanted, room WHERE place <= places
                ON CONFLICT (kind, subject_id) WHERE status = 'open' DO NOTHING)
            INSERT INTO cases (id, kind, subject_id, story)
            SELECT gen_random_uuid(), @many, callback, @story FROM wanted, room
            WHERE place > places AND NOT EXISTS (SELECT FROM cases WHERE kind = @many AND status = 'open')
            ORDER BY place LIMIT 1
            ON CONFLICT (kind, subject_id) WHERE status = 'open' DO NOTHING
            """,
            new
            {
                kind = CaseKind.UntrustedConfirmation,
                many = CaseKind.UntrustedConfirmations,
                MaxUntrusted,
                story = ManyUntrusted,
                callbacks = untrusted.Select(u => u.CallbackId).ToArray(),
                keys = untrusted.Select(u => u.ReferenceKey).ToArray(),
                receipts = untrusted.Select(u => u.Receipt).ToArray(),
                stories = untrusted.Select(u =>
                    $"A confirmation says that receipt {u.Receipt} paid {u.Amount} for this order, but it is not trusted: {u.Why} Nothing was counted. "
                    + "It is once Pull lists the receipt, or once M-PESA confirms it: ask (…/ask), or look it up in the portal, then settle this case.").ToArray(),
            });
    }

    /// <inheritdoc/>
    public async Task CloseCases(IReadOnlyCollection<string> numbers)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            WITH confirmed AS (
                SELECT id FROM cases WHERE receipt = ANY (@numbers) AND status = 'open' AND kind = ANY (@kinds)
                ORDER BY id
                FOR NO KEY UPDATE)
            UPDATE cases c
            SET status = 'settled', outcome = 'paid', reason = 'M-PESA has confirmed the receipt.', settled_by = 'service', settled_at = now()
            FROM confirmed WHERE c.id = confirmed.id AND c.status = 'open'
            """,
            new
            {
                numbers = numbers.ToArray(),
                kinds = new[] { CaseKind.UntrustedConfirmation, CaseKind.UnreadableConfirmation, CaseKind.ConfirmationsFromElsewhere },
            });
        LockOrder.Took(LockStep.Cases);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<(Guid Id, byte[] Body)>> StoredConfirmations(IReadOnlyCollection<Guid> callbackIds)
    {
        await using var connection = await database.OpenConnectionAsync();
        return (await connection.QueryAsync<(Guid, byte[])>(
            "SELECT id, body FROM callbacks WHERE id = ANY (@ids) AND kind = 'c2b_confirm'", new { ids = callbackIds.ToArray() })).AsList();
    }

    /// <inheritdoc/>
    public async Task<AccountStatus?> Wanted(string referenceKey, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<WantedRow>(new CommandDefinition(
            """
            SELECT c.status, c.amount - c.paid AS due, (
                SELECT array_agg(a.amount) FROM attempts a
                WHERE a.checkout_id = c.id AND a.ended_at IS NULL AND a.started_at > now() - @life AND a.started_at < now() + @life) AS in_flight
            FROM checkouts c
            WHERE c.reference_key = @referenceKey
            """,
            new { referenceKey, life = Attempt.PromptLifetime }, cancellationToken: cancellation));
        return rows.SingleOrDefault() is { } row
            ? new(EnumNames.Read<CheckoutStatus>(row.Status), Money.FromCents(row.Due), [.. (row.InFlight ?? []).Select(Money.FromCents)])
            : null;
    }
}
