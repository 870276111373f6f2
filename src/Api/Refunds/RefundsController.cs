using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Payments.Api.Access;
using Payments.Api.Hosting;
using Payments.Api.Hosting.Contract;
using Payments.Api.Idempotency;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Refunds;
using Payments.Application.Transfers;
using Payments.Domain.Common;

namespace Payments.Api.Refunds;

/// <summary>What is to go back.</summary>
/// <param name="Amount">Shillings, at most two decimals; absent: all that is left of the receipt.</param>
/// <param name="Receipt">Which payment, by M-PESA's number; may be absent where only one can be meant.</param>
/// <param name="Reason">2–100 characters; the remark on the statement.</param>
public sealed record RefundBody(decimal? Amount, string? Receipt, string? Reason);

/// <summary>What is to go back of surplus, or of money without an order.</summary>
/// <param name="Amount">Shillings, at most two decimals; absent: all that is left.</param>
/// <param name="Reason">2–100 characters; the remark on the statement.</param>
public sealed record ReceiptRefundBody(decimal? Amount, string? Reason);

/// <summary>Refunds: a whole receipt is reversed, a part goes to the payer's phone; the answer's <c>method</c> says which.</summary>
[ApiController]
[Route("api")]
[Produces("application/json")]
public sealed class RefundsController(IMediator mediator) : ControllerBase
{
    /// <summary>Refund a checkout.</summary>
    /// <remarks>Never more than was paid, all refunds together. It is sent once, by a job, and followed to its end.</remarks>
    [HttpPost("checkouts/{id}/refunds", Name = "createRefund")]
    [Tags(Tag.Refunds)]
    [IdempotencyKeyRequired]
    [Authorize(Scope.Payouts)]
    [ProducesResponseType<RefundView>(202)]
    [ProducesProblem("validation_failed", "idempotency_key_required", "not_found", "not_paid", "receipt_unknown", "refund_exceeds_payment", "payer_unknown", "payout_ceiling_exceeded")]
    public async Task<ActionResult<RefundView>> Refund(string id, RefundBody body, CancellationToken cancellation) => this.ToResult(
        CheckoutId.TryParse(id, out var checkout)
            ? await mediator.Send(new RefundCheckout(HttpContext.Caller(), checkout, body.Amount, body.Receipt, body.Reason), cancellation)
            : Refusal.NotFound("checkout"),
        202);

    /// <summary>Refund a receipt.</summary>
    /// <remarks>Gives back surplus, or money that belongs to no order.</remarks>
    [HttpPost("ops/receipts/{id}/refund", Name = "refundReceipt")]
    [Tags(Tag.Receipts)]
    [IdempotencyKeyRequired]
    [Authorize(Scope.Ops)]
    [ProducesResponseType<RefundView>(202)]
    [ProducesProblem("validation_failed", "idempotency_key_required", "not_found", "receipt_unknown", "refund_exceeds_payment", "payer_unknown", "payout_ceiling_exceeded")]
    public async Task<ActionResult<RefundView>> RefundReceipt(string id, ReceiptRefundBody? body, CancellationToken cancellation) => this.ToResult(
        ReceiptId.TryParse(id, out var receipt)
            ? await mediator.Send(new RefundReceipt(HttpContext.Caller(), receipt, body?.Amount, body?.Reason), cancellation)
            : Refusal.NotFound("receipt"),
        202);

    /// <summary>Cancel a refund.</summary>
    /// <remarks>Takes back a refund that was not sent yet; what it had reserved is free again. Cancelling again is the same answer.</remarks>
    [HttpPost("refunds/{id}/cancel", Name = "cancelRefund")]
    [Tags(Tag.Refunds)]
    [Authorize(Scope.Payouts)]
    [ProducesProblem("not_found", "already_sent")]
    public async Task<ActionResult<RefundView>> Cancel(string id, CancellationToken cancellation) => this.ToResult(
        RefundId.TryParse(id, out var refund)
            ? await mediator.Send(new CancelRefund(HttpContext.Caller(), refund), cancellation)
            : Refusal.NotFound("refund"));

    /// <summary>Read a refund.</summary>
    /// <remarks>As it stands now.</remarks>
    [HttpGet("refunds/{id}", Name = "getRefund")]
    [Tags(Tag.Refunds)]
    [Authorize(Scope.Payouts)]
    [ProducesProblem("not_found")]
    public async Task<ActionResult<RefundView>> Get(string id, CancellationToken cancellation) => this.ToResult(
        RefundId.TryParse(id, out var refund)
            ? await mediator.Send(new GetRefund(HttpContext.Caller(), refund), cancellation)
            : Refusal.NotFound("refund"));

    /// <summary>List refunds.</summary>
    /// <remarks>Newest created first; <c>from</c> and <c>to</c> are createdAt, half-open.</remarks>
    [HttpGet("refunds", Name = "listRefunds")]
    [Tags(Tag.Refunds)]
    [Authorize(Scope.Payouts)]
    [ProducesProblem("validation_failed")]
    public Task<Page<RefundView>> List(
        string? orderReference, string? status, DateTimeOffset? from, DateTimeOffset? to, string? cursor, int? limit, CancellationToken cancellation) =>
        mediator.Send(new ListRefunds(HttpContext.Caller(), orderReference, status, from, to, cursor, limit), cancellation);
}
