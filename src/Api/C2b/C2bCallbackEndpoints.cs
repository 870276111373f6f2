using System.Text;
using MediatR;
using Payments.Api.Callbacks;
using Payments.Application.C2b;
using Payments.Application.Callbacks;
using Payments.Infrastructure.C2b;
using Payments.Infrastructure.Callbacks;
using Payments.Infrastructure.Inbox;

namespace Payments.Api.C2b;

/// <summary>Where Safaricom asks about payments by hand (validate) and tells of them (confirm).</summary>
internal sealed partial class C2bCallbackEndpoints(
    IInbox inbox, IntakeCapacity room, RegistrationTokenCache tokens, CallbackTokens probes, C2bOptions options, CallbackNetworks networks, UntrustedRateLimiter untrusted,
    ILogger<C2bCallbackEndpoints> log)
{
    /// <summary>With the look-up's second this leaves half of the promised two for everything else.</summary>
    private static readonly TimeSpan StoreWait = TimeSpan.FromMilliseconds(500);

    private static readonly byte[] Accepted = """{"ResultCode":"0","ResultDesc":"Accepted"}"""u8.ToArray();

    public void Map(IEndpointRouteBuilder app)
    {
        CallbackEndpoints.Map(app, CallbackUrls.PathOf(CallbackKind.C2bConfirm), Confirm);
        CallbackEndpoints.Map(app, CallbackUrls.PathOf(CallbackKind.C2bValidate), Validate);
    }

    /// <summary>A customer has paid: stored as it came, understood by a job.</summary>
    private async Task Confirm(HttpContext context)
    {
        // From outside the allowed networks the token counts for nothing; that it was ours is kept, for the operator may allow the address.
        var token = CallbackEndpoints.Token(context);
        var source = context.Connection.RemoteIpAddress;
        var trusted = networks.AllowsC2b(source);
        var registration = tokens.Find(token);
        var isKnown = registration is not null;
        if (!trusted && registration is not null)
        {
            LogFromElsewhere(source?.ToString());
            registration = null;
        }

        registration ??= trusted ? await LookUp(token, options.ValidationLookUp) : null;
        var late = trusted && registration is null && RegistrationToken.IsWellFormed(token);
        var probe = registration is null ? ProbeDetector.Read(context, probes, token) : null;
        var isVouchedFor = IsVouchedFor(late);

        // Whoever has a token that was found is no stranger, from wherever he comes: money he tells of may wait, and is not turned away.
        var isStranger = registration is null && !isKnown && probe is null && !isVouchedFor;
        if (isStranger && untrusted.Refuses(source) is { } wait)
        {
            await CallbackEndpoints.TooMany(context, wait);
            return;
        }

        using var arrival = await CallbackBody.Of(context, room, isKnown: !isStranger);
        if (arrival.Body is not { } body)
        {
            return;
        }

        if (isStranger && !untrusted.TryTake(source, body.Length))
        {
            await CallbackEndpoints.NoRoom(context);
            return;
        }

        await inbox.Store(
            CallbackEndpoints.Incoming(context, CallbackKind.C2bConfirm, registration?.Id, body) with
            {
                TokenHash = late ? RegistrationToken.Hash(token!)
                    : !trusted && RegistrationToken.IsWellFormed(token) ? RegistrationToken.HashFromElsewhere(token!) : null,
                IsVouchedFor = isVouchedFor || isKnown,
                Probe = probe,
            },
            context.RequestAborted);
        await CallbackEndpoints.Acknowledge(context);
    }

    /// <summary>A customer is about to pay: answered by policy, at most 2 s later, whatever the database does.</summary>
    /// <remarks>
    /// The answer matters more than the record, so the record waits for it and not the other way round: it goes to the inbox like every
    /// callback, with what was answered, and the request waits half a second for its commit. Later than that it is stored all the same
    /// (the inbox holds it), unless the inbox itself fails; then it is lost, and the log says so. It carries no money.
    /// </remarks>
    private async Task Validate(HttpContext context)
    {
        using var patience = new CancellationTokenSource(options.ValidationLookUp);
        var (token, source) = (CallbackEndpoints.Token(context), context.Connection.RemoteIpAddress);
        var trusted = networks.AllowsC2b(source);
        var registration = trusted ? await tokens.Find(token, patience.Token) : null;
        var probe = registration is null ? ProbeDetector.Read(context, probes, token) : null;
        var isStranger = registration is null && probe is null && !IsVouchedFor(trusted && RegistrationToken.IsWellFormed(token));
        if (isStranger && untrusted.Refuses(source) is { } wait)
        {
            await CallbackEndpoints.TooMany(context, wait);
            return;
        }

        // It may be stored after the answer, and keeps its place until then.
        var arrival = await CallbackBody.Of(context, room, isKnown: !isStranger);
        if (arrival.Body is not { } body)
        {
            arrival.Dispose();
            return;
        }

        ValidationAnswer answer;
        Task stored;
        try
        {
            answer = await context.RequestServices.GetRequiredService<IMediator>().Send(new ValidatePayment(body, registration?.Shortcode) { IsFromElsewhere = !networks.AllowsC2b(source) }, patience.Token);
            var callback = CallbackEndpoints.Incoming(context, CallbackKind.C2bValidate, registration?.Id, body) with
            {
                Answer = $"{answer.Code} ({answer.Why})",
                Probe = probe,
            };

            // The answer is what matters; a stranger's question is not remembered when there is no room for it.
            stored = isStranger && !untrusted.TryTake(source, body.Length) ? Task.CompletedTask : inbox.Store(callback, CancellationToken.None);
        }
        catch
        {
            arrival.Dispose();
            throw;
        }

        _ = stored.ContinueWith(_ => arrival.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await stored.WaitAsync(StoreWait).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await CallbackEndpoints.Answer(
            context, answer.IsAccepted ? Accepted : Encoding.UTF8.GetBytes($$"""{"ResultCode":"{{answer.Code}}","ResultDesc":"Rejected"}"""));
    }

    private async Task<Registration?> LookUp(string? token, TimeSpan longest)
    {
        using var patience = new CancellationTokenSource(longest);
        return await tokens.Find(token, patience.Token);
    }

    /// <summary>
    /// A token that could not be looked up, the database being away since the start, proves nothing; only where C2B callbacks are let in from
    /// some networks alone does the address vouch for it. Anywhere else it has what strangers have until the database is back.
    /// </summary>
    private bool IsVouchedFor(bool isUnknown) => isUnknown && networks.AreLimited && tokens.IsStale;

    /// <summary>Somebody else may hold the token by then, so it is worth a line; but it may also be a proxy nobody has named.</summary>
    [LoggerMessage(EventName = "c2b_from_elsewhere", Level = LogLevel.Warning,
        Message = "A confirmation with our registration token came from {Source}, outside Callbacks__AllowedNetworks, and is a hint. "
            + "If that is a proxy of yours, name it in Proxy__KnownProxies; if Safaricom has a new address, allow it")]
    private partial void LogFromElsewhere(string? source);
}
