using FluentValidation;
using MediatR;
using Payments.Application.Access;
using Payments.Application.Common;
using Payments.Application.Daraja;
using Payments.Domain.C2b;

namespace Payments.Application.C2b;

/// <summary>Registers the confirmation and validation URLs with Safaricom; what is null is as configured (section <c>C2B</c>).</summary>
public sealed record RegisterC2b(Caller Caller, string? Version, string? ResponseType) : IRequest<Result<RegistrationView>>
{
    /// <summary>With a new token in the URLs: the one in force may be known to somebody else.</summary>
    public bool Renews { get; init; }
}

/// <summary>What may be asked for.</summary>
public sealed class RegisterC2bValidator : AbstractValidator<RegisterC2b>
{
    public RegisterC2bValidator()
    {
        RuleFor(c => c.Version).Must(v => v is null or "v1" or "v2").WithMessage("Give v1 or v2, whichever the app has.");
        RuleFor(c => c.ResponseType).Must(t => t is null or "Completed" or "Cancelled").WithMessage("Give Completed or Cancelled, spelt exactly so.");
    }
}

/// <summary>
/// Production registers once, so nothing about it may be lost: the token is committed, then Safaricom is called, then the outcome is
/// committed. Dies after the first commit: the row says <c>calling</c>, and the next try sends the same URLs. Dies after the call, or the
/// reply is lost: Safaricom may have the URLs, whose token is in the database, so confirmations are trusted from then on; the next try is
/// told "already registered" and takes that for success, for it asked for the very same. Two at once: the second waits for the first's outcome,
/// or it could not tell "registered by the first" from "registered by a stranger".
/// </summary>
/// <remarks>
/// A renewal goes the same way with a token of its own beside the one in force. From its first commit on both count, for Safaricom may use
/// either; when Safaricom has clearly taken the new one, the old one is replaced in the same commit and never counts again. Where that is not
/// clear both go on: "already registered" after a lost answer may mean either. From the first try on, every try is for the new one, so that an
/// operator who registers again after the URLs were deleted in the portal does not bring the stolen token back.
/// </remarks>
public sealed class RegisterC2bHandler(
    IC2bPayments paybill, IDaraja daraja, IAudit audit, ITransactions transactions, C2bOptions options, OurShortcodes ours)
    : IRequestHandler<RegisterC2b, Result<RegistrationView>>
{
    /// <summary>Looks, 200 ms apart: an answer of Safaricom's usually takes a second or two.</summary>
    private const int MaxLooks = 50;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    public async Task<Result<RegistrationView>> Handle(RegisterC2b request, CancellationToken cancellationToken)
    {
        if (await Begin(request, cancellationToken) is not (var wanted, var before))
        {
            return new Refusal("registration_in_progress", "The registration is being asked for by somebody else; look again in a minute.");
        }

        // Not given up when the operator's connection breaks: what Safaricom says is wanted.
        var reply = await daraja.RegisterUrls(new(wanted.Token, wanted.Version, wanted.ResponseType), CancellationToken.None);
        var (outcome, refusal) = Read(reply, wanted, before);
        return await transactions.Run<Result<RegistrationView>>(
            request.Caller,
            async now =>
            {
                var final = outcome.State == RegistrationState.Registered && outcome.RegisteredAt is null ? outcome with { RegisteredAt = now } : outcome;
                await paybill.Conclude(final);
                await audit.Write(
                    request.Caller.Actor, final.IsNext ? "paybill.renew" : "paybill.register", final.Id.ToString(),
                    before is null ? null : RegistrationView.Of(before), RegistrationView.Of(final));
                if (refusal is not null)
                {
                    return refusal;
                }

                return Result.Created(RegistrationView.Of(final), C2bResource.Registration, final.Id);
            },
            CancellationToken.None);
    }

    private async Task<(Registration Wanted, Registration? Before)?> Begin(RegisterC2b request, CancellationToken cancellation)
    {
        for (var looks = 1; ; looks++)
        {
            var begun = await transactions.Run(
                request.Caller, _ => paybill.Begin(ours.Main, request.Version ?? options.Version, request.ResponseType ?? options.ResponseType, request.Renews), cancellation);
            if (begun is not null || looks == MaxLooks)
            {
                return begun;
            }

            await Task.Delay(PollInterval, cancellation);
        }
    }

    private static (Registration Outcome, Refusal? Refusal) Read(Reply reply, Registration wanted, Registration? before)
    {
        switch (reply)
        {
            case Reply.Accepted:
                return (wanted with { State = RegistrationState.Registered, Detail = null, RegisteredAt = null }, null);

            case Reply.Indeterminate doubtful:
                return (wanted with { State = RegistrationState.InDoubt, Detail = $"No clear answer came ({doubtful.Why}). Register again: the same URLs are sent." }, null);

            // The old URLs are, or these, whose answer was lost: nobody can tell, so both go on.
            case Reply.Refused { Registration: RegistrationProblem.AlreadyRegistered } when wanted.IsNext && before is not null
                && before.State is RegistrationState.InDoubt or RegistrationState.Calling:
                return (before with { State = RegistrationState.InDoubt, Detail = EitherIsThere }, new("urls_already_registered", EitherIsThere));

            // It is we who asked for these: the first time the answer was lost, or it is there since long.
            case Reply.Refused { Registration: RegistrationProblem.AlreadyRegistered } when before is not null && before.AsksTheSameAs(wanted)
                && before.State is RegistrationState.Registered or RegistrationState.InDoubt or RegistrationState.Calling:
                return (wanted with { State = RegistrationState.Registered, Detail = "Safaricom has these URLs already.", RegisteredAt = before.RegisteredAt }, null);

            case Reply.Refused refused:
                var detail = Explain(refused);
                var code = refused.Registration switch
                {
                    RegistrationProblem.AlreadyRegistered => "urls_already_registered",
                    RegistrationProblem.AddressRefused => "url_refused",
                    RegistrationProblem.NoProduct => "c2b_version_unavailable",
                    _ when refused.Failure.Retryable => "unavailable",
                    _ => "registration_refused",
                };

                // What was registered stays so: Safaricom replaces nothing when it refuses.
                return (before switch
                {
                    null or { State: RegistrationState.Refused } => wanted with { State = RegistrationState.Refused, Detail = detail },

                    // A process died between asking and hearing.
                    { State: RegistrationState.Calling } => before with { State = RegistrationState.InDoubt },
                    _ => before,
                }, new(code, detail));

            default:
                throw new InvalidOperationException($"Unknown reply {reply.GetType().Name}.");
        }
    }

    private const string EitherIsThere =
        "Safaricom has URLs already: the old ones, or the new ones, whose answer was lost. Both tokens count. Have the URLs deleted in the M-PESA portal "
        + "(two operators), then register again.";

    private static string Explain(Reply.Refused refused) =>
        refused.Failure is { ProviderText: { } text } failure ? $"{failure.Message} Safaricom said: {failure.ResultCode} {text}" : refused.Failure.Message;
}

/// <summary>A registration as operators see it, without its token.</summary>
/// <param name="State"><c>registered</c>, <c>in_doubt</c> (no clear answer came; register again), <c>refused</c>, <c>calling</c>, or <c>replaced</c> (another token is in its place).</param>
/// <param name="ConfirmationUrl">With dots for the secret.</param>
public sealed record RegistrationView(
    string Id, string Shortcode, string State, string Version, string ResponseType, string ConfirmationUrl, string ValidationUrl, string? Detail,
    DateTimeOffset? RegisteredAt)
{
    /// <summary>Shows one.</summary>
    public static RegistrationView Of(Registration registration) => new(
        registration.Id.ToString(), registration.Shortcode, EnumNames.Name(registration.State), registration.Version,
        registration.ResponseType, Hide(registration.ConfirmationUrl), Hide(registration.ValidationUrl), registration.Detail, registration.RegisteredAt);

    private static string Hide(string url) => url[..(url.LastIndexOf('/') + 1)] + "••••";
}
