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

    /// <summary>Cases of untrusted confirmations that are open at once, one for each order: a morning's work. The rest are one case together.</summary>
    private const int MostUntrusted = 50;

    private const string ManyUntrusted =
        "More confirmations that are not trusted name orders with money due than have a case each. Somebody makes them up, or Safaricom's own come without "
        + "their token: see the registration (GET /api/ops/doctor) and where they come from (GET /api/ops/callbacks?kind=c2b_confirm&verdict=hint). Nothing was "
        + "counted; what is true is once Pull lists it. Settle the cases that are open, then this one: orders still named from then on have theirs.";

    private const string ReceiptColumns =
        "id, receipt, amount, account, payer, payer_name, method, settled_by, at, checkout_id, applied, surplus, matched_by, matched_at";

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
            room AS (SELECT @MostUntrusted - count(*) AS places FROM cases WHERE kind = @kind AND status = 'open'),
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
                MostUntrusted,
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
                WHERE a.checkout_id = c.id AND a.ended_at IS NULL AND a.started_at > now() - @life) AS in_flight
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
        return await connection.QuerySingleAsync<(DateTimeOffset, DateTimeOffset)>(
            """
            SELECT greatest(
                now() - @kept,
                (SELECT date_trunc('second', min(stamped_at)) - interval '1 minute' FROM deployment),
                (SELECT read_until - @overlap FROM pull_progress WHERE shortcode = @shortcode)),
                date_trunc('second', now()) + interval '1 second'
            """,
            new { shortcode, overlap, kept });
    }

    /// <inheritdoc/>
    public async Task PulledUntil(string shortcode, DateTimeOffset until, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(
            """
            INSERT INTO pull_progress (shortcode, read_until) VALUES (@shortcode, @until)
            ON CONFLICT (shortcode) DO UPDATE SET read_until = greatest(pull_progress.read_until, excluded.read_until), read_at = now()
            """,
            new { shortcode, until });
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ReceiptView>> Receipts(bool? matched, Cursor? after, int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<ReceiptViewRow>(
            $"""
            SELECT {ReceiptColumns} FROM receipts
            WHERE {(matched switch { true => "checkout_id IS NOT NULL", false => "checkout_id IS NULL", null => "true" })}
              AND (@afterId::uuid IS NULL OR id < @afterId)
            ORDER BY id DESC
            LIMIT @limit
            """,
            new { afterId = after?.Id, limit });
        return [.. rows.Select(row => row.ToView())];
    }

    /// <inheritdoc/>
    public async Task<ReceiptView?> Receipt(Guid id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<ReceiptViewRow>($"SELECT {ReceiptColumns} FROM receipts WHERE id = @id", new { id });
        return rows.SingleOrDefault()?.ToView();
    }

    /// <inheritdoc/>
    public async Task NoteMatch(Guid receiptId, string by)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync("UPDATE receipts SET matched_by = @by, matched_at = now() WHERE id = @receiptId", new { receiptId, by });

        // The question whose money it is has been answered.
        await connection.ExecuteAsync(
            """
            UPDATE cases SET status = 'settled', outcome = 'matched', reason = 'The receipt was matched.', settled_by = @by, settled_at = now()
            WHERE kind = @kind AND subject_id = @receiptId AND status = 'open'
            """,
            new { receiptId, by, kind = CaseKind.AmbiguousMatch });
    }

    private sealed record ReceiptViewRow
    {
        public Guid Id { get; init; }
        public string? Receipt { get; init; }
        public long Amount { get; init; }
        public string Account { get; init; } = "";
        public string? Payer { get; init; }
        public string? PayerName { get; init; }
        public string Method { get; init; } = "";
        public string SettledBy { get; init; } = "";
        public DateTimeOffset At { get; init; }
        public Guid? CheckoutId { get; init; }
        public long Applied { get; init; }
        public long Surplus { get; init; }
        public string? MatchedBy { get; init; }
        public DateTimeOffset? MatchedAt { get; init; }

        public ReceiptView ToView() => new(
            PublicId.Write(PublicId.Receipt, Id), Receipt, Money.FromCents(Amount).Shillings, Account, Payer, PayerName, Method, SettledBy, At,
            CheckoutId is { } checkout ? PublicId.Write(PublicId.Checkout, checkout) : null, Money.FromCents(Applied).Shillings,
            Money.FromCents(Surplus).Shillings, MatchedBy, MatchedAt);
    }
}
