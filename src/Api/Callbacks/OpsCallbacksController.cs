using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Payments.Api.Access;
using Payments.Api.Hosting;
using Payments.Api.Hosting.Contract;
using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Api.Callbacks;

/// <summary>Stored callbacks, for operators.</summary>
[ApiController]
[Route("api/ops/callbacks")]
[Authorize(Scope.Ops)]
[Produces("application/json")]
public sealed class OpsCallbacksController(IMediator mediator) : ControllerBase
{
    /// <summary>List callbacks.</summary>
    /// <remarks>Newest first; <c>from</c> and <c>to</c> are receivedAt, half-open. <c>q</c> finds bodies while they are kept (<c>bodiesSince</c>).</remarks>
    [HttpGet(Name = "listCallbacks")]
    [Tags(Tag.Callbacks)]
    [ProducesProblem("validation_failed")]
    public Task<CallbackPage> List(
        string? kind, string? verdict, DateTimeOffset? from, DateTimeOffset? to, string? q, string? cursor, int? limit, CancellationToken cancellation) =>
        mediator.Send(new ListCallbacks(kind, verdict, from, to, q, cursor, limit), cancellation);

    /// <summary>Read a callback.</summary>
    /// <remarks>With its raw body.</remarks>
    [HttpGet("{id}", Name = "getCallback")]
    [Tags(Tag.Callbacks)]
    [ProducesProblem("not_found")]
    public async Task<ActionResult<CallbackView>> Get(string id, CancellationToken cancellation) => this.ToResult(
        CallbackId.TryParse(id, out var callback)
            ? await mediator.Send(new GetCallback(callback), cancellation)
            : Refusal.NotFound("callback"));

    /// <summary>Replay a callback.</summary>
    /// <remarks>Applies it again under the same rules: what is settled stays. With <c>dryRun</c> it only tells what that would change.</remarks>
    [HttpPost("{id}/replay", Name = "replayCallback")]
    [Tags(Tag.Callbacks)]
    [ProducesProblem("not_found", "callback_erased")]
    public async Task<ActionResult<ReplayView>> Replay(string id, bool dryRun, CancellationToken cancellation) => this.ToResult(
        CallbackId.TryParse(id, out var callback)
            ? await mediator.Send(new ReplayCallback(HttpContext.Caller(), callback, dryRun), cancellation)
            : Refusal.NotFound("callback"));
}
