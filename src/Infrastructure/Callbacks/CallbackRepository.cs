using System.Net;
using System.Text;
using Dapper;
using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Domain.Common;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Jobs;
using Payments.Infrastructure.Reconciliation;

namespace Payments.Infrastructure.Callbacks;

/// <summary>The inbox table after a callback is stored: taking rows, finishing them, showing them.</summary>
internal sealed class CallbackRepository(Connections database, IJobs jobs, CallbackNetworks networks) : ICallbacks
{
    /// <summary>Rows one statement moves well within its time.</summary>
    private const int MaxAtOnce = 20_000;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private sealed record ParkedRow(CallbackId Id, CallbackId? BlockedBy);

    private sealed record Row
    {
        public const string Columns = "id, kind, subject_id, body, token_hash, answer, erased_at, probe_id, received_at, trace_parent, source, blocked_by";

        public CallbackId Id { get; init; }
        public string Kind { get; init; } = "";
        public Guid? SubjectId { get; init; }
        public byte[] Body { get; init; } = [];
        public byte[]? TokenHash { get; init; }
        public string? Answer { get; init; }
        public DateTimeOffset? ErasedAt { get; init; }
        public Guid? ProbeId { get; init; }
        public DateTimeOffset ReceivedAt { get; init; }
        public string? TraceParent { get; init; }
        public string? Source { get; init; }
        public CallbackId? BlockedBy { get; init; }

        public InboxRow ToInbox() => new(Id, EnumNames.Read<CallbackKind>(Kind), SubjectId, Body, TokenHash, Answer, ErasedAt, ProbeId is not null)
        {
            ReceivedAt = ReceivedAt,
            TraceParent = TraceParent,
            Source = Source,
            BlockedBy = BlockedBy,
        };
    }

    public async Task<IReadOnlyList<InboxRow>> TakeNew(int limit)
    {
        await using var connection = await database.OpenConnectionAsync();
        var rows = await connection.QueryAsync<Row>(
            $"""
            SELECT {Row.Columns} FROM callbacks
            WHERE state = 'new' AND retry_at IS NULL
            ORDER BY (subject_id IS NULL), id
            LIMIT @limit
            FOR UPDATE SKIP LOCKED
            """,
            new { limit });
        return [.. rows.Select(row => row.ToInbox())];
    }

    public async Task<IReadOnlyList<InboxRow>> TakeSetAside(int limit)
    {
        await using var connection = await database.OpenConnectionAsync();
        var rows = await connection.QueryAsync<Row>(
            $"""
            SELECT {Row.Columns} FROM callbacks
            WHERE state = 'new' AND (retry_at <= now() OR retry_at > now() + {ClockStep.Slack})
            ORDER BY retry_at
            LIMIT @limit
            FOR UPDATE SKIP LOCKED
            """,
            new { limit });
        return [.. rows.Select(row => row.ToInbox())];
    }

    public async Task<IReadOnlyList<InboxRow>> TakeNew(IReadOnlyCollection<CallbackId> ids)
    {
        await using var connection = await database.OpenConnectionAsync();
        var rows = await connection.QueryAsync<Row>(
            $"""
            SELECT {Row.Columns} FROM callbacks
            WHERE id = ANY (@ids) AND state = 'new'
            ORDER BY id
            FOR UPDATE SKIP LOCKED
            """,
            new { ids = ids.ToArray() });
        return [.. rows.Select(row => row.ToInbox())];
    }

    public async Task<InboxRow?> TakeParked(CallbackId id)
    {
        await using var connection = await database.OpenConnectionAsync();
        var rows = await connection.QueryAsync<Row>(
            $"SELECT {Row.Columns} FROM callbacks WHERE id = @id AND state = 'parked' FOR UPDATE", new { id });
        LockOrder.Took(LockStep.Callbacks, id);
        return rows.SingleOrDefault()?.ToInbox();
    }

    public async Task<InboxRow?> TakeAgain(CallbackId id)
    {
        await using var connection = await database.OpenConnectionAsync();
        var rows = await connection.QueryAsync<Row>(
            $"SELECT {Row.Columns} FROM callbacks WHERE id = @id FOR UPDATE", new { id });
        LockOrder.Took(LockStep.Callbacks, id);
        return rows.SingleOrDefault() is { } row
            ? row.ToInbox() with { IsAllowedNow = networks.AllowsC2b(IPAddress.TryParse(row.Source, out var source) ? source : null) }
            : null;
    }

    public async Task Finish(IReadOnlyCollection<CallbackResult> judgements)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            UPDATE callbacks c
            SET state = 'done', done_at = now(), verdict = u.verdict, detail = u.detail
            FROM unnest(@ids, @verdicts, @details) AS u (id, verdict, detail)
            WHERE c.id = u.id AND (c.state <> 'done' OR u.verdict = 'applied')
            """,
            new
            {
                ids = judgements.Select(j => j.Id).ToArray(),
                verdicts = judgements.Select(j => EnumNames.Name(j.Verdict)).ToArray(),
                details = judgements.Select(j => j.Detail).ToArray(),
            });
    }

    public async Task<CallbackId> Park(InboxRow row, string why)
    {
        ParkedRow? parked;
        await using (var connection = await database.OpenConnectionAsync())
        {
            // The row in front is locked, so that it is not applied before this one stands behind it: who stands behind nobody is retried by nobody.
            parked = await connection.QuerySingleOrDefaultAsync<ParkedRow>(
                """
                WITH front AS (
                    SELECT id FROM callbacks
                    WHERE state = 'parked' AND id <> @id AND (id = @blockedBy OR (subject_id = @payment AND blocked_by IS NULL))
                    ORDER BY id = @blockedBy LIMIT 1 FOR SHARE)
                UPDATE callbacks SET state = 'parked', verdict = 'failed', detail = @why, retry_at = NULL, blocked_by = (SELECT id FROM front)
                WHERE id = @id AND state = 'new'
                RETURNING id, blocked_by
                """,
                new { row.Id, row.BlockedBy, payment = row.IsOfRegistration ? null : row.SubjectId, why });
        }

        if (parked is { BlockedBy: null })
        {
            jobs.ApplyParked(row.Id);
        }

        return parked?.BlockedBy ?? row.Id;
    }

    public async Task SetAside(IReadOnlyCollection<CallbackId> ids, TimeSpan wait, CallbackId? blockedBy)
    {
        if (ids.Count == 0)
        {
            return;
        }

        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            UPDATE callbacks SET retry_at = now() + @wait, blocked_by = coalesce(@blockedBy, blocked_by)
            WHERE id IN (SELECT id FROM callbacks WHERE id = ANY (@ids) AND state = 'new' FOR UPDATE SKIP LOCKED)
            """,
            new { ids = ids.ToArray(), wait, blockedBy });
    }

    public async Task SetAsideAll(Guid subjectId, TimeSpan wait, CallbackId blockedBy)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            UPDATE callbacks SET retry_at = now() + @wait, blocked_by = @blockedBy
            WHERE id IN (
                SELECT id FROM callbacks WHERE state = 'new' AND retry_at IS NULL AND subject_id = @subjectId LIMIT @MaxAtOnce FOR UPDATE SKIP LOCKED)
            """,
            new { subjectId, wait, blockedBy, MaxAtOnce });
    }

    public async Task Release(CallbackId id)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            UPDATE callbacks SET state = 'new', verdict = NULL, detail = NULL, blocked_by = NULL, retry_at = now()
            WHERE blocked_by = @id AND state <> 'done'
            """,
            new { id });
    }

    public async Task<bool> HasStale(TimeSpan age, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleAsync<bool>(
            $"""
            SELECT EXISTS (
                SELECT FROM callbacks
                WHERE state = 'new' AND retry_at IS NULL AND (received_at < now() - @age OR received_at > now() + {ClockStep.Slack}))
            """,
            new { age });
    }

    public async Task<IReadOnlyList<CallbackView>> List(CallbackFilter filter, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<ViewRow>(
            $"""
            SELECT {ViewRow.Columns}, NULL::bytea AS body FROM callbacks
            WHERE (@kind::text IS NULL OR kind = @kind)
              AND (@verdict::text IS NULL OR verdict = @verdict)
              AND (@from::timestamptz IS NULL OR received_at >= @from)
              AND (@to::timestamptz IS NULL OR received_at < @to)
              AND (@text::bytea IS NULL OR position(@text in body) > 0)
              AND (@afterId::uuid IS NULL OR id < @afterId)
            ORDER BY id DESC
            LIMIT @limit
            """,
            new
            {
                kind = filter.Kind is { } kind ? EnumNames.Name(kind) : null,
                verdict = filter.Verdict is { } verdict ? EnumNames.Name(verdict) : null,
                from = filter.From?.ToUniversalTime(),
                to = filter.To?.ToUniversalTime(),
                text = filter.Text is { } text ? Encoding.UTF8.GetBytes(text) : null,
                afterId = filter.After?.Id,
                limit = filter.Limit,
            });
        return [.. rows.Select(row => row.ToView())];
    }

    public async Task<CallbackView?> Find(CallbackId id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<ViewRow>($"SELECT {ViewRow.Columns}, body FROM callbacks WHERE id = @id", new { id });
        return rows.SingleOrDefault()?.ToView();
    }

    private sealed record ViewRow
    {
        public const string Columns =
            "id, kind, state, verdict, detail, subject_id, EXISTS (SELECT FROM refunds r WHERE r.id = subject_id) AS of_refund, source, content_type, length(body) AS bytes, received_at, done_at, erased_at";

        public CallbackId Id { get; init; }
        public string Kind { get; init; } = "";
        public string State { get; init; } = "";
        public string? Verdict { get; init; }
        public string? Detail { get; init; }
        public Guid? SubjectId { get; init; }
        public bool OfRefund { get; init; }
        public string? Source { get; init; }
        public string? ContentType { get; init; }
        public int Bytes { get; init; }
        public DateTimeOffset ReceivedAt { get; init; }
        public DateTimeOffset? DoneAt { get; init; }
        public DateTimeOffset? ErasedAt { get; init; }
        public byte[]? Body { get; init; }

        public CallbackView ToView()
        {
            string? text = null;
            try
            {
                text = Body is null || ErasedAt is not null ? null : StrictUtf8.GetString(Body);
            }
            catch (DecoderFallbackException)
            {
                // Not text: shown as base64 below.
            }

            return new(
                Id.ToString(), Kind, State, Verdict, Detail,
                SubjectId is { } subject ? PublicIds.Text(OfRefund ? RefundId.Prefix : DarajaOperations.Channels[EnumNames.Read<CallbackKind>(Kind)].IdPrefix, subject) : null,
                Source, ContentType, Bytes, ReceivedAt, DoneAt, text,
                Body is not null && ErasedAt is null && text is null ? Convert.ToBase64String(Body) : null, ErasedAt);
        }
    }
}
