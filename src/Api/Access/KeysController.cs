using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Payments.Api.Hosting;
using Payments.Api.Hosting.Contract;
using Payments.Api.Idempotency;
using Payments.Application.Access;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Api.Access;

/// <summary>A new key.</summary>
/// <param name="Client">Whose key it is; its rows belong to this name.</param>
/// <param name="Scopes">checkouts, payouts, ops; only what your own key has.</param>
/// <param name="ExpiresAt">When it ends by itself; never when absent. No later than your own key's end.</param>
/// <param name="PayoutLimit">The most one payout may be, in shillings.</param>
/// <param name="DailyPayoutLimit">The most of one day in Nairobi, in shillings.</param>
public sealed record CreateKeyBody(
    string? Client, IReadOnlyList<string>? Scopes, DateTimeOffset? ExpiresAt, decimal? PayoutLimit, decimal? DailyPayoutLimit);

/// <summary>How to rotate.</summary>
/// <param name="OverlapMinutes">How long the old key goes on; 1440 when absent, 0 ends it at once, 43200 at most.</param>
public sealed record RotateKeyBody(int? OverlapMinutes);

/// <summary>API keys, for operators.</summary>
[ApiController]
[Route("api/ops/keys")]
[Authorize(Scope.Ops)]
[Produces("application/json")]
public sealed class KeysController(IMediator mediator, IApiKeyCache ring) : ControllerBase
{
    /// <summary>List keys.</summary>
    /// <remarks>Newest first, without the keys themselves.</remarks>
    [HttpGet(Name = "listKeys")]
    [Tags(Tag.Keys)]
    [ProducesProblem("validation_failed")]
    public async Task<Page<KeyView>> List(string? client, CancellationToken cancellation) =>
        new(await mediator.Send(new ListKeys(client), cancellation), null);

    /// <summary>Create a key.</summary>
    /// <remarks>This answer is the only one that shows it.</remarks>
    [HttpPost(Name = "createKey")]
    [Tags(Tag.Keys)]
    [ShownOnce]
    [ProducesResponseType<KeyView>(201)]
    [ProducesProblem("validation_failed", "key_expired")]
    public async Task<ActionResult<KeyView>> Create(CreateKeyBody body, CancellationToken cancellation)
    {
        var answer = await mediator.Send(
            new CreateKey(HttpContext.Caller(), body.Client, body.Scopes, body.ExpiresAt, body.PayoutLimit, body.DailyPayoutLimit), cancellation);
        ring.Invalidate();
        return this.ToResult(answer, 201);
    }

    /// <summary>Revoke a key.</summary>
    /// <remarks>Every process knows within two seconds.</remarks>
    [HttpPost("{id}/revoke", Name = "revokeKey")]
    [Tags(Tag.Keys)]
    [ProducesProblem("not_found")]
    public async Task<ActionResult<KeyView>> Revoke(string id, CancellationToken cancellation)
    {
        var answer = KeyId.TryParse(id, out var key)
            ? await mediator.Send(new RevokeKey(HttpContext.Caller(), key), cancellation)
            : Refusal.NotFound("key");
        ring.Invalidate();
        return this.ToResult(answer);
    }

    /// <summary>Rotate a key.</summary>
    /// <remarks>
    /// This answer is the only one that shows the successor. It lasts as long as the key was made for, from now; a key that rotates itself keeps its own
    /// end. Nothing outlives the key it is made with.
    /// </remarks>
    [HttpPost("{id}/rotate", Name = "rotateKey")]
    [Tags(Tag.Keys)]
    [ShownOnce]
    [ProducesResponseType<KeyView>(201)]
    [ProducesProblem("validation_failed", "not_found", "key_expired")]
    public async Task<ActionResult<KeyView>> Rotate(string id, RotateKeyBody body, CancellationToken cancellation)
    {
        var answer = KeyId.TryParse(id, out var key)
            ? await mediator.Send(new RotateKey(HttpContext.Caller(), key, TimeSpan.FromMinutes(body.OverlapMinutes ?? 1440)), cancellation)
            : Refusal.NotFound("key");
        ring.Invalidate();
        return this.ToResult(answer, 201);
    }
}
