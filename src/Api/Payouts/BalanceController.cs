using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Payments.Api.Access;
using Payments.Api.Hosting.Contract;
using Payments.Application.Reconciliation;

namespace Payments.Api.Payouts;

/// <summary>The float payouts are paid from.</summary>
[ApiController]
[Route("api/ops/balance")]
[Authorize(Scope.Ops)]
[Produces("application/json")]
public sealed class BalanceController(IMediator mediator) : ControllerBase
{
    /// <summary>Read the float.</summary>
    /// <remarks>Asks Safaricom for the balance and shows what was last heard; the new answer comes in seconds, so call again.</remarks>
    [HttpGet(Name = "getBalance")]
    [Tags(Tag.Safaricom)]
    public Task<BalancesView> Get(CancellationToken cancellation) => mediator.Send(new GetBalance(), cancellation);
}
