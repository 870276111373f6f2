using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Payments.Api.Access;
using Payments.Api.Hosting;
using Payments.Api.Hosting.Contract;
using Payments.Api.Idempotency;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Payouts;
using Payments.Application.Transfers;
using Payments.Domain.Common;

namespace Payments.Api.Payouts;

/// <summary>What is to be sent.</summary>
/// <param name="Method"><c>mpesa</c> to a phone, <c>paybill</c> or <c>till</c> to a business.</param>
/// <param name="Recipient">A Kenyan mobile number, or the 5–7 digits of a Pay Bill or till.</param>
/// <param name="Account">The account at the Pay Bill, at most 13 characters; only for <c>paybill</c>, and there required.</param>
/// <param name="Amount">Whole shillings, 1–250000; to a phone from 10.</param>
/// <param name="Reason"><c>business</c> (when absent), <c>salary</c> or <c>promotion</c>.</param>
/// <param name="Remarks">2–100 characters for the statement.</param>
/// <param name="Reference">Your own name for it, unique among your payouts for ever.</param>
public sealed record PayoutBody(
    string? Method, string? Recipient, string? Account, decimal? Amount, string? Reason, string? Remarks, string? Reference);

/// <summary>Payouts: money a shop sends to phones and businesses.</summary>
[ApiController]
[Route("api/payouts")]
[Authorize(Scope.Payouts)]
[Produces("application/json")]
public sealed class PayoutsController(IMediator mediator) : ControllerBase
{
    /// <summary>Order a payout.</summary>
    /// <remarks>
    /// It is sent once, by a job, and followed to its end. A payout that failed can be ordered again under another reference; one <c>in_doubt</c> never should be.
    /// </remarks>
    [HttpPost(Name = "createPayout")]
    [Tags(Tag.Payouts)]
    [IdempotencyKeyRequired]
    [ProducesResponseType<PayoutView>(202)]
    [ProducesProblem("validation_failed", "idempotency_key_required", "reference_in_use", "payout_ceiling_exceeded")]
    public async Task<ActionResult<PayoutView>> Order(PayoutBody body, CancellationToken cancellation) => this.ToResult(
        await mediator.Send(
            new RequestPayout(HttpContext.Caller(), body.Method, body.Recipient, body.Account, body.Amount, body.Reason, body.Remarks, body.Reference), cancellation),
        202);

    /// <summary>Cancel a payout.</summary>
    /// <remarks>
    /// Takes back a payout that was not sent yet; cancelling again is the same answer. What waits (<c>waitingFor</c>) goes out by itself when it can. Its
    /// reference stays used.
    /// </remarks>
    [HttpPost("{id}/cancel", Name = "cancelPayout")]
    [Tags(Tag.Payouts)]
    [ProducesProblem("not_found", "already_sent")]
    public async Task<ActionResult<PayoutView>> Cancel(string id, CancellationToken cancellation) => this.ToResult(
        PayoutId.TryParse(id, out var payout)
            ? await mediator.Send(new CancelPayout(HttpContext.Caller(), payout), cancellation)
            : Refusal.NotFound("payout"));

    /// <summary>Read a payout.</summary>
    /// <remarks>As it stands now.</remarks>
    [HttpGet("{id}", Name = "getPayout")]
    [Tags(Tag.Payouts)]
    [ProducesProblem("not_found")]
    public async Task<ActionResult<PayoutView>> Get(string id, CancellationToken cancellation) => this.ToResult(
        PayoutId.TryParse(id, out var payout)
            ? await mediator.Send(new GetPayout(HttpContext.Caller(), payout), cancellation)
            : Refusal.NotFound("payout"));

    /// <summary>List payouts.</summary>
    /// <remarks>Newest created first; <c>from</c> and <c>to</c> are createdAt, half-open.</remarks>
    [HttpGet(Name = "listPayouts")]
    [Tags(Tag.Payouts)]
    [ProducesProblem("validation_failed")]
    public Task<Page<PayoutView>> List(
        string? reference, string? status, DateTimeOffset? from, DateTimeOffset? to, string? cursor, int? limit, CancellationToken cancellation) =>
        mediator.Send(new ListPayouts(HttpContext.Caller(), reference, status, from, to, cursor, limit), cancellation);
}
