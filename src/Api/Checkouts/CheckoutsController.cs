using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Payments.Api.Access;
using Payments.Api.Hosting;
using Payments.Api.Hosting.Contract;
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
    /// <summary>Create a checkout.</summary>
    /// <remarks>
    /// With a phone the prompt goes out in the same call, and the answer comes after Safaricom's reply or 8 s, whichever is first. A refused or doubtful prompt
    /// is no error: look at <c>status</c>. Where none could be sent, <c>promptRefused</c> says why.
    /// </remarks>
    [HttpPost(Name = "createCheckout")]
    [Tags(Tag.Checkouts)]
    [Authorize(Scope.Checkouts)]
    [ProducesResponseType<CheckoutView>(201)]
    [ProducesProblem("validation_failed", "order_reference_in_use")]
    public async Task<ActionResult<CheckoutView>> Start(StartCheckoutBody body, CancellationToken cancellation) => this.ToResult(
        await mediator.Send(
            new StartCheckout(
                HttpContext.Caller(), body.OrderReference, body.ExternalId, body.Amount, body.Phone, body.Description, body.ReturnUrl, body.ExpiresInMinutes, body.Metadata),
            cancellation),
        201);

    /// <summary>Prompt the customer.</summary>
    /// <remarks>
    /// Sends a prompt for what is still due, in whole shillings. A prompt that was refused or whose reply was lost is no error: look at <c>status</c>.
    /// </remarks>
    [HttpPost("{id}/pay", Name = "payCheckout")]
    [Tags(Tag.Checkouts)]
    [Authorize(Scope.OneCheckout)]
    [ProducesResponseType<CheckoutView>(202)]
    [ProducesProblem("validation_failed", "not_found", "attempt_in_progress", "already_paid", "checkout_expired", "checkout_cancelled", "too_many_prompts", "prompts_paused")]
    public async Task<ActionResult<CheckoutView>> Pay(string id, PayBody body, CancellationToken cancellation) => this.ToResult(
        CheckoutId.TryParse(id, out var checkout)
            ? await mediator.Send(new PayCheckout(HttpContext.Caller(), checkout, body.Phone), cancellation)
            : Refusal.NotFound("checkout"),
        202);

    /// <summary>Cancel a checkout.</summary>
    /// <remarks>Cancelling again is the same answer. Money that came before, or comes later, is surplus, to be refunded.</remarks>
    [HttpPost("{id}/cancel", Name = "cancelCheckout")]
    [Tags(Tag.Checkouts)]
    [Authorize(Scope.Checkouts)]
    [ProducesProblem("not_found", "attempt_in_progress", "already_paid", "checkout_expired")]
    public async Task<ActionResult<CheckoutView>> Cancel(string id, CancellationToken cancellation) => this.ToResult(
        CheckoutId.TryParse(id, out var checkout)
            ? await mediator.Send(new CancelCheckout(HttpContext.Caller(), checkout), cancellation)
            : Refusal.NotFound("checkout"));

    /// <summary>Read a checkout.</summary>
    /// <remarks>With its clientSecret phones are masked and Safaricom's ids are left out.</remarks>
    [HttpGet("{id}", Name = "getCheckout")]
    [Tags(Tag.Checkouts)]
    [Authorize(Scope.OneCheckout)]
    [ProducesProblem("not_found")]
    public async Task<ActionResult<CheckoutView>> Get(string id, CancellationToken cancellation) => this.ToResult(
        CheckoutId.TryParse(id, out var checkout)
            ? await mediator.Send(new GetCheckout(HttpContext.Caller(), checkout), cancellation)
            : Refusal.NotFound("checkout"));

    /// <summary>List checkouts.</summary>
    /// <remarks>Newest created first, by order reference, by your own id, by account; <c>from</c> and <c>to</c> are createdAt, half-open.</remarks>
    [HttpGet(Name = "listCheckouts")]
    [Tags(Tag.Checkouts)]
    [Authorize(Scope.Checkouts)]
    [ProducesProblem("validation_failed")]
    public Task<Page<CheckoutView>> List(
        string? orderReference, string? externalId, string? account, string? status, DateTimeOffset? from, DateTimeOffset? to, string? cursor, int? limit, CancellationToken cancellation) =>
        mediator.Send(new ListCheckouts(HttpContext.Caller(), orderReference, externalId, account, status, from, to, cursor, limit), cancellation);
}
