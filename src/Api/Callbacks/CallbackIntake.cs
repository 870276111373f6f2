using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Application.Intake;
using Payments.Application.Telemetry;
using Payments.Domain.Common;

namespace Payments.Api.Callbacks;

/// <summary>The one way in for callbacks, whatever they are about. Each step guards those behind it, so their order is part of the defence:</summary>
/// <remarks>
/// <list type="number">
/// <item>Who sends it (<see cref="CallbackSenders"/>): by address and token, from memory. Nothing is held for it yet, and every step behind it depends on it.</item>
/// <item>Strangers of one source by the minute: 429. Before anything is read, so that a flood costs no memory; whoever has a token is never counted.</item>
/// <item>The length it announces: 413 without a byte of it.</item>
/// <item>A place in memory, a quarter of which is all that strangers get: 503. Taken before the first byte, or a thousand slow senders would be the process's end.</item>
/// <item>The body: within a size, within a time, and while the place may grow: 413, 408, 503.</item>
/// <item>Strangers' bytes of the day: 503. Only now is the length known; before the inbox, for what is acknowledged must be stored.</item>
/// <item>Stored as it came, in the database or, where that is away, in the spool: 503 where neither takes it.</item>
/// <item>200, and not before: Safaricom does not repeat what was acknowledged.</item>
/// </list>
/// A validation goes the same way, but its answer does not wait for steps 6 and 7 (<see cref="C2bValidationEndpoint"/>).
/// </remarks>
internal sealed class CallbackIntake(IInbox inbox, IIntakeRateLimiter limiter, IIntakeCapacity capacity, IIntakeQuota quota)
{
    /// <summary>The rest of a longer header tells nothing.</summary>
    private const int MaxContentType = 200;

    /// <summary>Steps 2 to 8.</summary>
    public async Task Take(HttpContext context, CallbackKind kind, CallbackSender sender)
    {
        using var received = await Receive(context, sender);
        if (received.Body is not { } body)
        {
            return;
        }

        if (!HasQuota(context, sender, body))
        {
            await CallbackAnswers.NoRoom(context);
            return;
        }

        await inbox.Store(Incoming(context, kind, sender, body), context.RequestAborted);
        await CallbackAnswers.Acknowledge(context);
    }

    /// <summary>Steps 2 to 5; without a body it has been answered why.</summary>
    public ValueTask<CallbackBody> Receive(HttpContext context, CallbackSender sender) =>
        sender.IsStranger && limiter.Refuses(context.Connection.RemoteIpAddress) is { } wait
            ? CallbackBody.Refused(CallbackAnswers.TooMany(context, wait))
            : CallbackBody.Of(context, capacity, isKnown: !sender.IsStranger);

    /// <summary>Step 6.</summary>
    public bool HasQuota(HttpContext context, CallbackSender sender, byte[] body) =>
        !sender.IsStranger || quota.TryTake(context.Connection.RemoteIpAddress, body.Length);

    /// <summary>What step 7 stores.</summary>
    public static IncomingCallback Incoming(HttpContext context, CallbackKind kind, CallbackSender sender, byte[] body) => new(
        NewId.Next<CallbackId>(), kind, sender.SubjectId, body, DbText.Clip(context.Request.ContentType, MaxContentType), context.Connection.RemoteIpAddress?.ToString(), Traces.Current)
    {
        TokenHash = sender.TokenHash,
        IsVouchedFor = sender.IsVouchedFor,
        Probe = sender.Probe,
    };
}
