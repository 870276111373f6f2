using Dapper;
using Npgsql;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Events;

/// <summary>What a shop is told.</summary>
/// <param name="Data">JSON: enough to act on, no personal data.</param>
internal sealed record NewEvent(string Client, string Type, Guid SubjectId, string Data);

/// <summary>
/// The only writer of new <c>events</c>. They are committed with what they tell of, on the connection of whoever changed it: neither is ever
/// there without the other.
/// </summary>
internal static class EventStore
{
    private static readonly Unnest<NewEvent> Columns = new Unnest<NewEvent>()
        .Text("client", e => e.Client)
        .Text("type", e => e.Type)
        .Uuid("subject_id", e => e.SubjectId)
        .Text("data", e => e.Data);

    /// <summary>Adds events in the order given: their ids, and so their places in the feed, follow it.</summary>
    public static async Task Append(NpgsqlConnection connection, IReadOnlyCollection<NewEvent> events)
    {
        if (events.Count > 0)
        {
            await connection.ExecuteAsync(
                $"INSERT INTO events ({Columns.Names}) SELECT {Columns.Names} FROM {Columns.NumberedRows} ORDER BY n", Columns.Parameters(events));
        }
    }
}
