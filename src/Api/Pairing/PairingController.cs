using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Payments.Api.Hosting;
using Payments.Api.Hosting.Contract;
using Payments.Api.Idempotency;
using Payments.Application.Pairing;

namespace Payments.Api.Pairing;

/// <summary>What came back with the operator.</summary>
/// <param name="Code">The <c>code</c> of the address he came back to.</param>
/// <param name="Return">The <c>return</c> he was sent to <c>/pair</c> with, to the letter.</param>
/// <param name="CodeVerifier">What <c>code_challenge</c> was made of; only where there was one.</param>
public sealed record ExchangePairingBody(string? Code, string? Return, string? CodeVerifier);

/// <summary>Pairing with shops' programs.</summary>
[ApiController]
[Route("api/pairing")]
[AllowAnonymous]
[Produces("application/json")]
public sealed class PairingController(IMediator mediator) : ControllerBase
{
    /// <summary>Fetch the key.</summary>
    /// <remarks>
    /// A program that sent an operator to <c>/pair</c> and got a code back exchanges it for its key, and for its webhook if it asked for one. Without a key of
    /// its own; once, within ten minutes: there is nobody yet to keep an <c>Idempotency-Key</c> for, and no answer comes
    /// again. This answer is the only one that shows the key and the webhook's secret.
    /// </remarks>
    [HttpPost(Name = "exchangePairingCode")]
    [Tags(Tag.Keys)]
    [ShownOnce]
    [ProducesResponseType<PairedView>(201)]
    [ProducesProblem("pairing_code_invalid", "too_many_webhooks")]
    public async Task<ActionResult<PairedView>> Exchange(ExchangePairingBody body, CancellationToken cancellation) => this.ToResult(
        await mediator.Send(new ExchangePairing(body.Code, body.Return, body.CodeVerifier), cancellation), 201);
}
