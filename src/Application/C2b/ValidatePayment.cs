using MediatR;
using Microsoft.Extensions.Logging;
using Payments.Application.Callbacks;
using Payments.Domain.C2b;
using Payments.Domain.Checkouts;

namespace Payments.Application.C2b;

/// <summary>
/// Safaricom asks, before it moves a customer's money, whether we want it. Answers within the time of the cancellation token, whatever
/// the database does.
/// </summary>
/// <param name="Body">The bytes as they came.</param>
/// <param name="Shortcode">The shortcode whose registration token the URL carried; null without one, and then nothing is looked up.</param>
public sealed record ValidatePayment(ReadOnlyMemory<byte> Body, string? Shortcode) : IRequest<ValidationAnswer>
{
    /// <summary>True when it came from outside the allowed networks: then its token was not looked at.</summary>
    public bool IsFromElsewhere { get; init; }
}

/// <summary>What Safaricom is told.</summary>
/// <param name="Code"><c>0</c>, or <c>C2B00012</c> account, <c>C2B00013</c> amount, <c>C2B00015</c> shortcode, <c>C2B00016</c> anything else.</param>
/// <param name="Why">For operators, at most 80 characters.</param>
public sealed record ValidationAnswer(string Code, string Why)
{
    /// <summary>True when the money may move.</summary>
    public bool IsAccepted => Code == "0";
}

/// <summary>By the configured policy; what nobody can judge gets the configured default.</summary>
public sealed partial class ValidatePaymentHandler(
    ICallbackReader reader, IC2bPayments paybill, C2bOptions options, OurShortcodes ours, ILogger<ValidatePaymentHandler> log)
    : IRequestHandler<ValidatePayment, ValidationAnswer>
{
    private const string Account = "C2B00012";
    private const string Amount = "C2B00013";
    private const string Shortcode = "C2B00015";
    private const string Other = "C2B00016";

    public async Task<ValidationAnswer> Handle(ValidatePayment request, CancellationToken cancellationToken)
    {
        if (request.Shortcode is null)
        {
            return Default(request.IsFromElsewhere ? "from outside the allowed networks" : "no registration token");
        }

        if (options.Policy == ValidationChecks.None)
        {
            return new("0", "every payment is accepted");
        }

        if (reader.Read(CallbackKind.C2bValidate, request.Body) is not CallbackMessage.Validation asked)
        {
            return Default("the question could not be read");
        }

        switch (ours.MethodOf(asked.Shortcode, asked.Account))
        {
            case null:
                return new(Shortcode, "not our shortcode");
            case PaymentMethod.Till:
                return new("0", "a till has no accounts");
        }

        try
        {
            // The wait ends in time even if the driver's cancelling does not: it may itself wait for a server that is gone.
            var key = OrderReference.KeyOf(asked.Account);
            var wanted = key.Length == 0 ? null : await paybill.Wanted(key, cancellationToken).WaitAsync(cancellationToken);
            return Judge(asked, key, wanted);
        }
        catch (Exception failure)
        {
            LogNotLookedUp(failure.GetType().Name, failure.Message);
            return Default("the look-up did not end in time");
        }
    }

    private ValidationAnswer Judge(CallbackMessage.Validation asked, string key, AccountStatus? wanted)
    {
        if (asked.Amount is { } amount && wanted?.InFlight.Contains(amount) == true)
        {
            return new("0", "a prompt of ours asks for it");
        }

        bool Checks(ValidationChecks check) => options.Policy.HasFlag(check);
        return wanted switch
        {
            null => Checks(ValidationChecks.UnknownAccount) ? new(Account, Domain.Checkouts.Account.IsMistyped(key) ? "the account is mistyped" : "no such order") : new("0", "no such order; accounts are not checked"),
            { Status: CheckoutStatus.Paid } when Checks(ValidationChecks.AlreadyPaid) => new(Other, "the order is paid"),
            { Status: CheckoutStatus.Cancelled } when Checks(ValidationChecks.AlreadyPaid) => new(Other, "the order is cancelled"),
            _ when Checks(ValidationChecks.WrongAmount) && asked.Amount is null => Default("the amount could not be read"),
            _ when Checks(ValidationChecks.WrongAmount) && asked.Amount != wanted.Due && asked.Amount != wanted.Due.RoundedUp =>
                new(Amount, $"{wanted.Due} are due"),
            _ => new("0", "as the order wants it"),
        };
    }

    private ValidationAnswer Default(string why) => options.AcceptsByDefault ? new("0", why) : new(Other, why);

    [LoggerMessage(EventName = "validation_not_looked_up", Level = LogLevel.Warning, Message = "A validation was answered by default ({Kind}): {Why}")]
    private partial void LogNotLookedUp(string kind, string why);
}
