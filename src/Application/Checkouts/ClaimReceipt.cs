using FluentValidation;
using MediatR;
using Microsoft.Extensions.Logging;
using Payments.Application.C2b;
using Payments.Application.Common;
using Payments.Application.Idempotency;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Application.Checkouts;

/// <summary>"I have paid": a customer gives the M-PESA code of his payment, or pastes the message it stands in.</summary>
public sealed record ClaimReceipt(Caller Caller, CheckoutId CheckoutId, string? Code) : IRequest<Result<ReceiptClaimView>>;

/// <summary>What he is told.</summary>
/// <param name="Answer"><c>yours</c>, <c>already_used</c>, <c>asking</c> or <c>does_not_agree</c>.</param>
/// <param name="Checkout">The checkout as it stands now.</param>
public sealed record ReceiptClaimView(string Answer, CheckoutView Checkout);

/// <summary>What a code may be.</summary>
public sealed class ClaimReceiptValidator : AbstractValidator<ClaimReceipt>
{
    public ClaimReceiptValidator() => RuleFor(c => c.Code)
        .Must(text => ReceiptCode.Read(text) is not null)
        .WithMessage("Give the code of the M-PESA message: ten letters and digits, such as UGA7RT61SV.");
}

/// <summary>
/// One commit under the checkout's lock, then the receipt's (R21): what is known is answered by the rule, what is not is remembered, and Safaricom is
/// asked about it by <see cref="AskAboutClaim"/>.
/// </summary>
/// <remarks>
/// Dies before the commit: nothing happened, and nothing was said. Dies after it: what was known is settled; what was not is remembered, and asked about
/// by the next round of <see cref="AskAboutWaitingClaims"/>. The answer is lost: the same code again finds the receipt on the checkout, or its own claim.
/// The same twice at once: the second waits for the checkout. Two checkouts at once: the second waits for the receipt's row, finds it taken and is told
/// so. Its confirmation at once: whichever commits last sees the other, but where each looked before the other's commit: the look after the commit, the
/// answer to the question, the next Pull or the customer's next try settles that.
/// </remarks>
public sealed partial class ClaimReceiptHandler(
    ICheckouts checkouts, IReceiptClaims claims, IC2bPayments paybill, ITransactions transactions, IBackgroundCommands detached, ILogger<ClaimReceiptHandler> log)
    : IRequestHandler<ClaimReceipt, Result<ReceiptClaimView>>
{
    /// <summary>Who a receipt was matched by.</summary>
    public const string Customer = "customer's code";

    /// <summary>A mistyped code, another payment's, and the right one: who tries more guesses.</summary>
    private const int MostCodes = 5;

    /// <summary>Numbers have ten characters: at this pace nobody finds one that he has not seen.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>A receipt moves once or twice while it is looked for; more than this is no race.</summary>
    private const int Looks = 3;

    private sealed record Claimed(ClaimAnswer Answer, bool IsToLookAgain = false);

    public async Task<Result<ReceiptClaimView>> Handle(ClaimReceipt request, CancellationToken cancellationToken)
    {
        var code = ReceiptCode.Read(request.Code)!.Value;
        var answer = ClaimAnswer.Asking;
        for (var look = 1; look <= Looks; look++)
        {
            var claimed = await transactions.Run(request.Caller, now => Claim(request, code, now), cancellationToken);
            if (claimed.Value is not { } told)
            {
                return claimed.Refusal!;
            }

            // What came between the look and the commit, or moved while it was waited for.
            answer = told.Answer;
            if (!told.IsToLookAgain && (answer != ClaimAnswer.Asking || await claims.PlaceOf(code) == NumberPlace.Unknown))
            {
                break;
            }
        }

        if (answer == ClaimAnswer.Asking)
        {
            _ = detached.Send(new AskAboutClaim(request.CheckoutId, code));
        }

        var checkout = await checkouts.Find(request.CheckoutId, cancellationToken);
        return new ReceiptClaimView(EnumNames.Name(answer), CheckoutView.Of(checkout!, request.Caller.IsShop));
    }

    private async Task<Result<Claimed>> Claim(ClaimReceipt request, ReceiptNumber code, DateTimeOffset now)
    {
        var loaded = await checkouts.LoadForChange(new(Ids: [request.CheckoutId], Numbers: [code], WithTillReceipts: true));
        if (loaded.Checkouts.FirstOrDefault(c => c.Id == request.CheckoutId) is not { } checkout || !request.Caller.MaySee(checkout.Client, checkout.Id))
        {
            return Refusal.NotFound("checkout");
        }

        if (request.Caller.DeadSecret(checkout.EndedAt, now) is { } dead)
        {
            return dead;
        }

        var before = await claims.Before(checkout.Id, code, MostCodes, Window, now);
        if (before.RetryAt is { } retryAt)
        {
            return new Refusal("too_many_claims", "As many codes were tried for this checkout as may be for now.", retryAt);
        }

        if (loaded.Checkouts.SelectMany(c => c.Receipts).Concat(loaded.Unmatched).FirstOrDefault(r => r.Number == code) is not { } receipt)
        {
            return await NotHere(checkout, code, now);
        }

        var stood = receipt.CheckoutId;
        var answer = checkout.Claim(receipt, !before.HasCase, now);
        await checkouts.Save([checkout]);
        if (stood is null && receipt.CheckoutId is not null)
        {
            await paybill.NoteMatch(receipt.Id, Customer);
        }

        return await Answer(checkout, code, answer, now, hasCase: checkout.Cases.Count > 0);
    }

    /// <summary>A number that was not loaded: nobody has told of it, it is one of what went out, or it moved while it was waited for.</summary>
    private async Task<Result<Claimed>> NotHere(Checkout checkout, ReceiptNumber code, DateTimeOffset now) => await claims.PlaceOf(code) switch
    {
        NumberPlace.Unknown => await Answer(checkout, code, ClaimAnswer.Asking, now),
        NumberPlace.Unmatched => Result.Created(new Claimed(ClaimAnswer.Asking, IsToLookAgain: true), CreatedResourceKind.Checkout, checkout.Id),
        _ => await Answer(checkout, code, ClaimAnswer.AlreadyUsed, now),
    };

    private async Task<Result<Claimed>> Answer(Checkout checkout, ReceiptNumber code, ClaimAnswer answer, DateTimeOffset now, bool hasCase = false)
    {
        await claims.Keep(checkout.Id, code, answer, hasCase, now);
        LogClaimed(checkout.Id.ToString(), EnumNames.Name(answer));
        return Result.Created(new Claimed(answer), CreatedResourceKind.Checkout, checkout.Id);
    }

    [LoggerMessage(EventName = "receipt_claimed", Level = LogLevel.Information, Message = "A code was given for {CheckoutId}: {Answer}")]
    private partial void LogClaimed(string checkoutId, string answer);
}
