namespace Payments.Client;

/// <summary>What happened, in commit order, skipping nothing: the same events that webhooks bring, with the same ids.</summary>
public sealed class EventCalls
{
    private readonly Sender sender;

    internal EventCalls(Sender sender) => this.sender = sender;

    /// <summary>
    /// What happened after a place. Keep <see cref="EventPage.Next"/> with your own books, in the same transaction as what you did about the events.
    /// Ends with <see cref="ErrorCodes.EventsRestarted"/> where the place is beyond the end of a feed that was restored.
    /// </summary>
    /// <param name="after">The <c>Next</c> of the page before, or an event's id; from the beginning without it.</param>
    /// <param name="limit">How many at most, 1–100; 25 when absent.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<EventPage> List(string? after = null, int? limit = null, CancellationToken cancellationToken = default)
    {
        var path = Query.Of("api/events", ("after", after), ("limit", Query.Number(limit)));
        var page = await sender.Get(path, PaymentsJson.Default.RawEventPage, cancellationToken).ConfigureAwait(false);
        return new() { Items = [.. page.Items.Select(e => PaymentsEvent.Of(e.Id, e.Type, e.At, e.Data))], Next = page.Next };
    }
}
