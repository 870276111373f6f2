using System.Text.Json;
using Dapper;
using Npgsql;
using Payments.Application.Cases;
using Payments.Application.Common;
using Payments.Application.Telemetry;
using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Infrastructure.Refunds;

namespace Payments.Infrastructure.Checkouts;

/// <summary>Writing checkouts: one statement per table and kind of change, whatever the number of rows.</summary>
internal sealed partial class CheckoutRepository
{
    /// <summary>More than this and listeners are told "look at what you watch" instead of ids: a notification holds 8,000 bytes.</summary>
    private const int MaxNotifiedIds = 200;

    /// <summary>The columns' limit on Safaricom's words; they are for people to read.</summary>
    public const int MaxText = 1000;

    /// <summary>The channel live events listen on.</summary>
    public const string Channel = "payments_checkouts";

    /// <summary>Letters stay letters: escaped, four bytes of metadata would be twelve.</summary>
    private static readonly JsonSerializerOptions AsWritten = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc/>
    public async Task<(Guid Id, string Client)?> Add(Checkout checkout)
    {
        await using var connection = await database.OpenConnectionAsync();
        var added = await connection.ExecuteAsync(
            """
            INSERT INTO checkouts (
                id, client, order_reference, reference_key, amount, description, phone, return_url, metadata, status, version,
                created_at, updated_at, expires_at)
            VALUES (
                @Id, @Client, @reference, @key, @amount, @Description, @phone, @ReturnUrl, @metadata, @status, @Version,
                @CreatedAt, @UpdatedAt, @ExpiresAt)
            ON CONFLICT (reference_key) DO NOTHING
            """,
            new
            {
                checkout.Id,
                checkout.Client,
                reference = checkout.Reference.Value,
                key = checkout.Reference.Key,
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
            : await connection.QuerySingleAsync<(Guid, string)>(
                "SELECT id, client FROM checkouts WHERE reference_key = @key", new { key = checkout.Reference.Key });
    }

    /// <inheritdoc/>
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
        await InsertEvents(connection, [.. changed.Where(c => c.Events.Count > 0)]);
        await InsertCases(connection, [
            .. changed.SelectMany(c => c.Cases.Select(k => ((string?)c.Client, k))),
            .. (unmatched ?? []).SelectMany(r => r.Cases.Select(k => ((string?)null, k)))]);
        await CloseCases(connection, [.. changed.SelectMany(c => c.ResolvedAttempts).Where(a => a is { IsSettled: true, SettledBy: not (null or SettledBy.Operator) })]);
        await Notify(connection, changed);
    }

    private static async Task UpdateCheckouts(NpgsqlConnection connection, List<Checkout> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        // The version names the state each row leaves; the row lock makes a mismatch impossible, the count makes it visible. One that was
        // erased has perhaps got a phone again, and is looked at again when its time is over.
        var updated = await connection.ExecuteAsync(
            """
            UPDATE checkouts c
            SET status = u.status, paid = u.paid, version = u.version, updated_at = u.updated_at, ended_at = u.ended_at, erased_at = NULL
            FROM unnest(@ids, @loaded, @status, @paid, @versions, @updated, @ended)
                AS u (id, loaded, status, paid, version, updated_at, ended_at)
            WHERE c.id = u.id AND c.version = u.loaded
            """,
            new
            {
                ids = rows.Select(c => c.Id).ToArray(),
                loaded = rows.Select(c => c.OriginalVersion).ToArray(),
                status = rows.Select(c => EnumNames.Name(c.Status)).ToArray(),
                paid = rows.Select(c => c.Paid.Cents).ToArray(),
                versions = rows.Select(c => c.Version).ToArray(),
                updated = rows.Select(c => c.UpdatedAt.UtcDateTime).ToArray(),
                ended = rows.Select(c => c.EndedAt?.UtcDateTime).ToArray(),
            });
        Expect(rows.Count, updated, "checkouts");
    }

    private static async Task InsertAttempts(NpgsqlConnection connection, List<Attempt> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        await connection.ExecuteAsync(
            """
            INSERT INTO attempts (id, checkout_id, phone, amount, status, started_at, next_question_at, trace_parent)
            SELECT u.*, @trace FROM unnest(@ids, @checkouts, @phones, @amounts, @status, @started, @next) AS u
            """,
            new
            {
                ids = rows.Select(a => a.Id).ToArray(),
                checkouts = rows.Select(a => a.CheckoutId).ToArray(),
                phones = rows.Select(a => a.Phone?.Value).ToArray(),
                amounts = rows.Select(a => a.Amount.Cents).ToArray(),
                status = rows.Select(a => EnumNames.Name(a.Status)).ToArray(),
                started = rows.Select(a => a.StartedAt.UtcDateTime).ToArray(),
                next = rows.Select(a => a.NextQueryAt?.UtcDateTime).ToArray(),
                trace = Traces.Current,
            });
    }

    private static async Task UpdateAttempts(NpgsqlConnection connection, List<Attempt> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        // A success is never left (R4): the WHERE refuses what the domain cannot ask for.
        var updated = await connection.ExecuteAsync(
            """
            UPDATE attempts a
            SET status = u.status, request_id = u.request_id, other_id = u.other_id, ended_at = u.ended_at, settled_by = u.settled_by,
                failure_code = u.failure_code, failure_result_code = u.failure_result_code, failure_message = u.failure_message,
                failure_provider_text = u.failure_provider_text,
                failure_retryable = u.failure_retryable, failure_retry_after = u.failure_retry_after,
                reported_failure_code = u.reported_failure_code, reported_result_code = u.reported_result_code,
                reported_amount = u.reported_amount, reported_receipt = u.reported_receipt, disputed = u.disputed,
                next_question_at = u.next_question_at, doubt = u.doubt, last_answer = u.last_answer
            FROM unnest(
                @ids, @status, @requestIds, @otherIds, @ended, @settledBy, @codes, @resultCodes, @messages, @providerTexts, @retryable, @retryAfter,
                @reportedCodes, @reportedResultCodes, @reportedAmounts, @reportedReceipts, @disputed, @next, @doubts, @answers)
                AS u (
                id, status, request_id, other_id, ended_at, settled_by, failure_code, failure_result_code, failure_message, failure_provider_text,
                failure_retryable, failure_retry_after, reported_failure_code, reported_result_code, reported_amount, reported_receipt, disputed,
                next_question_at, doubt, last_answer)
            WHERE a.id = u.id AND (a.status <> 'succeeded' OR u.status = 'succeeded')
            """,
            new
            {
                ids = rows.Select(a => a.Id).ToArray(),
                status = rows.Select(a => EnumNames.Name(a.Status)).ToArray(),
                requestIds = rows.Select(a => a.RequestId).ToArray(),
                otherIds = rows.Select(a => a.OtherId).ToArray(),
                ended = rows.Select(a => a.EndedAt?.UtcDateTime).ToArray(),
                settledBy = rows.Select(a => a.SettledBy is { } by ? EnumNames.Name(by) : null).ToArray(),
                codes = rows.Select(a => a.Failure is { } f ? EnumNames.Name(f.Code) : null).ToArray(),
                resultCodes = rows.Select(a => a.Failure?.ResultCode).ToArray(),
                messages = rows.Select(a => a.Failure?.Message).ToArray(),
                providerTexts = rows.Select(a => DbText.Clip(a.Failure?.ProviderText, MaxText)).ToArray(),
                retryable = rows.Select(a => a.Failure?.Retryable).ToArray(),
                retryAfter = rows.Select(a => (int?)a.Failure?.RetryAfter?.TotalSeconds).ToArray(),
                reportedCodes = rows.Select(a => a.UnconfirmedFailure is { } f ? EnumNames.Name(f.Code) : null).ToArray(),
                reportedResultCodes = rows.Select(a => a.UnconfirmedFailure?.ResultCode).ToArray(),
                reportedAmounts = rows.Select(a => a.UnconfirmedAmount?.Cents).ToArray(),
                reportedReceipts = rows.Select(a => a.UnconfirmedReceipt).ToArray(),
                disputed = rows.Select(a => a.HasConflictingResult).ToArray(),
                next = rows.Select(a => a.NextQueryAt?.UtcDateTime).ToArray(),
                doubts = rows.Select(a => DbText.Clip(a.UnknownReason, MaxText)).ToArray(),
                answers = rows.Select(a => DbText.Clip(a.LastAnswer, MaxText)).ToArray(),
            });
        Expect(rows.Count, updated, "attempts");
    }

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
            rows.Sort((one, other) => string.CompareOrdinal(one.Number, other.Number));
            await connection.ExecuteAsync(
                $"""
                INSERT INTO receipts ({ReceiptRow.Columns})
                SELECT * FROM unnest(
                    @ids, @numbers, @checkouts, @attempts, @amounts, @applied, @surplus, @surplusDue, @methods, @settledBy, @accounts, @payers,
                    @payerNames, @at, @late, @inferred, @recorded, @writtenOff, @shortcodes)
                """,
                Columns(rows));
        }
    }

    private static async Task UpdateReceipts(NpgsqlConnection connection, List<Receipt> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        // A number once known is never replaced (R6), and what was erased does not come back with a late repetition.
        var updated = await connection.ExecuteAsync(
            """
            UPDATE receipts r
            SET receipt = u.receipt, checkout_id = u.checkout_id, attempt_id = u.attempt_id, applied = u.applied, surplus = u.surplus,
                surplus_due_at = u.surplus_due_at, method = u.method, settled_by = u.settled_by,
                account = CASE WHEN r.erased_at IS NULL THEN u.account ELSE '' END, payer = CASE WHEN r.erased_at IS NULL THEN u.payer END,
                payer_name = CASE WHEN r.erased_at IS NULL THEN u.payer_name END, at = u.at, late = u.late, inferred = u.inferred, shortcode = u.shortcode,
                written_off = u.written_off, written_off_by = CASE WHEN u.written_off > 0 THEN r.written_off_by END,
                written_off_at = CASE WHEN u.written_off > 0 THEN r.written_off_at END,
                written_off_reason = CASE WHEN u.written_off > 0 THEN r.written_off_reason END
            FROM unnest(
                @ids, @numbers, @checkouts, @attempts, @applied, @surplus, @surplusDue, @methods, @settledBy, @accounts, @payers, @payerNames, @at, @late,
                @inferred, @writtenOff, @shortcodes)
                AS u (
                    id, receipt, checkout_id, attempt_id, applied, surplus, surplus_due_at, method, settled_by, account, payer, payer_name, at, late,
                    inferred, written_off, shortcode)
            WHERE r.id = u.id AND (r.receipt IS NULL OR r.receipt = u.receipt)
            """,
            Columns(rows));
        Expect(rows.Count, updated, "receipts");
    }

    private static object Columns(List<Receipt> rows) => new
    {
        ids = rows.Select(r => r.Id).ToArray(),
        numbers = rows.Select(r => r.Number).ToArray(),
        checkouts = rows.Select(r => r.CheckoutId).ToArray(),
        attempts = rows.Select(r => r.AttemptId).ToArray(),
        amounts = rows.Select(r => r.Amount.Cents).ToArray(),
        applied = rows.Select(r => r.Applied.Cents).ToArray(),
        surplus = rows.Select(r => r.Surplus.Cents).ToArray(),
        surplusDue = rows.Select(r => r.SurplusDueAt?.UtcDateTime).ToArray(),
        methods = rows.Select(r => EnumNames.Name(r.Method)).ToArray(),
        settledBy = rows.Select(r => EnumNames.Name(r.SettledBy)).ToArray(),
        accounts = rows.Select(r => r.Account).ToArray(),
        payers = rows.Select(r => r.Payer).ToArray(),
        payerNames = rows.Select(r => r.PayerName).ToArray(),
        at = rows.Select(r => r.At.UtcDateTime).ToArray(),
        late = rows.Select(r => r.Late).ToArray(),
        inferred = rows.Select(r => r.IsInferred).ToArray(),
        recorded = rows.Select(r => r.RecordedAt.UtcDateTime).ToArray(),
        writtenOff = rows.Select(r => r.WrittenOff.Cents).ToArray(),
        shortcodes = rows.Select(r => r.Shortcode).ToArray(),
    };

    private static async Task InsertEvents(NpgsqlConnection connection, List<Checkout> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        var told = rows.SelectMany(c => c.Events.Select(type => (Checkout: c, Type: type))).ToList();
        await connection.ExecuteAsync(
            """
            INSERT INTO events (client, type, subject_id, data)
            SELECT client, type, subject_id, data
            FROM unnest(@clients, @types, @subjects, @data) WITH ORDINALITY AS u (client, type, subject_id, data, n)
            ORDER BY n
            """,
            new
            {
                clients = told.Select(t => t.Checkout.Client).ToArray(),
                types = told.Select(t => t.Type).ToArray(),
                subjects = told.Select(t => t.Checkout.Id).ToArray(),
                data = told.Select(t => CheckoutEventData.Of(t.Checkout)).ToArray(),
            });
    }

    private static async Task InsertCases(NpgsqlConnection connection, List<(string? Client, Case Case)> met)
    {
        if (met.Count == 0)
        {
            return;
        }

        // Met again, the story grows, but not without end.
        var cases = met.DistinctBy(c => (c.Case.Kind, c.Case.SubjectId)).ToList();
        await connection.ExecuteAsync(
            """
            INSERT INTO cases (id, kind, subject_id, checkout_id, client, story)
            SELECT * FROM unnest(@ids, @kinds, @subjects, @checkouts, @clients, @stories)
            ON CONFLICT (kind, subject_id) WHERE status = 'open'
            DO UPDATE SET story = cases.story || E'\n' || excluded.story
                WHERE length(cases.story) < 4000 AND position(excluded.story in cases.story) = 0
            """,
            new
            {
                ids = cases.Select(_ => NewId.Next()).ToArray(),
                kinds = cases.Select(c => c.Case.Kind).ToArray(),
                subjects = cases.Select(c => c.Case.SubjectId).ToArray(),
                checkouts = cases.Select(c => c.Case.CheckoutId).ToArray(),
                clients = cases.Select(c => c.Client).ToArray(),
                stories = cases.Select(c => CaseText.Of(c.Case)).ToArray(),
            });
    }

    /// <summary>Nobody need find out what has become known; what else is wrong stays open.</summary>
    private static async Task CloseCases(NpgsqlConnection connection, List<Attempt> foundOut)
    {
        if (foundOut.Count > 0)
        {
            await connection.ExecuteAsync(
                """
                UPDATE cases c
                SET status = 'settled', settled_at = now(), outcome = u.outcome, reason = 'Safaricom has told.', settled_by = 'service'
                FROM unnest(@ids, @outcomes) AS u (id, outcome)
                WHERE c.subject_id = u.id AND c.kind = @kind AND c.status = 'open'
                """,
                new
                {
                    ids = foundOut.ConvertAll(a => a.Id).ToArray(),
                    outcomes = foundOut.ConvertAll(a => a.Status == AttemptStatus.Succeeded ? CaseOutcome.Paid : CaseOutcome.NotPaid).ToArray(),
                    kind = CaseKind.OutcomeUnknown,
                });
        }
    }

    private static async Task Notify(NpgsqlConnection connection, List<Checkout> changed)
    {
        if (changed.Count > 0)
        {
            var payload = changed.Count > MaxNotifiedIds ? "*" : string.Join(',', changed.Select(c => c.Id.ToString("N")));
            await connection.ExecuteAsync("SELECT pg_notify(@Channel, @payload)", new { Channel, payload });
        }
    }

    private static void Expect(int rows, int updated, string table)
    {
        if (rows != updated)
        {
            throw new InvalidOperationException($"{rows} rows of {table} were to change, {updated} did: another writer was there without the lock.");
        }
    }
}
