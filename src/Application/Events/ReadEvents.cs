using System.Globalization;
using System.Text.Json.Nodes;
using FluentValidation;
using MediatR;
using Payments.Application.Common;
using Payments.Application.Restores;

namespace Payments.Application.Events;

/// <summary>Reads what changed, in the order it was committed, after a place.</summary>
public sealed record ReadEvents(Caller Caller, bool WithPayouts, string? After, int? Limit) : IRequest<Result<EventPage>>;

/// <summary>A page of the feed.</summary>
/// <param name="Next">Give it back as <c>after</c> to read on; it moves on though nothing was this caller's, and is the same when nothing has come.</param>
public sealed record EventPage(IReadOnlyList<EventView> Items, string Next);

/// <summary>One thing that happened.</summary>
public sealed record EventView(string Id, string Type, DateTimeOffset At, JsonNode? Data);

/// <summary>What a place in the feed may be.</summary>
public sealed class ReadEventsValidator : AbstractValidator<ReadEvents>
{
    public ReadEventsValidator()
    {
        RuleFor(q => q.After)
            .Must(after => after is null || ulong.TryParse(after, out var place) && place <= long.MaxValue)
            .WithMessage("Give an event's id or a page's next.");
        RuleFor(q => q.Limit).PageLimit();
    }
}

/// <summary>
/// Reads the feed. A place beyond its end was given out by a feed that went further: these books were restored to an earlier moment, and
/// events with numbers below that place are yet to come. To read on from it would be to miss them in silence.
/// </summary>
public sealed class ReadEventsHandler(IEvents events, IRestores restores) : IRequestHandler<ReadEvents, Result<EventPage>>
{
    public async Task<Result<EventPage>> Handle(ReadEvents request, CancellationToken cancellationToken)
    {
        var after = request.After is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : 0;
        var limit = request.Limit ?? Paging.DefaultLimit;
        var read = await events.Read(request.Caller.SeesAll ? null : request.Caller.Client, request.WithPayouts, after, limit, cancellationToken);
        if (after > read.LastGiven)
        {
            // Where the restore was put on record it is known what has been told since; else only the beginning is sure to miss nothing.
            var place = (await restores.Last(cancellationToken))?.FeedPlace ?? 0;
            return new Refusal(
                "events_restarted", "The feed ends before this place: it was restored to an earlier state. Go on from next; what was told before may come again.")
            {
                Next = place.ToString(CultureInfo.InvariantCulture),
            };
        }

        var next = read.Items.Count == limit ? read.Items[^1].Id : Math.Max(after, read.End).ToString(CultureInfo.InvariantCulture);
        return new EventPage(read.Items, next);
    }
}

/// <summary>What a look into the feed found.</summary>
/// <param name="End">The last place of all that is readable now, whoever's it is; everything up to it was looked through unless the page is full.</param>
/// <param name="LastGiven">The last place that was ever given out.</param>
public sealed record FeedRead(IReadOnlyList<EventView> Items, long End, long LastGiven);

/// <summary>The events feed.</summary>
public interface IEvents
{
    /// <summary>Reads committed events of a client (null: of all) after a position, in the feed's order, skipping nobody.</summary>
    Task<FeedRead> Read(string? client, bool withPayouts, long after, int limit, CancellationToken cancellation);
}
