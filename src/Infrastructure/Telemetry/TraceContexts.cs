using Dapper;
using Payments.Application.Telemetry;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Telemetry;

/// <summary>Contexts stored in the rows of payments: one statement for a whole batch of callbacks.</summary>
internal sealed class TraceContexts(Connections database) : ITraceContexts
{
    public async Task<IReadOnlyDictionary<Guid, string>> Of(IReadOnlyCollection<Guid> ids)
    {
        if (ids.Count == 0)
        {
            return new Dictionary<Guid, string>();
        }

        await using var connection = await database.OpenConnectionAsync();
        var found = await connection.QueryAsync<(Guid Id, string Trace)>(
            """
            SELECT id, trace_parent FROM attempts WHERE id = ANY (@ids) AND trace_parent IS NOT NULL
            UNION ALL SELECT id, trace_parent FROM payouts WHERE id = ANY (@ids) AND trace_parent IS NOT NULL
            UNION ALL SELECT id, trace_parent FROM refunds WHERE id = ANY (@ids) AND trace_parent IS NOT NULL
            UNION ALL SELECT q.id, t.trace_parent
            FROM questions q
            JOIN (SELECT id, trace_parent FROM payouts UNION ALL SELECT id, trace_parent FROM refunds) t ON t.id = q.subject_id
            WHERE q.id = ANY (@ids) AND t.trace_parent IS NOT NULL
            """,
            new { ids = ids.ToArray() });
        return found.DistinctBy(row => row.Id).ToDictionary(row => row.Id, row => row.Trace);
    }
}
