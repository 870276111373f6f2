using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Payments.Api.Access;
using Payments.Api.Hosting;
using Payments.Api.Hosting.Contract;
using Payments.Application.Cases;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Api.Cases;

/// <summary>What a person found out.</summary>
/// <param name="Outcome"><c>paid</c>: the money moved; <c>not_paid</c>: it did not; <c>noted</c>: nothing is left to decide.</param>
/// <param name="Reason">How you know, in 1–500 characters; kept with the case.</param>
public sealed record SettleBody(string? Outcome, string? Reason);

/// <summary>What to ask by.</summary>
/// <param name="Receipt">
/// The receipt number, where the case is about a confirmation of which it could not be made out (<c>unreadable_confirmation</c>); left out for others.
/// </param>
public sealed record AskBody(string? Receipt);

/// <summary>Cases: what a person must decide.</summary>
[ApiController]
[Route("api/ops/cases")]
[Authorize(Scope.Ops)]
[Produces("application/json")]
public sealed class CasesController(IMediator mediator) : ControllerBase
{
    /// <summary>List cases.</summary>
    /// <remarks>Newest first.</remarks>
    [HttpGet(Name = "listCases")]
    [Tags(Tag.Cases)]
    [ProducesProblem("validation_failed")]
    public Task<Page<CaseView>> List(string? status, string? kind, string? cursor, int? limit, CancellationToken cancellation) =>
        mediator.Send(new ListCases(status, kind, cursor, limit), cancellation);

    /// <summary>Read a case.</summary>
    /// <remarks>With everything that is on record about its payment.</remarks>
    [HttpGet("{id}", Name = "getCase")]
    [Tags(Tag.Cases)]
    [ProducesProblem("not_found")]
    public async Task<ActionResult<CaseView>> Get(string id, CancellationToken cancellation) => this.ToResult(
        CaseId.TryParse(id, out var found) ? await mediator.Send(new GetCase(found), cancellation) : Refusal.NotFound("case"));

    /// <summary>Ask Safaricom again.</summary>
    /// <remarks>It is asked within seconds; look at the payment then.</remarks>
    [HttpPost("{id}/ask", Name = "askAboutCase")]
    [Tags(Tag.Cases)]
    [ProducesResponseType<CaseView>(202)]
    [ProducesProblem("validation_failed", "not_found", "case_settled", "nothing_to_ask")]
    public async Task<ActionResult<CaseView>> Ask(
        string id, [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] AskBody? body, CancellationToken cancellation) => this.ToResult(
        CaseId.TryParse(id, out var found)
            ? await mediator.Send(new RequeryCase(HttpContext.Caller(), found, body?.Receipt), cancellation)
            : Refusal.NotFound("case"), 202);

    /// <summary>Settle a case.</summary>
    /// <remarks>With <c>paid</c> or <c>not_paid</c> what it is about is settled too.</remarks>
    [HttpPost("{id}/settle", Name = "settleCase")]
    [Tags(Tag.Cases)]
    [ProducesProblem("validation_failed", "not_found", "case_settled", "outcome_not_possible")]
    public async Task<ActionResult<CaseView>> Settle(string id, SettleBody body, CancellationToken cancellation) => this.ToResult(
        CaseId.TryParse(id, out var found)
            ? await mediator.Send(new SettleCase(HttpContext.Caller(), found, body.Outcome, body.Reason), cancellation)
            : Refusal.NotFound("case"));
}
