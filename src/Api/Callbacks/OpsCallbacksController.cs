using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Payments.Api.Access;
using Payments.Api.Hosting;
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
    /// <summary>Reads stored callbacks, newest first; from and to are receivedAt, q is something the body contains (while it is kept: bodiesSince).</summary>
    [HttpGet]
    [ProducesProblem("validation_failed")]
    public Task<CallbackPage> List(
        string? kind, string? verdict, DateTimeOffset? from, DateTimeOffset? to, string? q, string? cursor, int? limit, CancellationToken cancellation) =>
        mediator.Send(new ListCallbacks(kind, verdict, from, to, q, cursor, limit), cancellation);

    /// <summary>Reads one stored callback with its raw body.</summary>
    [HttpGet("{id}")]
    [ProducesProblem("not_found")]
    public async Task<ActionResult<CallbackView>> Get(string id, CancellationToken cancellation) => this.ToResult(
        CallbackId.TryParse(id, out var callback)
            ? await mediator.Send(new GetCallback(callback), cancellation)
            : Refusal.NotFound("callback"));

    /// <summary>Applies a stored callback again; with dryRun it only tells what that would change.</summary>
    [HttpPost("{id}/replay")]
    [ProducesProblem("not_found", "callback_erased")]
    public async Task<ActionResult<ReplayView>> Replay(string id, bool dryRun, CancellationToken cancellation) => this.ToResult(
        CallbackId.TryParse(id, out var callback)
            ? await mediator.Send(new ReplayCallback(HttpContext.Caller(), callback, dryRun), cancellation)
            : Refusal.NotFound("callback"));
}
