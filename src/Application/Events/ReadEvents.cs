using System.Globalization;
using System.Text.Json.Nodes;
using FluentValidation;
using MediatR;
using Payments.Application.Common;
using Payments.Application.Restores;
using Payments.Domain.Common;

namespace Payments.Application.Events;

/// <summary>Reads what changed, in the order it was committed, after a place.</summary>
public sealed record ReadEvents(Caller Caller, string? After, int? Limit) : IRequest<Result<EventPage>>;

/// <summary>A page of the feed.</summary>
/// <param name="Next">Give it back as <c>after</c> to read on; it moves on though nothing was this caller's, and is the same when nothing has come.</param>
public sealed record EventPage(IReadOnlyList<EventView> Items, string Next);

/// <summary>One thing that happened.</summary>
/// <param name="Id">The same in the feed and at every try of every webhook; no other event ever has it.</param>
/// <param name="Data">The thing as the API showed it when this had happened.</param>
public sealed record EventView(string Id, string Type, DateTimeOffset At, JsonNode? Data);

/// <summary>What a place in the feed may be.</summary>
public sealed class ReadEventsValidator : AbstractValidator<ReadEvents>
{
    public ReadEventsValidator()
    {
        RuleFor(q => q.After)
            .Must(after => after is null || IsPlace(after) || FeedEventId.TryParse(after, out _))
            .WithMessage("Give an event's id or a page's next.");
        RuleFor(q => q.Limit).PageLimit();
    }

    private static bool IsPlace(string after) => ulong.TryParse(after, out var place) && place <= long.MaxValue;
}

/// <summary>
/// Reads the feed. A place beyond its end was given out by a feed that went further, and so was an event it does not have: these books were restored
/// to an earlier moment, and events with numbers below that place are yet to come. To read on from it would be to miss them in silence.
/// </summary>
public sealed class ReadEventsHandler(IEvents events, IRestores restores) : IRequestHandler<ReadEvents, Result<EventPage>>
{
    public async Task<Result<EventPage>> Handle(ReadEvents request, CancellationToken cancellationToken)
    {
        long after = 0;
        if (FeedEventId.TryParse(request.After, out var id))
        {
            if (await events.PlaceOf(id, cancellationToken) is not { } known)
            {
                return await Restarted(cancellationToken);
            }

            after = known;
        }
        else if (request.After is { } text)
        {
            after = long.Parse(text, CultureInfo.InvariantCulture);
        }

        var limit = request.Limit ?? Paging.DefaultLimit;
        var read = await events.Read(
            request.Caller.SeesAll ? null : request.Caller.Client, EventTypes.Things(request.Caller.Scopes), after, limit, cancellationToken);
        return after > read.LastGiven
            ? await Restarted(cancellationToken)
            : new EventPage(read.Items, (read.LastRead ?? Math.Max(after, read.End)).ToString(CultureInfo.InvariantCulture));
    }

    private async Task<Refusal> Restarted(CancellationToken cancellation)
    {
        // Where the restore was put on record it is known what has been told since; else only the beginning is sure to miss nothing.
        var place = (await restores.Last(cancellation))?.FeedPlace ?? 0;
        return new Refusal(
            "events_restarted", "The feed ends before this place: it was restored to an earlier state. Go on from next; what was told before may come again.")
        {
            Next = place.ToString(CultureInfo.InvariantCulture),
        };
    }
}

/// <summary>What a look into the feed found.</summary>
/// <param name="LastRead">The place of the last item of a full page; null where everything up to the end was looked through.</param>
/// <param name="End">The last place of all that is readable now, whoever's it is.</param>
/// <param name="LastGiven">The last place that was ever given out.</param>
public sealed record FeedRead(IReadOnlyList<EventView> Items, long? LastRead, long End, long LastGiven);

/// <summary>The events feed.</summary>
public interface IEvents
{
    /// <summary>Reads committed events of a client (null: of all) about these things after a place, in the feed's order, skipping nobody.</summary>
    Task<FeedRead> Read(string? client, IReadOnlyList<string> things, long after, int limit, CancellationToken cancellation);

    /// <summary>The place of an event; null where the feed has no such event.</summary>
    Task<long?> PlaceOf(FeedEventId id, CancellationToken cancellation);
}
