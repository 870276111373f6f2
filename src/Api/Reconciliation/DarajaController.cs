using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Payments.Api.Access;
using Payments.Api.Hosting.Contract;
using Payments.Application.Reconciliation;

namespace Payments.Api.Reconciliation;

/// <summary>How Safaricom is doing, as seen from here.</summary>
[ApiController]
[Route("api/ops/daraja")]
[Authorize(Scope.Ops)]
[Produces("application/json")]
public sealed class DarajaController(IMediator mediator) : ControllerBase
{
    /// <summary>Read how Safaricom is doing.</summary>
    /// <remarks>Which of its APIs are paused and why, over all processes, and what waits to be asked.</remarks>
    [HttpGet(Name = "getDaraja")]
    [Tags(Tag.Safaricom)]
    public Task<DarajaView> Get(CancellationToken cancellation) => mediator.Send(new GetDaraja(), cancellation);
}
