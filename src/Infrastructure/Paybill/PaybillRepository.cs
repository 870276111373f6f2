using Dapper;
using Npgsql;
using Payments.Application;
using Payments.Domain;

namespace Payments.Infrastructure;

/// <summary>What only Paybill keeps: how far Pull got, cases of untrusted confirmations, receipts for operators.</summary>
internal sealed partial class PaybillRepository(NpgsqlDataSource database, CallbackUrls urls) : IPaybill
{
    /// <summary>The advisory lock under which cases of untrusted confirmations are opened.</summary>
    private const long CasesLock = 7_203_114_920;

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

        // One in a checkout's life, settled ones included: anybody can send these, so their number must cost nothing. A number that is in
        // the books already is no question. One batch at a time, and the INSERT's snapshot must be younger than the last one's commit.
        await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(@CasesLock)", new { CasesLock });
        await connection.ExecuteAsync(
            """
            INSERT INTO cases (id, kind, subject_id, checkout_id, client, story, receipt)
            SELECT gen_random_uuid(), @kind, u.callback, c.id, c.client, u.story, u.receipt
            FROM (
                SELECT DISTINCT ON (reference_key) callback, reference_key, receipt, story
                FROM unnest(@callbacks, @keys, @receipts, @stories) AS t (callback, reference_key, receipt, story)
                ORDER BY reference_key, receipt) u
            JOIN checkouts c ON c.reference_key = u.reference_key
            WHERE NOT EXISTS (SELECT FROM cases k WHERE k.kind = @kind AND k.checkout_id = c.id)
              AND NOT EXISTS (SELECT FROM receipts r WHERE r.receipt = u.receipt)
            ORDER BY c.id
            ON CONFLICT (kind, subject_id) WHERE status = 'open' DO NOTHING
            """,
            new
            {
                kind = CaseKind.UntrustedConfirmation,
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
            UPDATE cases SET status = 'settled', outcome = 'paid', reason = 'M-PESA has confirmed the receipt.', settled_by = 'service', settled_at = now()
            WHERE receipt = ANY (@numbers) AND status = 'open' AND kind = @kind
            """,
            new { numbers = numbers.Order(StringComparer.Ordinal).ToArray(), kind = CaseKind.UntrustedConfirmation });
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<(Guid Id, byte[] Body)>> StoredConfirmations(IReadOnlyCollection<Guid> callbackIds)
    {
        await using var connection = await database.OpenConnectionAsync();
        return (await connection.QueryAsync<(Guid, byte[])>(
            "SELECT id, body FROM callbacks WHERE id = ANY (@ids) AND kind = 'c2b_confirm'", new { ids = callbackIds.ToArray() })).AsList();
    }

    /// <inheritdoc/>
    public async Task<OrderWanted?> Wanted(string referenceKey, CancellationToken cancellation)
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
            new { referenceKey, life = Attempt.PromptLife }, cancellationToken: cancellation));
        return rows.SingleOrDefault() is { } row
            ? new(Wire.Read<CheckoutStatus>(row.Status), Money.FromCents(row.Due), [.. (row.InFlight ?? []).Select(Money.FromCents)])
            : null;
    }

    /// <inheritdoc/>
    public async Task<(DateTimeOffset From, DateTimeOffset To)> PullWindow(string shortcode, TimeSpan overlap, TimeSpan kept, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);

        // What moved before this database began belongs to whatever kept the shop's books then. The end is rounded up: Pull takes seconds.
        // A mark of the future was set by a clock that was ahead, and says nothing of what was read: all that Safaricom keeps is.
        return await connection.QuerySingleAsync<(DateTimeOffset, DateTimeOffset)>(
            $"""
            SELECT greatest(
                now() - @kept,
                (SELECT date_trunc('second', least(min(stamped_at), now())) - interval '1 minute' FROM deployment),
                (SELECT read_until - @overlap FROM pull_progress WHERE shortcode = @shortcode AND read_until <= now() + {ClockStep.Slack})),
                date_trunc('second', now()) + interval '1 second'
            """,
            new { shortcode, overlap, kept });
    }

    /// <inheritdoc/>
    public async Task PulledUntil(string shortcode, DateTimeOffset until, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(
            $"""
            INSERT INTO pull_progress (shortcode, read_until) VALUES (@shortcode, @until)
            ON CONFLICT (shortcode) DO UPDATE SET
                read_until = CASE WHEN pull_progress.read_until <= now() + {ClockStep.Slack} THEN greatest(pull_progress.read_until, excluded.read_until)
                    ELSE excluded.read_until END,
                read_at = now()
            """,
            new { shortcode, until });
    }
}
