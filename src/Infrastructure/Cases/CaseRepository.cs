using Dapper;
using Npgsql;
using Payments.Application.Cases;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Domain.Common;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Cases;

/// <summary>Cases: written beside what they are about, read and settled here.</summary>
internal sealed partial class CaseRepository(Connections database) : ICases
{
    /// <summary>What a case is about is told by where its id is found: ids are unique over all tables.</summary>
    private const string Columns =
        """
        c.id, c.kind, c.subject_id, c.checkout_id, c.client, c.story, c.status, c.outcome, c.reason, c.settled_by, c.created_at, c.settled_at,
        CASE WHEN EXISTS (SELECT FROM attempts a WHERE a.id = c.subject_id) THEN 'attempt'
             WHEN EXISTS (SELECT FROM payouts p WHERE p.id = c.subject_id) THEN 'payout'
             WHEN EXISTS (SELECT FROM refunds r WHERE r.id = c.subject_id) THEN 'refund'
             WHEN EXISTS (SELECT FROM receipts r WHERE r.id = c.subject_id) THEN 'receipt'
             WHEN EXISTS (SELECT FROM checkouts k WHERE k.id = c.subject_id) THEN 'checkout'
             ELSE 'callback' END AS subject
        """;

    private sealed record Row
    {
        public CaseId Id { get; init; }
        public string Kind { get; init; } = "";
        public string Subject { get; init; } = "";
        public Guid SubjectId { get; init; }
        public CheckoutId? CheckoutId { get; init; }
        public string? Client { get; init; }
        public string Story { get; init; } = "";
        public string Status { get; init; } = "";
        public string? Outcome { get; init; }
        public string? Reason { get; init; }
        public string? SettledBy { get; init; }
        public DateTimeOffset CreatedAt { get; init; }
        public DateTimeOffset? SettledAt { get; init; }

        public StoredCase ToCase() => new(
            Id, Kind, EnumNames.Read<CaseSubject>(Subject), SubjectId, CheckoutId, Client, Story, Status, Outcome, Reason, SettledBy, CreatedAt, SettledAt);
    }

    public async Task<IReadOnlyList<StoredCase>> List(string? status, string? kind, Cursor? after, int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(
            $"""
            SELECT {Columns} FROM cases c
            WHERE (@status::text IS NULL OR c.status = @status)
              AND (@kind::text IS NULL OR c.kind = @kind)
              AND (@afterAt::timestamptz IS NULL OR (c.created_at, c.id) < (@afterAt, @afterId))
            ORDER BY c.created_at DESC, c.id DESC
            LIMIT @limit
            """,
            new { status, kind, afterAt = after?.At, afterId = after?.Id, limit });
        return [.. rows.Select(row => row.ToCase())];
    }

    public async Task<StoredCase?> Find(CaseId id)
    {
        await using var connection = await database.OpenConnectionAsync();
        return (await Read(connection, [id])).SingleOrDefault();
    }

    /// <summary>Reads several; ids nobody has are left out.</summary>
    public static async Task<IReadOnlyList<StoredCase>> Read(NpgsqlConnection connection, IReadOnlyCollection<CaseId> ids)
    {
        var rows = await connection.QueryAsync<Row>($"SELECT {Columns} FROM cases c WHERE c.id = ANY (@ids) ORDER BY c.id", new { ids = ids.ToArray() });
        return [.. rows.Select(row => row.ToCase())];
    }

    public async Task<bool> Settle(CaseId id, string outcome, string reason, string by)
    {
        await using var connection = await database.OpenConnectionAsync();
        return await CaseStore.Settle(connection, id, outcome, reason, by);
    }
}
