using System.Text.Encodings.Web;
using System.Text.Json;
using Dapper;
using Npgsql;
using Payments.Application.Common;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Events;

/// <summary>What a shop is told.</summary>
/// <param name="Client">Whose it is; null for what belongs to no shop, and is for operators.</param>
/// <param name="View">What the API shows of the thing now.</param>
internal sealed record NewEvent(string? Client, string Type, Guid SubjectId, object View);

/// <summary>
/// The only writer of new <c>events</c>. They are committed with what they tell of, on the connection of whoever changed it: neither is ever
/// there without the other.
/// </summary>
internal static class EventStore
{
    /// <summary>As the API writes it. Letters stay letters; whoever puts it into a page escapes it, and the API does.</summary>
    private static readonly JsonSerializerOptions AsShown = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new UtcTimes() },
    };

    private static readonly Unnest<NewEvent> Columns = new Unnest<NewEvent>()
        .Text("client", e => e.Client)
        .Text("type", e => e.Type)
        .Uuid("subject_id", e => e.SubjectId)
        .Text("data", e => Data(e.View))
        .Bigint("nonce", _ => Random.Shared.NextInt64(1, long.MaxValue));

    /// <summary>Adds events in the order given: their ids, and so their places in the feed, follow it.</summary>
    public static async Task Append(NpgsqlConnection connection, IReadOnlyCollection<NewEvent> events)
    {
        if (events.Count > 0)
        {
            await connection.ExecuteAsync(
                $"INSERT INTO events ({Columns.Names}) SELECT {Columns.Names} FROM {Columns.NumberedRows} ORDER BY n", Columns.Parameters(events));
        }
    }

    /// <summary>What an event tells of a thing, as JSON.</summary>
    public static string Data(object view) => JsonSerializer.Serialize(view, view.GetType(), AsShown);
}
