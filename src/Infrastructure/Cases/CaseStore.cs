using Dapper;
using Npgsql;
using Payments.Application.Cases;
using Payments.Application.Common;
using Payments.Application.Events;
using Payments.Domain.Cases;
using Payments.Domain.Common;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Events;

namespace Payments.Infrastructure.Cases;

/// <summary>
/// The only writer of <c>cases</c>: opened, lengthened and closed on the connection, and so in the transaction, of whoever changes what they are
/// about.
/// </summary>
internal static partial class CaseStore
{
    /// <summary>Empties settled cases older than <c>@keep</c>, <c>@batch</c> at most; one somebody works on is passed over.</summary>
    public const string EraseOld =
        """
        WITH due AS MATERIALIZED (
            SELECT id FROM cases WHERE status = 'settled' AND erased_at IS NULL AND settled_at < now() - @keep
            ORDER BY settled_at LIMIT @batch FOR UPDATE SKIP LOCKED),
        told AS (UPDATE events e SET data = NULL FROM due WHERE e.subject_id = due.id)
        UPDATE cases k SET story = 'Erased: its time is over.', reason = NULL, erased_at = now() FROM due WHERE k.id = due.id
        """;

    /// <summary>Who closes a case that nobody need look at any more.</summary>
    private const string Service = "service";

    private static readonly Unnest<(string? Client, Case Case)> Columns = new Unnest<(string? Client, Case Case)>()
        .Uuid("id", _ => NewId.Next())
        .Text("kind", c => c.Case.Kind)
        .Uuid("subject_id", c => c.Case.SubjectId)
        .Uuid("checkout_id", c => c.Case.CheckoutId)
        .Text("client", c => c.Client)
        .Text("story", c => CaseText.Of(c.Case));

    private static readonly Unnest<(Guid SubjectId, string Outcome)> Outcomes = new Unnest<(Guid SubjectId, string Outcome)>()
        .Uuid("subject_id", o => o.SubjectId)
        .Text("outcome", o => o.Outcome);

    /// <summary>Opens what the rules of money met. Met again, the story grows, but not without end.</summary>
    public static async Task Open(NpgsqlConnection connection, IEnumerable<(string? Client, Case Case)> met)
    {
        var cases = met.DistinctBy(c => (c.Case.Kind, c.Case.SubjectId)).ToList();
        if (cases.Count > 0)
        {
            // A row version that no other preceded was inserted, not lengthened.
            await Tell(connection, await connection.QueryAsync<CaseId?>(
                $"""
                INSERT INTO cases ({Columns.Names})
                SELECT {Columns.Names} FROM {Columns.Rows}
                ON CONFLICT (kind, subject_id) WHERE status = 'open'
                DO UPDATE SET story = cases.story || E'\n' || excluded.story
                    WHERE length(cases.story) < 4000 AND position(excluded.story in cases.story) = 0
                RETURNING CASE WHEN xmax = 0 THEN id END
                """,
                Columns.Parameters(cases)));
        }
    }

    /// <summary>A case that was opened is an event of its client's, or of nobody's.</summary>
    private static async Task Tell(NpgsqlConnection connection, IEnumerable<CaseId?> opened)
    {
        var ids = opened.OfType<CaseId>().ToList();
        if (ids.Count > 0)
        {
            await EventStore.Append(connection, [
                .. (await CaseRepository.Read(connection, ids)).Select(stored => new NewEvent(stored.Client, EventTypes.CaseOpened, stored.Id.Value, CaseView.Of(stored)))]);
        }
    }

    /// <summary>A person has decided; false when the case was not open.</summary>
    public static async Task<bool> Settle(NpgsqlConnection connection, CaseId id, string outcome, string reason, string by) => await connection.ExecuteAsync(
        """
        UPDATE cases SET status = 'settled', settled_at = now(), outcome = @outcome, reason = @reason, settled_by = @by
        WHERE id = @id AND status = 'open'
        """,
        new { id, outcome, reason, by }) == 1;

    /// <summary>Safaricom has told what became of these: nobody need find it out. What else is wrong with them stays open.</summary>
    /// <param name="kinds">The kinds of case that asked for it.</param>
    public static async Task CloseFoundOut(NpgsqlConnection connection, IReadOnlyCollection<(Guid SubjectId, string Outcome)> found, params string[] kinds)
    {
        if (found.Count > 0)
        {
            var parameters = Outcomes.Parameters(found);
            parameters.AddDynamicParams(new { kinds, Service });
            await connection.ExecuteAsync(
                $"""
                UPDATE cases c
                SET status = 'settled', settled_at = now(), outcome = u.outcome, reason = 'Safaricom has told.', settled_by = @Service
                FROM {Outcomes.Rows}
                WHERE c.subject_id = u.subject_id AND c.kind = ANY (@kinds) AND c.status = 'open'
                """,
                parameters);
        }
    }

    /// <summary>What these cases of one kind asked of their subjects is no question any more.</summary>
    public static async Task Close(
        NpgsqlConnection connection, IReadOnlyCollection<Guid> subjectIds, string kind, string outcome, string reason, string by = Service)
    {
        if (subjectIds.Count > 0)
        {
            await connection.ExecuteAsync(
                """
                UPDATE cases SET status = 'settled', settled_at = now(), outcome = @outcome, reason = @reason, settled_by = @by
                WHERE subject_id = ANY (@ids) AND kind = @kind AND status = 'open'
                """,
                new { ids = subjectIds.ToArray(), kind, outcome, reason, by });
        }
    }
}
