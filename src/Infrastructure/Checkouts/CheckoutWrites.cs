using System.Text.Json;
using Dapper;
using Npgsql;
using Payments.Application.Cases;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Telemetry;
using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Infrastructure.C2b;
using Payments.Infrastructure.Cases;
using Payments.Infrastructure.Events;
using Payments.Infrastructure.Refunds;

namespace Payments.Infrastructure.Checkouts;

/// <summary>Writing checkouts: one statement per table and kind of change, whatever the number of rows.</summary>
internal sealed partial class CheckoutRepository
{
    /// <summary>More than this and listeners are told "look at what you watch" instead of ids: a notification holds 8,000 bytes.</summary>
    private const int MaxNotifiedIds = 200;

    /// <summary>The channel live events listen on.</summary>
    public const string Channel = "payments_checkouts";

    /// <summary>Letters stay letters: escaped, four bytes of metadata would be twelve.</summary>
    private static readonly JsonSerializerOptions AsWritten = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task<IReadOnlySet<string>> TakenAccounts(IReadOnlyCollection<string> made, IReadOnlyCollection<string> own)
    {
        await using var connection = await database.OpenConnectionAsync();
        var taken = await connection.QueryAsync<string>(
            $"""
            SELECT reference_key FROM checkouts WHERE reference_key = ANY (@made) OR reference_key = ANY (@own)
            UNION ALL
            SELECT {CheckoutRow.ReferenceKey} FROM checkouts WHERE {CheckoutRow.ReferenceKey} = ANY (@made)
            """,
            new { made = made.ToArray(), own = own.ToArray() });
        return taken.ToHashSet(StringComparer.Ordinal);
    }

    // A conflict is no error, so that the transaction goes on: whoever is about to write the same is waited for, and then seen.
    public async Task<NotAdded?> Add(Checkout checkout)
    {
        await using var connection = await database.OpenConnectionAsync();
        var isReference = checkout.Reference is { } own && own.Key == checkout.Account.Key;
        var added = await connection.ExecuteAsync(
            """
            INSERT INTO checkouts (
                id, client, order_reference, reference_key, account_is_reference, client_reference, client_reference_key, external_id, amount, description,
                phone, return_url, metadata, status, version, created_at, updated_at, expires_at)
            VALUES (
                @Id, @Client, @account, @accountKey, @isReference, @reference, @referenceKey, @ExternalId, @amount, @Description,
                @phone, @ReturnUrl, @metadata, @status, @Version, @CreatedAt, @UpdatedAt, @ExpiresAt)
            ON CONFLICT DO NOTHING
            """,
            new
            {
                checkout.Id,
                checkout.Client,
                account = checkout.Account.Value,
                accountKey = checkout.Account.Key,
                isReference,
                reference = isReference ? null : checkout.Reference?.Value,
                referenceKey = isReference ? null : checkout.Reference?.Key,
                checkout.ExternalId,
                amount = checkout.Amount.Cents,
                checkout.Description,
                phone = checkout.Phone?.Value,
                checkout.ReturnUrl,
                metadata = JsonSerializer.Serialize(checkout.Metadata, AsWritten),
                status = EnumNames.Name(checkout.Status),
                checkout.Version,
                checkout.CreatedAt,
                checkout.UpdatedAt,
                checkout.ExpiresAt,
            });
        return added == 1
            ? null
            : new(await connection.QuerySingleOrDefaultAsync<CheckoutId?>(
                $"SELECT id FROM checkouts WHERE client = @Client AND {CheckoutRow.ReferenceKey} = @key",
                new { checkout.Client, key = checkout.Reference?.Key }));
    }

    public async Task Save(IReadOnlyCollection<Checkout> checkouts, IReadOnlyCollection<Receipt>? unmatched = null)
    {
        await using var connection = await database.OpenConnectionAsync();
        var changed = checkouts.Where(c => c.Version > c.OriginalVersion).ToList();
        await UpdateCheckouts(connection, [.. changed.Where(c => c.OriginalVersion > 0)]);
        await InsertAttempts(connection, [.. checkouts.SelectMany(c => c.Attempts).Where(a => a.State == EntityState.Added)]);
        await UpdateAttempts(connection, [.. checkouts.SelectMany(c => c.Attempts).Where(a => a.State == EntityState.Updated)]);

        // What gives up a number or a push goes first: one push has one receipt at the end of every statement.
        var receipts = checkouts.SelectMany(c => c.Receipts).Concat(unmatched?.Where(r => r.CheckoutId is null) ?? []).ToList();
        await DeleteReceipts(connection, [.. checkouts.SelectMany(c => c.MergedReceipts)]);
        await UpdateReceipts(connection, receipts.FindAll(r => r.State == EntityState.Updated));
        await InsertReceipts(connection, receipts.FindAll(r => r.State == EntityState.Added));
        await RefundRepository.UpdateSources(connection, receipts);
        await EventStore.Append(connection, [.. changed.SelectMany(c => c.Events.Select(type => new NewEvent(c.Client, type, c.Id.Value, CheckoutView.Of(c, toShop: true))))]);
        await ReceiptEventSubject.TellUnmatched(connection, receipts.FindAll(r => r is { State: EntityState.Added, CheckoutId: null }));
        await CaseStore.Open(connection, [
            .. changed.SelectMany(c => c.Cases.Select(k => ((string?)c.Client, k))),
            .. (unmatched ?? []).SelectMany(r => r.Cases.Select(k => ((string?)null, k)))]);
        await CaseStore.CloseFoundOut(
            connection,
            [.. changed.SelectMany(c => c.ResolvedAttempts).Where(a => a is { IsSettled: true, SettledBy: not (null or SettledBy.Operator) })
                .Select(a => (a.Id.Value, a.Status == AttemptStatus.Succeeded ? CaseOutcome.Paid : CaseOutcome.NotPaid))],
            CaseKind.OutcomeUnknown);
        await Notify(connection, changed);
    }

    // The version names the state each row leaves; the row lock makes a mismatch impossible, the count makes it visible. One that was
    // erased has perhaps got a phone again, and is looked at again when its time is over.
    private static Task UpdateCheckouts(NpgsqlConnection connection, List<Checkout> rows) => CheckoutColumns.Checkouts.Update(
        connection, "checkouts", rows,
        $"{CheckoutColumns.Checkouts.SetAllBut("id", "loaded")}, erased_at = NULL",
        "t.version = u.loaded");

    private static async Task InsertAttempts(NpgsqlConnection connection, List<Attempt> rows)
    {
        if (rows.Count > 0)
        {
            var parameters = CheckoutColumns.NewAttempts.Parameters(rows);
            parameters.Add("trace", Traces.Current);
            await connection.ExecuteAsync(
                $"INSERT INTO attempts ({CheckoutColumns.NewAttempts.Names}, trace_parent) SELECT u.*, @trace FROM {CheckoutColumns.NewAttempts.Rows}", parameters);
        }
    }

    // A success is never left (R4), but for one that only a receipt told of, which turned out to be another prompt's (R7): the WHERE refuses
    // what the domain cannot ask for.
    private static Task UpdateAttempts(NpgsqlConnection connection, List<Attempt> rows) => CheckoutColumns.Attempts.Update(
        connection, "attempts", rows,
        CheckoutColumns.Attempts.SetAllBut("id"),
        "(t.status <> 'succeeded' OR u.status = 'succeeded' OR (u.status = 'unknown' AND t.settled_by IN ('confirmation', 'pull', 'status_query')))");

    private static async Task DeleteReceipts(NpgsqlConnection connection, List<Receipt> rows)
    {
        if (rows.Count > 0)
        {
            await connection.ExecuteAsync("DELETE FROM receipts WHERE id = ANY (@ids) AND receipt IS NULL", new { ids = rows.Select(r => r.Id).ToArray() });
        }
    }

    private static async Task InsertReceipts(NpgsqlConnection connection, List<Receipt> rows)
    {
        if (rows.Count > 0)
        {
            // By their numbers: whoever writes the same ones at this moment waits at the first of them, not in the middle.
            rows.Sort((one, other) => Nullable.Compare(one.Number, other.Number));
            await connection.ExecuteAsync(
                $"INSERT INTO receipts ({CheckoutColumns.Receipts.Names}) SELECT * FROM {CheckoutColumns.Receipts.Rows}", CheckoutColumns.Receipts.Parameters(rows));
        }
    }

    // A number once known is never replaced (R6), and what was erased does not come back with a late repetition.
    private static Task UpdateReceipts(NpgsqlConnection connection, List<Receipt> rows) => CheckoutColumns.Receipts.Update(
        connection, "receipts", rows,
        $"""
        {CheckoutColumns.Receipts.SetAllBut("id", "amount", "created_at", "account", "payer", "payer_name")},
        account = CASE WHEN t.erased_at IS NULL THEN u.account ELSE '' END, payer = CASE WHEN t.erased_at IS NULL THEN u.payer END,
        payer_name = CASE WHEN t.erased_at IS NULL THEN u.payer_name END,
        written_off_by = CASE WHEN u.written_off > 0 THEN t.written_off_by END,
        written_off_at = CASE WHEN u.written_off > 0 THEN t.written_off_at END,
        written_off_reason = CASE WHEN u.written_off > 0 THEN t.written_off_reason END
        """,
        "(t.receipt IS NULL OR t.receipt = u.receipt)");

    private static async Task Notify(NpgsqlConnection connection, List<Checkout> changed)
    {
        if (changed.Count > 0)
        {
            var payload = changed.Count > MaxNotifiedIds ? "*" : string.Join(',', changed.Select(c => c.Id.Value.ToString("N")));
            await connection.ExecuteAsync("SELECT pg_notify(@Channel, @payload)", new { Channel, payload });
        }
    }
}
