using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Payments.Application;

namespace Payments.Api;

/// <summary>The feed of everything that changed.</summary>
[ApiController]
[Route("api/events")]
[Produces("application/json")]
public sealed class EventsController(IMediator mediator) : ControllerBase
{
    /// <summary>Reads what changed after a place, in commit order, skipping nothing. Start without after, go on with next.</summary>
    [HttpGet]
    [Authorize(Scope.Checkouts)]
    [Refuses("validation_failed")]
    public Task<EventPage> Read(string? after, int? limit, CancellationToken cancellation) =>
        mediator.Send(new ReadEvents(User.Caller(), User.HasScope(Scope.Payouts), after, limit), cancellation);
}
