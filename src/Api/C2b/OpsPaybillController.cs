using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Payments.Api.Access;
using Payments.Api.Hosting;
using Payments.Api.Hosting.Contract;
using Payments.Application.C2b;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Intake;
using Payments.Domain.Common;

namespace Payments.Api.C2b;

/// <summary>What to register.</summary>
/// <param name="Version">v1 or v2; as configured (C2B__Version) when absent.</param>
/// <param name="ResponseType">Completed or Cancelled: what Safaricom does when our validation does not answer; as configured when absent.</param>
/// <param name="Renew">True for a new token in the addresses: the one in force may be known to somebody else. It counts until Safaricom has the new one.</param>
public sealed record RegisterC2bBody(string? Version, string? ResponseType, bool? Renew);

/// <summary>Whose money it is.</summary>
/// <param name="CheckoutId">The checkout the receipt is put to.</param>
public sealed record MatchBody(string? CheckoutId);

/// <summary>Why it is left as it is.</summary>
/// <param name="Reason">2–200 characters, kept for good in the audit log: no names or numbers.</param>
public sealed record WriteOffBody(string? Reason);

/// <summary>Payments by hand, for operators: the registration, and money without an order.</summary>
[ApiController]
[Route("api/ops")]
[Authorize(Scope.Ops)]
[Produces("application/json")]
public sealed class OpsPaybillController(IMediator mediator, IRegistrationTokens tokens) : ControllerBase
{
    /// <summary>Register the Pay Bill's addresses.</summary>
    /// <remarks>
    /// Registers our confirmation and validation URLs with Safaricom; the same again is 200.
    /// Production registers once: the token in the URLs is kept and used again at every try. 202: no clear answer came, register again. With renew
    /// the URLs get a new token; in production have the old ones deleted in the M-PESA portal first.
    /// </remarks>
    [HttpPost("c2b/register", Name = "registerC2b")]
    [Tags(Tag.Safaricom)]
    [ProducesResponseType<RegistrationView>(200)]
    [ProducesResponseType<RegistrationView>(202)]
    [ProducesProblem("validation_failed", "urls_already_registered", "registration_in_progress", "url_refused", "c2b_version_unavailable", "registration_refused")]
    public async Task<ActionResult<RegistrationView>> Register(
        [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] RegisterC2bBody? body, CancellationToken cancellation)
    {
        var answer = await mediator.Send(new RegisterC2b(HttpContext.Caller(), body?.Version, body?.ResponseType) { Renews = body?.Renew == true }, cancellation);

        // Whoever is told that it is registered may be asked about a payment in the same second.
        await tokens.Reload();
        return this.ToResult(answer, answer.Value?.State == "in_doubt" ? 202 : 200);
    }

    /// <summary>List receipts.</summary>
    /// <remarks>
    /// Newest first: <c>matched=false</c> is money without an order, <c>surplus=true</c> what exceeds its order, <c>open=true</c> what is to be settled.
    /// </remarks>
    [HttpGet("receipts", Name = "listReceipts")]
    [Tags(Tag.Receipts)]
    [ProducesProblem("validation_failed")]
    public Task<Page<ReceiptView>> Receipts(bool? matched, bool? surplus, bool? open, string? cursor, int? limit, CancellationToken cancellation) =>
        mediator.Send(new ListReceipts(matched, surplus, open, cursor, limit), cancellation);

    /// <summary>Write a receipt off.</summary>
    /// <remarks>What of it nobody can give back; the same again is the same answer. It can still be refunded or matched later.</remarks>
    [HttpPost("receipts/{id}/write-off", Name = "writeOffReceipt")]
    [Tags(Tag.Receipts)]
    [ProducesResponseType<ReceiptView>(200)]
    [ProducesProblem("validation_failed", "not_found", "nothing_to_write_off")]
    public async Task<ActionResult<ReceiptView>> WriteOff(string id, WriteOffBody body, CancellationToken cancellation) => this.ToResult(
        ReceiptId.TryParse(id, out var receipt)
            ? await mediator.Send(new WriteOffReceipt(HttpContext.Caller(), receipt, body.Reason), cancellation)
            : Refusal.NotFound("receipt"));

    /// <summary>Match a receipt.</summary>
    /// <remarks>Puts it to a checkout; the same again is the same answer.</remarks>
    [HttpPost("receipts/{id}/match", Name = "matchReceipt")]
    [Tags(Tag.Receipts)]
    [ProducesResponseType<ReceiptView>(200)]
    [ProducesProblem("validation_failed", "not_found", "receipt_already_matched", "receipt_refunded", "already_paid", "checkout_cancelled")]
    public async Task<ActionResult<ReceiptView>> Match(string id, MatchBody body, CancellationToken cancellation) => this.ToResult(
        ReceiptId.TryParse(id, out var receipt)
            ? await mediator.Send(new MatchReceipt(HttpContext.Caller(), receipt, body.CheckoutId), cancellation)
            : Refusal.NotFound("receipt"));
}
