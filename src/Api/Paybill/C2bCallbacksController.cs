using System.Diagnostics;
using MediatR;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Payments.Application;
using Payments.Domain;
using Payments.Infrastructure;

namespace Payments.Api;

/// <summary>Where Safaricom asks about payments by hand (validate) and tells of them (confirm).</summary>
[ApiController]
[ApiExplorerSettings(GroupName = "callbacks")]
[Route("callbacks/c2b")]
[Route("api/mpesa/c2b")]
[LeavesTheBody]
public sealed class C2bCallbacksController(
    IInbox inbox, IntakeRoom room, RegistrationTokens tokens, IMediator mediator, C2bOptions options, IOptions<CallbackOptions> callbacks) : ControllerBase
{
    /// <summary>With the look-up's second this leaves half of the promised two for everything else.</summary>
    private static readonly TimeSpan StoreWait = TimeSpan.FromMilliseconds(500);

    /// <summary>A customer has paid: stored as it came, understood by a job.</summary>
    [HttpPost("confirm/{token?}")]
    public async Task<IActionResult> Confirm(string? token)
    {
        // From outside the allowed networks the token counts for nothing, now or later.
        var trusted = callbacks.Value.Allows(HttpContext.Connection.RemoteIpAddress);
        var registration = trusted ? tokens.Find(token) : null;
        using var arrival = await Arrival.Of(HttpContext, room, isKnown: registration is not null);
        if (arrival.Body is not { } body)
        {
            return arrival.Refusal!;
        }

        await inbox.Store(
            Incoming(CallbackKind.C2bConfirm, registration, body) with
            {
                TokenHash = trusted && registration is null && RegistrationToken.IsWellFormed(token) ? RegistrationToken.Hash(token!) : null,
            },
            HttpContext.RequestAborted);
        return Content(CallbacksController.Acknowledgement, "application/json");
    }

    /// <summary>A customer is about to pay: answered by policy, at most 2 s later, whatever the database does.</summary>
    /// <remarks>
    /// The answer matters more than the record, so the record waits for it and not the other way round: it goes to the inbox like every
    /// callback, with what was answered, and the request waits half a second for its commit. Later than that it is stored all the same
    /// (the inbox holds it), unless the inbox itself fails; then it is lost, and the log says so. It carries no money.
    /// </remarks>
    [HttpPost("validate/{token?}")]
    public async Task<IActionResult> Validate(string? token)
    {
        // It may be stored after the answer, and keeps its place until then.
        var arrival = await Arrival.Of(HttpContext, room, isKnown: tokens.Find(token) is not null);
        if (arrival.Body is not { } body)
        {
            arrival.Dispose();
            return arrival.Refusal!;
        }

        using var patience = new CancellationTokenSource(options.ValidationLookUp);
        var registration = callbacks.Value.Allows(HttpContext.Connection.RemoteIpAddress) ? await tokens.Find(token, patience.Token) : null;
        var answer = await mediator.Send(new ValidatePayment(body, registration?.Shortcode), patience.Token);
        var stored = Store(Incoming(CallbackKind.C2bValidate, registration, body) with { Answer = $"{answer.Code} ({answer.Why})" }, arrival);
        await stored.WaitAsync(StoreWait).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Content(
            answer.IsAccepted ? """{"ResultCode":"0","ResultDesc":"Accepted"}""" : $$"""{"ResultCode":"{{answer.Code}}","ResultDesc":"Rejected"}""",
            "application/json");
    }

    private async Task Store(IncomingCallback callback, Arrival arrival)
    {
        using (arrival)
        {
            await inbox.Store(callback, CancellationToken.None);
        }
    }

    private IncomingCallback Incoming(CallbackKind kind, Registration? registration, byte[] body) => new(
        NewId.Next(), kind, registration?.Id, body, CallbacksController.Cut(Request.ContentType), HttpContext.Connection.RemoteIpAddress?.ToString(),
        Activity.Current?.Id);
}
