using System.Text.Json.Nodes;
using FluentValidation;
using MediatR;

namespace Payments.Application;

/// <summary>Reads what changed, in the order it was committed, after a place.</summary>
public sealed record ReadEvents(Caller Caller, bool WithPayouts, string? After, int? Limit) : IRequest<EventPage>;

/// <summary>A page of the feed.</summary>
/// <param name="Next">Give it back as <c>after</c> to read on; the same value when nothing new has come.</param>
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

/// <summary>Reads the feed.</summary>
public sealed class ReadEventsHandler(IEvents events) : IRequestHandler<ReadEvents, EventPage>
{
    /// <inheritdoc/>
    public async Task<EventPage> Handle(ReadEvents request, CancellationToken cancellationToken)
    {
        var after = request.After is { } text ? long.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : 0;
        var items = await events.Read(
            request.Caller.SeesAll ? null : request.Caller.Client, request.WithPayouts, after, request.Limit ?? Paging.DefaultLimit, cancellationToken);
        return new(items, items.Count > 0 ? items[^1].Id : request.After ?? "0");
    }
}

/// <summary>The events feed.</summary>
public interface IEvents
{
    /// <summary>Reads committed events of a client (null: of all) after a position, in the feed's order, skipping nobody.</summary>
    Task<IReadOnlyList<EventView>> Read(string? client, bool withPayouts, long after, int limit, CancellationToken cancellation);
}
