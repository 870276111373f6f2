using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Payments.Api.Access;
using Payments.Api.Hosting;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Api.Checkouts;

/// <summary>What a shop wants paid.</summary>
/// <param name="OrderReference">1–12 of A–Z a–z 0–9 - _ . / with at least one letter or digit; no two of your checkouts ever have the same. Need not be given.</param>
/// <param name="ExternalId">The id your shop platform has for it: at most 200 characters of anything, not unique.</param>
/// <param name="Amount">Whole shillings, 1–250000.</param>
/// <param name="Phone">With it the prompt goes out in the same call.</param>
/// <param name="Description">At most 100 characters; the prompt shows the first 13.</param>
/// <param name="ReturnUrl">Where a pay page sends the customer back to.</param>
/// <param name="ExpiresInMinutes">1–10080, 1440 when absent.</param>
/// <param name="Metadata">At most 20 string values, 4 KiB together.</param>
public sealed record StartCheckoutBody(
    string? OrderReference, string? ExternalId, decimal? Amount, string? Phone, string? Description, string? ReturnUrl, int? ExpiresInMinutes,
    Dictionary<string, string>? Metadata);

/// <summary>Whom to prompt.</summary>
/// <param name="Phone">A Kenyan mobile number: 07…, 01…, +254…, 254…</param>
public sealed record PayBody(string? Phone);

/// <summary>Checkouts: what a shop wants paid, and the prompts that ask for it.</summary>
[ApiController]
[Route("api/checkouts")]
[Produces("application/json")]
public sealed class CheckoutsController(IMediator mediator) : ControllerBase
{
    /// <summary>Makes a checkout; with a phone the prompt goes out in the same call.</summary>
    /// <remarks>Answered after Safaricom's reply or 8 s, whichever is first. A refused or doubtful prompt is no error: look at status.</remarks>
    [HttpPost]
    [Authorize(Scope.Checkouts)]
    [ProducesResponseType<CheckoutView>(201)]
    [ProducesProblem("validation_failed", "order_reference_in_use")]
    public async Task<ActionResult<CheckoutView>> Start(StartCheckoutBody body, CancellationToken cancellation) => this.ToResult(
        await mediator.Send(
            new StartCheckout(
                HttpContext.Caller(), body.OrderReference, body.ExternalId, body.Amount, body.Phone, body.Description, body.ReturnUrl, body.ExpiresInMinutes, body.Metadata),
            cancellation),
        201);

    /// <summary>Sends a prompt for what is still due.</summary>
    [HttpPost("{id}/pay")]
    [Authorize(Scope.OneCheckout)]
    [ProducesResponseType<CheckoutView>(202)]
    [ProducesProblem("validation_failed", "not_found", "attempt_in_progress", "already_paid", "checkout_expired", "checkout_cancelled", "too_many_prompts", "prompts_paused")]
    public async Task<ActionResult<CheckoutView>> Pay(string id, PayBody body, CancellationToken cancellation) => this.ToResult(
        CheckoutId.TryParse(id, out var checkout)
            ? await mediator.Send(new PayCheckout(HttpContext.Caller(), checkout, body.Phone), cancellation)
            : Refusal.NotFound("checkout"),
        202);

    /// <summary>Gives a checkout up; cancelling again is the same answer.</summary>
    [HttpPost("{id}/cancel")]
    [Authorize(Scope.Checkouts)]
    [ProducesProblem("not_found", "attempt_in_progress", "already_paid", "checkout_expired")]
    public async Task<ActionResult<CheckoutView>> Cancel(string id, CancellationToken cancellation) => this.ToResult(
        CheckoutId.TryParse(id, out var checkout)
            ? await mediator.Send(new CancelCheckout(HttpContext.Caller(), checkout), cancellation)
            : Refusal.NotFound("checkout"));

    /// <summary>Reads one checkout; with its clientSecret phones are masked.</summary>
    [HttpGet("{id}")]
    [Authorize(Scope.OneCheckout)]
    [ProducesProblem("not_found")]
    public async Task<ActionResult<CheckoutView>> Get(string id, CancellationToken cancellation) => this.ToResult(
        CheckoutId.TryParse(id, out var checkout)
            ? await mediator.Send(new GetCheckout(HttpContext.Caller(), checkout), cancellation)
            : Refusal.NotFound("checkout"));

    /// <summary>Reads checkouts, newest created first, by order reference, by your own id, by account; from and to are createdAt, half-open.</summary>
    [HttpGet]
    [Authorize(Scope.Checkouts)]
    [ProducesProblem("validation_failed")]
    public Task<Page<CheckoutView>> List(
        string? orderReference, string? externalId, string? account, string? status, DateTimeOffset? from, DateTimeOffset? to, string? cursor, int? limit, CancellationToken cancellation) =>
        mediator.Send(new ListCheckouts(HttpContext.Caller(), orderReference, externalId, account, status, from, to, cursor, limit), cancellation);
}
