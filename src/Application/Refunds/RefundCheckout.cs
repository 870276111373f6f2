using FluentValidation;
using FluentValidation.Results;
using MediatR;
using Payments.Application.Access;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Idempotency;
using Payments.Application.Transfers;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;

namespace Payments.Application.Refunds;

/// <summary>A shop gives money of one checkout back.</summary>
/// <param name="Amount">Shillings; null: all that is left of the receipt.</param>
/// <param name="Receipt">Which payment; null is fine where only one can be meant.</param>
public sealed record RefundCheckout(Caller Caller, CheckoutId CheckoutId, decimal? Amount, string? Receipt, string? Reason) : IRequest<Result<RefundView>>;

/// <summary>What a refund must look like.</summary>
public sealed class RefundCheckoutValidator : AbstractValidator<RefundCheckout>
{
    public RefundCheckoutValidator()
    {
        RuleFor(c => c.Amount).RefundAmount();
        RuleFor(c => c.Reason).RefundReason();
        RuleFor(c => c.Receipt).Printable(20);
    }
}

/// <summary>
/// Reserves and enqueues in one commit, under the checkout's lock: two at once meet there, and the second sees the first. Dies before
/// the commit: nothing is reserved. What is reserved no longer counts towards an order that is not paid, in the same commit; a refund never
/// undoes <c>paid</c>.
/// </summary>
public sealed class RefundCheckoutHandler(ICheckouts checkouts, IRefunds refunds, IPayoutCeilings ceilings, IAudit audit, ITransactions transactions, RequestNames names)
    : IRequestHandler<RefundCheckout, Result<RefundView>>
{
    public Task<Result<RefundView>> Handle(RefundCheckout request, CancellationToken cancellationToken) =>
        transactions.Run(request.Caller, now => Queue(request, now), cancellationToken);

    private async Task<Result<RefundView>> Queue(RefundCheckout request, DateTimeOffset now)
    {
        var loaded = await checkouts.LoadForChange(new(Ids: [request.CheckoutId]));
        if (loaded.Checkouts is not [var checkout] || !request.Caller.MaySee(checkout.Client, checkout.Id))
        {
            return Refusal.NotFound("checkout");
        }

        var (plan, refusal) = RefundPolicy.OfCheckout(checkout, request.Receipt?.Trim().ToUpperInvariant(), RefundRequests.Read(request.Amount));
        if (plan is null)
        {
            return RefundRequests.Refuse(refusal!.Value);
        }

        // A refund leaves the account like a payout, and is counted with them.
        if (await ceilings.Reserve(request.Caller, plan.Amount, now) is { } over)
        {
            return over;
        }

        var refund = Refund.Queue(RefundRequests.Name(names, plan, request.Caller), checkout.Client, plan, checkout.Reference.Value, request.Reason!.Trim(), ofSurplus: false, now);
        var left = plan.Receipt.Left;
        checkout.Reserve(refund, now);
        await checkouts.Save([checkout]);
        await refunds.Add(refund);
        if (request.Caller.SeesAll)
        {
            // A shop's own refunds are its business; an operator's are accounted for.
            await RefundRequests.Note(audit, request.Caller, "checkout.refund", refund, plan.Receipt, left);
        }

        return Result.Created(RefundView.Of(refund, toShop: true), CreatedResourceKind.Refund, refund.Id);
    }
}

/// <summary>What both ways to order a refund share.</summary>
internal static class RefundRequests
{
    /// <summary>The id of a refund: its name at Safaricom where it goes by B2C, which takes one (R18).</summary>
    public static RefundId Name(RequestNames names, RefundPlan plan, Caller caller) =>
        plan.Method == RefundMethod.B2c ? names.OfRefund(caller.Request) : NewId.Next<RefundId>();

    /// <summary>The rule for an amount.</summary>
    public static IRuleBuilderOptions<T, decimal?> RefundAmount<T>(this IRuleBuilder<T, decimal?> rule) =>
        rule.Must(amount => amount is null || (amount > 0 && Money.TryFromDecimal(amount.Value, out _)))
            .WithMessage("Give an amount above 0 with at most two decimals, or none for all that is left.");

    /// <summary>The rule for a reason: M-PESA's remarks take 2 to 100 characters.</summary>
    public static IRuleBuilderOptions<T, string?> RefundReason<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(reason => reason?.Trim() is { Length: >= 2 and <= 100 } text && !text.Any(char.IsControl))
            .WithMessage("Say why in 2 to 100 characters; it becomes the remark on the statement.");

    /// <summary>Puts an operator's refund down: what was left of the receipt before and after. Whose phone it goes to is in the refund's row.</summary>
    public static Task Note(IAudit audit, Caller caller, string action, Refund refund, Receipt receipt, Money before) => audit.Write(
        caller.Actor, action, receipt.Id.ToString(),
        new { receipt = receipt.Number, left = before.Shillings },
        new
        {
            receipt = receipt.Number,
            left = (before - refund.Amount).Shillings,
            refund = refund.Id.ToString(),
            method = EnumNames.Name(refund.Method),
            amount = refund.Amount.Shillings,
        });

    /// <summary>An amount that has passed its rule.</summary>
    public static Money? Read(decimal? amount) => amount is { } shillings && Money.TryFromDecimal(shillings, out var money) ? money : null;

    /// <summary>The answer to what cannot be refunded. Throws a <see cref="ValidationException"/> where a field is at fault.</summary>
    public static Refusal Refuse(RefundRefusal refusal) => refusal switch
    {
        RefundRefusal.NotPaid => new("not_paid", "Nothing was received for this checkout."),
        RefundRefusal.ReceiptUnknown => new("receipt_unknown", "This receipt's number is not known yet, or is not one of this checkout's."),
        RefundRefusal.ExceedsPayment => new("refund_exceeds_payment", "That is more than is left of what was paid, other refunds counted."),
        RefundRefusal.PayerUnknown => new("payer_unknown", "This would be sent to the payer's phone, and M-PESA did not tell it."),
        RefundRefusal.ReceiptNotNamed => throw Invalid("receipt", "This checkout was paid in parts: name the receipt to refund."),
        RefundRefusal.NotByB2c => throw Invalid("amount", "A part, or what M-PESA will not reverse, goes to the phone: whole shillings from 10."),
    };

    private static ValidationException Invalid(string field, string message) => new([new ValidationFailure(field, message)]);
}
