using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Payments.Api.Access;
using Payments.Api.Hosting.Contract;
using Payments.Application.Diagnostics;

namespace Payments.Api.Diagnostics;

/// <summary>The doctor, for operators; the same findings as the command <c>doctor</c>.</summary>
[ApiController]
[Route("api/ops/doctor")]
[Authorize(Scope.Ops)]
[Produces("application/json")]
public sealed class DoctorController(IMediator mediator) : ControllerBase
{
    /// <summary>One at a time: two would only ask Safaricom everything twice.</summary>
    private static readonly SemaphoreSlim Busy = new(1);

    /// <summary>Run the doctor.</summary>
    /// <remarks>
    /// Looks at everything between Safaricom and the database; takes seconds, up to a minute where something does not answer.
    /// Sends probes to the configured public address (never to one of the caller's) and questions to Safaricom. noInitiator leaves the
    /// initiator's credentials alone, which are tried once for each configured value at most.
    /// </remarks>
    [HttpGet(Name = "runDoctor")]
    [Tags(Tag.Safaricom)]
    public async Task<DoctorView> Get(bool noInitiator, CancellationToken cancellation)
    {
        await Busy.WaitAsync(cancellation);
        try
        {
            return DoctorView.Of(await mediator.Send(new RunDoctor { LeavesInitiator = noInitiator }, cancellation));
        }
        finally
        {
            Busy.Release();
        }
    }
}
