using System.Text.Json.Nodes;
using Payments.Application.Events;
using Payments.Domain.Common;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Events;

/// <summary>The feed as the API shows it.</summary>
internal sealed class EventRepository(Connections database, EventFeed feed) : IEvents
{
    public async Task<FeedRead> Read(string? client, IReadOnlyList<string> things, long after, int limit, CancellationToken cancellation)
    {
        await feed.Place(cancellation);
        await using var connection = await database.OpenConnectionAsync(cancellation);

        // The end first: what is placed after this look has a place beyond it.
        var (end, given) = await EventFeed.End(connection);
        var events = await feed.Read(connection, new(client, [.. things]), after, end, limit);
        return new(
            [.. events.Select(e => new EventView(e.Id.ToString(), e.Type, e.At, e.Data is null ? null : JsonNode.Parse(e.Data)))],
            events.Count == limit ? events[^1].Position : null, end, given);
    }

    public async Task<long?> PlaceOf(FeedEventId id, CancellationToken cancellation)
    {
        await feed.Place(cancellation);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await EventFeed.PlaceOf(connection, id);
    }
}
