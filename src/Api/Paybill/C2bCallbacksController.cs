using System.Diagnostics;
using MediatR;
using Microsoft.AspNetCore.Mvc;
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
public sealed partial class C2bCallbacksController(
    IInbox inbox, RegistrationTokens tokens, IMediator mediator, C2bOptions options, CallbackNetworks networks, UntrustedIntake untrusted,
    ILogger<C2bCallbacksController> log) : ControllerBase
{
    /// <summary>With the look-up's second this leaves half of the promised two for everything else.</summary>
    private static readonly TimeSpan StoreWait = TimeSpan.FromMilliseconds(500);

    /// <summary>A customer has paid: stored as it came, understood by a job.</summary>
    [HttpPost("confirm/{token?}")]
    public async Task<IActionResult> Confirm(string? token)
    {
        // From outside the allowed networks the token counts for nothing, now or later.
        var source = HttpContext.Connection.RemoteIpAddress;
        var trusted = networks.AllowsC2b(source);
        var registration = tokens.Find(token);
        if (!trusted && registration is not null)
        {
            LogFromElsewhere(source?.ToString());
            registration = null;
        }

        var late = trusted && registration is null && RegistrationToken.IsWellFormed(token);
        var isStranger = registration is null && !(late && tokens.MayMiss);
        if (isStranger && untrusted.Refuses(source) is { } wait)
        {
            return CallbacksController.TooMany(HttpContext, wait);
        }

        if (await Read() is not { } body)
        {
            return TooLarge();
        }

        if (isStranger && !untrusted.TryTake(source, body.Length))
        {
            return CallbacksController.NoRoom(HttpContext);
        }

        await inbox.Store(
            Incoming(CallbackKind.C2bConfirm, registration, body) with
            {
                TokenHash = late ? RegistrationToken.Hash(token!) : null,
                MayBeVouchedFor = !isStranger,
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
        using var patience = new CancellationTokenSource(options.ValidationLookUp);
        var source = HttpContext.Connection.RemoteIpAddress;
        var registration = networks.AllowsC2b(source) ? await tokens.Find(token, patience.Token) : null;
        var isStranger = registration is null && !(RegistrationToken.IsWellFormed(token) && tokens.MayMiss);
        if (isStranger && untrusted.Refuses(source) is { } wait)
        {
            return CallbacksController.TooMany(HttpContext, wait);
        }

        if (await Read() is not { } body)
        {
            return TooLarge();
        }

        var answer = await mediator.Send(new ValidatePayment(body, registration?.Shortcode), patience.Token);
        if (isStranger && !untrusted.TryTake(source, body.Length))
        {
            // The answer is what matters; a stranger's question need not be remembered.
            return Answer(answer);
        }

        var stored = inbox.Store(
            Incoming(CallbackKind.C2bValidate, registration, body) with { Answer = $"{answer.Code} ({answer.Why})" }, CancellationToken.None);
        await stored.WaitAsync(StoreWait).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Answer(answer);
    }

    private ContentResult Answer(ValidationAnswer answer) => Content(
        answer.IsAccepted ? """{"ResultCode":"0","ResultDesc":"Accepted"}""" : $$"""{"ResultCode":"{{answer.Code}}","ResultDesc":"Rejected"}""",
        "application/json");

    private Task<byte[]?> Read() => CallbacksController.ReadBody(Request, HttpContext.RequestAborted);

    private StatusCodeResult TooLarge() => StatusCode(StatusCodes.Status413PayloadTooLarge);

    private IncomingCallback Incoming(CallbackKind kind, Registration? registration, byte[] body) => new(
        NewId.Next(), kind, registration?.Id, body, CallbacksController.Cut(Request.ContentType), HttpContext.Connection.RemoteIpAddress?.ToString(),
        Activity.Current?.Id);

    /// <summary>Anybody may hold the token by then, so it is worth a line; but it may also be a proxy nobody has named.</summary>
    [LoggerMessage(EventName = "c2b_from_elsewhere", Level = LogLevel.Warning,
        Message = "A confirmation with our registration token came from {Source}, outside Callbacks__AllowedNetworks, and is a hint. "
            + "If that is a proxy of yours, name it in Proxy__KnownProxies; if Safaricom has a new address, allow it")]
    private partial void LogFromElsewhere(string? source);
}
