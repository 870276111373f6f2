using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Payments.Api.Access;
using Payments.Api.Hosting;
using Payments.Api.Hosting.Contract;
using Payments.Application.Events;

namespace Payments.Api.Events;

/// <summary>The feed of everything that changed.</summary>
[ApiController]
[Route("api/events")]
[Produces("application/json")]
public sealed class EventsController(IMediator mediator) : ControllerBase
{
    /// <summary>List events.</summary>
    /// <remarks>
    /// What changed after a place, in commit order, skipping nothing. Start without <c>after</c>, go on with <c>next</c>. Events of payouts and refunds are for
    /// keys that also have the scope <c>payouts</c>. A place beyond the feed's end, which is shorter after a restore, is 409 <c>events_restarted</c>; its
    /// <c>next</c> is where to go on.
    /// </remarks>
    [HttpGet(Name = "listEvents")]
    [Tags(Tag.Events)]
    [Authorize(Scope.Checkouts)]
    [ProducesProblem("validation_failed", "events_restarted")]
    public async Task<ActionResult<EventPage>> Read(string? after, int? limit, CancellationToken cancellation) =>
        this.ToResult(await mediator.Send(new ReadEvents(HttpContext.Caller(), after, limit), cancellation));
}
