using Payments.Application.C2b;
using Payments.Application.Intake;

namespace Payments.Api.Callbacks;

/// <summary>The first step: finds out who sends a callback, from memory or by one look-up that all who need it share.</summary>
internal sealed partial class CallbackSenders(
    ITokenVerifier tokens, IRegistrationTokens registrations, ICallbackNetworks networks, C2bOptions options, ILogger<CallbackSenders> log)
{
    /// <summary>The token of the path; null when it has none.</summary>
    public static string? Token(HttpContext context) => (string?)context.Request.RouteValues["token"];

    /// <summary>Of a callback whose token we signed for one thing.</summary>
    public CallbackSender OfSigned(HttpContext context, CallbackRoute route)
    {
        var token = Token(context);
        foreach (var purpose in route.Subjects)
        {
            if (tokens.TryRead(token, purpose, out var id))
            {
                return new(id, Probe: null);
            }
        }

        return new(SubjectId: null, ProbeDetector.Read(context, tokens, token));
    }

    /// <summary>Of a confirmation: by the registration's token, and its address.</summary>
    public async ValueTask<CallbackSender> OfConfirmation(HttpContext context)
    {
        // From outside the allowed networks the token counts for nothing; that it was ours is kept, for the operator may allow the address.
        var (token, source) = (Token(context), context.Connection.RemoteIpAddress);
        var trusted = networks.AllowsC2b(source);
        var registration = registrations.Find(token);
        var isKnown = registration is not null;
        if (!trusted && isKnown)
        {
            LogFromElsewhere(source?.ToString());
            registration = null;
        }

        registration ??= trusted ? await LookUp(token) : null;
        var late = trusted && registration is null && RegistrationToken.IsWellFormed(token);
        return new(
            registration?.Id.Value,
            registration is null ? ProbeDetector.Read(context, tokens, token) : null,

            // Whoever has a token that was found is no stranger, from wherever he comes: money he tells of may wait, and is not turned away.
            IsVouchedFor: isKnown || IsVouchedFor(late),
            late ? RegistrationToken.Hash(token!) : !trusted && RegistrationToken.IsWellFormed(token) ? RegistrationToken.HashFromElsewhere(token!) : null);
    }

    /// <summary>Of a question before a payment: by the registration's token, which from outside the allowed networks is not looked at.</summary>
    public async ValueTask<(CallbackSender Sender, Registration? Registration, bool IsFromElsewhere)> OfValidation(HttpContext context, CancellationToken patience)
    {
        var token = Token(context);
        var trusted = networks.AllowsC2b(context.Connection.RemoteIpAddress);
        var registration = trusted ? await registrations.Find(token, patience) : null;
        var probe = registration is null ? ProbeDetector.Read(context, tokens, token) : null;
        var sender = new CallbackSender(registration?.Id.Value, probe, IsVouchedFor(trusted && RegistrationToken.IsWellFormed(token)));
        return (sender, registration, !trusted);
    }

    private async ValueTask<Registration?> LookUp(string? token)
    {
        using var patience = new CancellationTokenSource(options.ValidationLookUp);
        return await registrations.Find(token, patience.Token);
    }

    /// <summary>
    /// A token that could not be looked up, the database being away since the start, proves nothing; only where C2B callbacks are let in from
    /// some networks alone does the address vouch for it. Anywhere else it has what strangers have until the database is back.
    /// </summary>
    private bool IsVouchedFor(bool isUnknown) => isUnknown && networks.AreLimited && registrations.IsStale;

    /// <summary>Somebody else may hold the token by then, so it is worth a line; but it may also be a proxy nobody has named.</summary>
    [LoggerMessage(EventName = "c2b_from_elsewhere", Level = LogLevel.Warning,
        Message = "A confirmation with our registration token came from {Source}, outside Callbacks__AllowedNetworks, and is a hint. "
            + "If that is a proxy of yours, name it in Proxy__KnownProxies; if Safaricom has a new address, allow it")]
    private partial void LogFromElsewhere(string? source);
}
