using FluentValidation;
using MediatR;
using Payments.Application.Access;
using Payments.Application.Common;
using Payments.Application.Idempotency;
using Payments.Application.Transfers;
using Payments.Domain.Common;
using Payments.Domain.Payouts;
using Payments.Domain.Transfers;

namespace Payments.Application.Payouts;

/// <summary>A shop wants money sent to a phone, a Pay Bill or a till.</summary>
public sealed record RequestPayout(
    Caller Caller, string? Method, string? Recipient, string? Account, decimal? Amount, string? Reason, string? Remarks, string? Reference)
    : IRequest<Result<PayoutView>>;

/// <summary>What a payout must look like: nothing is stored, or sent to Daraja, that Daraja would refuse.</summary>
public sealed class RequestPayoutValidator : AbstractValidator<RequestPayout>
{
    public RequestPayoutValidator()
    {
        RuleFor(c => c.Method).Must(m => EnumNames.TryRead<PayoutMethod>(m, out _)).WithMessage("Give one of mpesa, paybill, till.");
        When(c => c.Method == "mpesa", () =>
        {
            RuleFor(c => c.Recipient).Phone();
            RuleFor(c => c.Amount).Must(amount => IsWhole(amount, 10)).WithMessage("Give whole shillings from 10 to 250000.");
        });
        When(c => c.Method is "paybill" or "till", () =>
        {
            RuleFor(c => c.Recipient)
                .Must(number => number is { Length: >= 5 and <= 7 } && number.All(char.IsAsciiDigit))
                .WithMessage("Give the 5 to 7 digits of the Pay Bill or till.");
            RuleFor(c => c.Amount).Must(amount => IsWhole(amount, 1)).WithMessage("Give whole shillings from 1 to 250000.");
        });
        RuleFor(c => c.Account)
            .Must(account => account?.Trim() is { Length: >= 1 and <= 13 } text && text.All(c => c is >= ' ' and <= '~'))
            .When(c => c.Method == "paybill")
            .WithMessage("Give the account at the Pay Bill: 1 to 13 characters.");
        RuleFor(c => c.Account).Null().When(c => c.Method is "mpesa" or "till").WithMessage("Only a Pay Bill has accounts.");
        RuleFor(c => c.Reason)
            .Must(reason => reason is null or "business" or "salary" or "promotion")
            .WithMessage("Give one of business, salary, promotion.");
        RuleFor(c => c.Remarks).Printable(100);
        RuleFor(c => c.Remarks).MinimumLength(2).WithMessage("Give 2 to 100 characters.");
        RuleFor(c => c.Reference)
            .Must(text => text is { Length: >= 1 and <= 100 } && !string.IsNullOrWhiteSpace(text) && !text.Any(char.IsControl))
            .WithMessage("Give your own name for this payout: 1 to 100 characters, unique among your payouts.");
    }

    private static bool IsWhole(decimal? amount, int least) =>
        amount is { } value && value >= least && value <= 250_000 && decimal.Truncate(value) == value;
}

/// <summary>
/// Commits the intent with its job, nothing more: the payout is sent by the job. Dies before the commit: there is no payout. The answer
/// is lost: the same Idempotency-Key gets it again, and without one the reference is in use.
/// </summary>
public sealed class RequestPayoutHandler(IPayouts payouts, ITransactions transactions, IPayoutCeilings ceilings, RequestNames names)
    : IRequestHandler<RequestPayout, Result<PayoutView>>
{
    public Task<Result<PayoutView>> Handle(RequestPayout request, CancellationToken cancellationToken) =>
        transactions.Run(request.Caller, now => Queue(request, now), cancellationToken);

    private async Task<Result<PayoutView>> Queue(RequestPayout request, DateTimeOffset now)
    {
        var method = EnumNames.Read<PayoutMethod>(request.Method!);
        var recipient = method == PayoutMethod.Mpesa && ValidationRules.TryReadPhone(request.Recipient, out var phone) ? phone.Value : request.Recipient!;
        var id = method == PayoutMethod.Mpesa ? names.OfPayout(request.Caller.Client, request.Reference!) : NewId.Next<PayoutId>();
        var payout = Payout.Queue(
            id, request.Caller.Client, request.Reference!, method, recipient, request.Account?.Trim(),
            Money.FromShillings((long)request.Amount!.Value), request.Reason ?? "business", request.Remarks ?? "Payment", now);
        if (await ceilings.Reserve(request.Caller, payout.Amount, now) is { } over)
        {
            return over;
        }

        if (await payouts.Add(payout) is { } existing)
        {
            await ceilings.Return(request.Caller, payout.Amount, now);
            return new Refusal("reference_in_use", "Another payout of yours has this reference.", Subject: existing.ToString());
        }

        return Result.Created(PayoutView.Of(payout), CreatedResourceKind.Payout, payout.Id);
    }
}
