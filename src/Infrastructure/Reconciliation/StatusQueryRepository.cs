using Dapper;
using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Application.Reconciliation;
using Payments.Domain.Common;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Reconciliation;

/// <summary>What Safaricom was asked, and what is known of our accounts.</summary>
internal sealed class StatusQueryRepository(Connections database) : IStatusQueries
{
    private static readonly Unnest<(StatusQueryId Id, AttemptId AttemptId)> Prompts = new Unnest<(StatusQueryId Id, AttemptId AttemptId)>()
        .Uuid("id", a => a.Id)
        .Uuid("subject_id", a => a.AttemptId);

    private static readonly Unnest<(StatusQueryId Id, string Answer)> Answers = new Unnest<(StatusQueryId Id, string Answer)>()
        .Uuid("id", a => a.Id)
        .Words("answer", a => a.Answer);

    private static readonly Unnest<AccountBalance> Accounts = new Unnest<AccountBalance>()
        .Text("name", b => b.Name)
        .Bigint("available", b => b.Available.Cents);

    private sealed record Row
    {
        public StatusQueryId Id { get; init; }
        public string Kind { get; init; } = "";
        public Guid? SubjectId { get; init; }
        public string? ConversationId { get; init; }
        public string? OriginatorId { get; init; }
        public DateTimeOffset AskedAt { get; init; }
        public DateTimeOffset? AnsweredAt { get; init; }
        public string? Answer { get; init; }
        public bool IsOfMain { get; init; }
        public ReceiptNumber? Receipt { get; init; }
    }

    private sealed record BalanceRow
    {
        public string Name { get; init; } = "";
        public long Available { get; init; }
        public DateTimeOffset At { get; init; }
    }

    public async Task Add(StatusQueryId id, StatusQueryKind kind, Guid? subjectId, ReceiptNumber? receipt = null)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "INSERT INTO questions (id, kind, subject_id, receipt) VALUES (@id, @kind, @subjectId, @receipt)",
            new { id, kind = EnumNames.Name(kind), subjectId, receipt });
    }

    public async Task AddPrompts(IReadOnlyCollection<(StatusQueryId Id, AttemptId AttemptId)> asked)
    {
        if (asked.Count == 0)
        {
            return;
        }

        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            $"INSERT INTO questions (kind, {Prompts.Names}) SELECT 'prompt', {Prompts.Names} FROM {Prompts.Rows}", Prompts.Parameters(asked));
    }

    public async Task Withdraw(StatusQueryId id)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync("DELETE FROM questions WHERE id = @id AND answered_at IS NULL", new { id });
    }

    public async Task<IReadOnlyList<StatusQuery>> Load(IReadOnlyCollection<StatusQueryId> ids)
    {
        await using var connection = await database.OpenConnectionAsync();
        var rows = await connection.QueryAsync<Row>(
            """
            SELECT id, kind, subject_id, conversation_id, originator_id, answered_at, receipt,
                EXISTS (SELECT FROM initiator_tries t WHERE t.question_id = q.id AND NOT t.of_payouts) AS is_of_main
            FROM questions q WHERE id = ANY (@ids)
            """,
            new { ids = ids.ToArray() });
        return [.. rows.Select(r => new StatusQuery(r.Id, EnumNames.Read<StatusQueryKind>(r.Kind), r.SubjectId, r.ConversationId, r.OriginatorId, r.AnsweredAt)
        {
            Receipt = r.Receipt,
            KeepsBalances = !r.IsOfMain,
        })];
    }

    public async Task Accepted(StatusQueryId id, string? conversationId, string? originatorId)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            UPDATE questions
            SET conversation_id = coalesce(conversation_id, @conversationId), originator_id = coalesce(originator_id, @originatorId)
            WHERE id = @id
            """,
            new { id, conversationId, originatorId });
    }

    public async Task Answered(IReadOnlyCollection<(StatusQueryId Id, string Answer)> answers)
    {
        // Sorted, so that two batches that answer the same questions lock them in one order.
        var sorted = answers.DistinctBy(a => a.Id).OrderBy(a => a.Id).ToList();
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            $"""
            WITH told AS (
                SELECT q.id, u.answer FROM questions q JOIN {Answers.Rows} ON u.id = q.id
                WHERE q.answered_at IS NULL
                ORDER BY q.id
                FOR UPDATE OF q)
            UPDATE questions q SET answered_at = now(), answer = told.answer FROM told WHERE q.id = told.id AND q.answered_at IS NULL
            """,
            Answers.Parameters(sorted));
    }

    public async Task SaveBalances(IReadOnlyCollection<AccountBalance> balances, DateTimeOffset at)
    {
        // A later word of the same batch goes before an earlier one.
        var last = balances.GroupBy(b => b.Name, StringComparer.Ordinal).Select(g => g.Last()).OrderBy(b => b.Name, StringComparer.Ordinal).ToList();
        await using var connection = await database.OpenConnectionAsync();
        var parameters = Accounts.Parameters(last);
        parameters.Add("at", at);
        await connection.ExecuteAsync(
            $"""
            INSERT INTO balances ({Accounts.Names}, at)
            SELECT {Accounts.Names}, @at FROM {Accounts.Rows}
            ON CONFLICT (name) DO UPDATE SET available = excluded.available, at = excluded.at WHERE balances.at <= excluded.at
            """,
            parameters);
    }

    public async Task<IReadOnlyList<KnownBalance>> Balances(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<BalanceRow>("SELECT name, available, at FROM balances ORDER BY name");
        return [.. rows.Select(r => new KnownBalance(r.Name, Money.FromCents(r.Available), r.At))];
    }

    public async Task<(DateTimeOffset AskedAt, bool Answered, string? Answer)?> LastBalanceQuestion(TimeSpan since)
    {
        await using var connection = await database.OpenConnectionAsync();
        var rows = await connection.QueryAsync<Row>(
            $"""
            SELECT id, kind, asked_at, answered_at, answer FROM questions
            WHERE kind = 'balance' AND asked_at > now() - @since AND asked_at <= now() + {ClockStep.Slack}
            ORDER BY asked_at DESC
            LIMIT 1
            """,
            new { since });
        return rows.SingleOrDefault() is { } row ? (row.AskedAt, row.AnsweredAt is not null, row.Answer) : null;
    }
}
